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
// and pass them as -request, and -form or -json.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"mime/multipart"
	"net/textproto"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/call"
)

var (
	target    = flag.String("request", "", "`METHOD PATH` below the organization, with {id} of the order")
	form      = flag.String("form", "", "send a form with the file in this `FIELD`")
	jsonBody  = flag.String("json", "", "send this `JSON`, with {name} and {base64} of the file; without -form and -json, the file is the body")
	mediaType = flag.String("type", "application/pdf", "media `TYPE` of the files")
	fields    []string
)

func main() {
	flag.Func("field", "another field of the form, as `NAME=VALUE`; repeatable", func(field string) error {
		if fields = append(fields, field); !strings.Contains(field, "=") {
			return errors.New("want NAME=VALUE")
		}
		return nil
	})
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := xsale.New(account.From(""))
	if err == nil {
		err = errors.Join(uploadAll(ctx, client.Organization(""), flag.Args()), client.Close())
	}
	if err != nil {
		log.Fatal(err)
	}
}

var request = regexp.MustCompile(`^(POST|PUT|PATCH) /.*\{id\}`)

// uploadAll sends the files that were not sent before. After a failure that is not about one file, such as
// an outage, it stops.
func uploadAll(ctx context.Context, shop *xsale.Organization, files []string) error {
	switch {
	case !request.MatchString(*target):
		return fmt.Errorf("-request %q: pass 'POST /PATH', PUT or PATCH as in the vendor's Swagger, with {id} for the id of the order", *target)
	case *jsonBody != "" && *form != "":
		return errors.New("pass -form or -json, not both")
	case *form == "" && len(fields) > 0:
		return errors.New("-field is for a form: pass -form")
	case *jsonBody != "" && !json.Valid([]byte(*jsonBody)): // valid JSON has placeholders in strings alone, which stay valid
		return fmt.Errorf("-json %s is not valid JSON: write placeholders in quotes, as in {\"Name\":\"{name}\"}", *jsonBody)
	}
	failed := 0
	for _, file := range files {
		err := uploadOnce(ctx, shop, file)
		failure, ok := errors.AsType[*xsale.Error](err)
		rejected := ok && failure.StatusCode/100 == 4 && !xsale.Temporary(err) && !errors.Is(err, xsale.ErrUnauthorized)
		switch {
		case rejected || errors.Is(err, errFile):
			log.Printf("%s: %v", file, err)
			failed++
		case err != nil:
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("files that failed: %d of %d", failed, len(files))
	}
	return nil
}

var orderID = regexp.MustCompile(`^[1-9]\d*\b`)

// errFile marks failures of one file.
var errFile = errors.New("not sent")

// uploadOnce sends a file, unless it was sent before.
func uploadOnce(ctx context.Context, shop *xsale.Organization, file string) error {
	order := orderID.FindString(filepath.Base(file))
	if order == "" {
		return fmt.Errorf("%w: its name does not begin with the id of an order", errFile)
	}
	sending, sent := file+".sending", file+".sent"
	if _, err := os.Stat(sent); err == nil {
		if _, err := os.Stat(file); err == nil {
			return fmt.Errorf("%w: %s was sent before: remove this file, or send it under another name", errFile, sent)
		}
		return nil
	}
	if _, err := os.Stat(sending); err == nil {
		return fmt.Errorf("%w: it may be in xSale already: look there, and rename %s", errFile, sending)
	}
	body, contentType, err := read(file)
	if err == nil {
		err = os.Rename(file, sending)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errFile, err)
	}
	method, path, _ := strings.Cut(strings.ReplaceAll(*target, "{id}", order), " ")
	_, err = shop.Call(ctx, method, path, body, call.Header("Content-Type", contentType), call.Name("uploadInvoice"))
	switch {
	case errors.Is(err, xsale.ErrMaybeProcessed):
		return err
	case err != nil:
		return errors.Join(err, os.Rename(sending, file))
	}
	return os.Rename(sending, sent)
}

// read returns the body of the request for a file. It is in memory, so that the request has a length and
// can be repeated.
func read(file string) (body []byte, contentType string, err error) {
	content, err := os.ReadFile(file)
	name := filepath.Base(file)
	switch {
	case err != nil:
		return nil, "", err
	case len(content) == 0:
		return nil, "", errors.New("it is empty: it may not be written yet")
	case *jsonBody != "":
		quoted, err := json.Marshal(name)
		values := strings.NewReplacer("{name}", string(quoted[1:len(quoted)-1]), "{base64}", base64.StdEncoding.EncodeToString(content))
		return []byte(values.Replace(*jsonBody)), "application/json", err
	case *form == "":
		return content, *mediaType, nil
	}
	var parts bytes.Buffer
	writer := multipart.NewWriter(&parts)
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		if err := writer.WriteField(name, value); err != nil {
			return nil, "", err
		}
	}
	part, err := writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(*form, name)}, "Content-Type": {*mediaType},
	})
	if err != nil {
		return nil, "", err
	}
	_, err = part.Write(content)
	err = errors.Join(err, writer.Close())
	return parts.Bytes(), writer.FormDataContentType(), err
}
