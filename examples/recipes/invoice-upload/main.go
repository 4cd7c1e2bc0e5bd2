// Program invoice-upload adds invoice files to orders in xSale, each once. The name of a file begins with
// the id of its order:
//
//	invoice-upload -request 'POST /…/{id}/…' -form file -field Type=FV invoices/4711.pdf 'invoices/4712 FV-2.pdf'
//
// 4711.pdf becomes 4711.pdf.sending before it is sent, and 4711.pdf.sent after that. How to list the files
// of an order is not public. So if a response is lost, or the program is killed, the file stays
// 4711.pdf.sending. Look into xSale, and rename it to what it is.
//
// The program follows the vendor's page https://xsale.ai/?p=44458 about the invoice of an order: a single
// request attaches a file. Its method, path and body are not public. Look them up in the vendor's Swagger,
// and pass them as -request, -form and -field.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
)

var (
	target    = flag.String("request", "", "`METHOD PATH` below the organization, with {id} of the order")
	form      = flag.String("form", "", "send multipart/form-data, with the file in this `FIELD`; without it, the file is the body")
	mediaType = flag.String("type", "application/pdf", "media `TYPE` of the files")
	fields    []string
)

func main() {
	flag.Func("field", "another field of the form, as `NAME=VALUE`; repeatable", func(field string) error {
		fields = append(fields, field)
		return nil
	})
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := xsale.New(account.From(""))
	if err == nil {
		err = errors.Join(uploadAll(ctx, client, flag.Args()), client.Close())
	}
	if err != nil {
		log.Fatal(err)
	}
}

var orderID = regexp.MustCompile(`^[1-9]\d*\b`)

// uploadAll sends the files that were not sent before. After a failure that is not about one file, such as
// an outage, it stops.
func uploadAll(ctx context.Context, client *xsale.Client, files []string) error {
	if !strings.Contains(*target, "{id}") {
		return errors.New("pass -request as in the vendor's Swagger, with {id} for the id of the order")
	}
	failed := 0
	for _, file := range files {
		err := uploadOnce(ctx, client, file)
		failure, ok := errors.AsType[*xsale.Error](err)
		rejected := ok && failure.StatusCode/100 == 4 && !xsale.Temporary(err) && !errors.Is(err, xsale.ErrUnauthorized) && !errors.Is(err, xsale.ErrForbidden)
		switch {
		case rejected || errors.Is(err, errFile):
			log.Printf("%s: %v", file, err)
			failed++
		case err != nil:
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files failed", failed, len(files))
	}
	return nil
}

// errFile marks failures of one file.
var errFile = errors.New("not sent")

// uploadOnce sends a file, unless it was sent before.
func uploadOnce(ctx context.Context, client *xsale.Client, file string) error {
	order := orderID.FindString(filepath.Base(file))
	if order == "" {
		return fmt.Errorf("%w: its name does not begin with the id of an order", errFile)
	}
	sending, sent := file+".sending", file+".sent"
	if _, err := os.Stat(sent); err == nil {
		return nil
	}
	if _, err := os.Stat(sending); err == nil {
		return fmt.Errorf("%w: it may be in xSale already: look there, and rename %s", errFile, sending)
	}
	if err := os.Rename(file, sending); err != nil {
		return fmt.Errorf("%w: %w", errFile, err)
	}
	err := upload(ctx, client, order, sending, filepath.Base(file))
	switch {
	case errors.Is(err, xsale.ErrMaybeProcessed):
		return err
	case err != nil:
		return errors.Join(err, os.Rename(sending, file))
	}
	return os.Rename(sending, sent)
}

// upload sends a file to an order. The file is read while the request is sent, and again if the request is
// repeated.
func upload(ctx context.Context, client *xsale.Client, order, file, name string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	head, tail, contentType, err := around(name)
	if err != nil {
		return err
	}
	open := func() (io.ReadCloser, error) {
		content, err := os.Open(file)
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), content, bytes.NewReader(tail)), content}, err
	}
	body, err := open()
	if err != nil {
		return err
	}
	method, path, _ := strings.Cut(*target, " ")
	address := client.BaseURL() + "/" + url.PathEscape(client.Organization("").Name()) + strings.ReplaceAll(path, "{id}", order)
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return errors.Join(err, body.Close())
	}
	request.GetBody = open
	request.ContentLength = int64(len(head)) + info.Size() + int64(len(tail))
	request.Header.Set("Content-Type", contentType)
	response, err := client.Doer().Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// around returns what is before and after the file in the body, and the media type of the body.
func around(name string) (head, tail []byte, contentType string, err error) {
	if *form == "" {
		return nil, nil, *mediaType, nil
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		err = errors.Join(err, parts.WriteField(name, value))
	}
	_, partErr := parts.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(*form, name)}, "Content-Type": {*mediaType},
	})
	length := body.Len()
	err = errors.Join(err, partErr, parts.Close())
	return body.Bytes()[:length], body.Bytes()[length:], parts.FormDataContentType(), err
}
