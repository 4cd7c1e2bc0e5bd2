package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/curl"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/similar"
	"github.com/xsale-go/xsale/wire"
)

// send sends the call and prints its response.
func (c *operationCall) send(ctx context.Context, command *cobra.Command, request *operation.Request, endpoint *call.Endpoint) error {
	list := c.operation.List()
	whole := c.output.Format == output.JSON || c.output.Filtered() && c.output.Format != output.NDJSON
	if list != nil && c.download.path == "" && (c.limit > 0 || list.ListField != "" && !whole) {
		var envelope wire.UnknownFields
		var response *call.Response
		options := []call.Option{call.Envelope(&envelope), call.Capture(&response)}
		elements := call.Stream[json.RawMessage](ctx, request.Operation, options, request.Send(endpoint))
		if err := c.printElements(command, list.Fields, elements, &response); err != nil {
			return c.include.failure(err)
		}
		noteMore(command, envelope)
		return nil
	}
	response, err := call.Open(ctx, request.Operation, []call.Option{call.Unbounded()}, request.Send(endpoint))
	if err != nil {
		return c.include.failure(err)
	}
	defer response.Body.Close()
	received := &receivedBytes{Reader: response.Body}
	response.Body = io.NopCloser(received)
	defer follow(command, received.progress)()
	if err := c.checkPage(response); err != nil {
		return err
	}
	if err := c.include.head(response.Proto, response.StatusCode, response.Header); err != nil {
		return c.afterCall(err)
	}
	if c.download.path != "" {
		return c.afterCall(c.download.save(command, response))
	}
	return c.afterCall(c.print(command, response))
}

// checkPage returns an error if a success is a web page that the spec does not list: that of a proxy or
// of a login, and not of the API.
func (c *operationCall) checkPage(response *http.Response) error {
	const page = "text/html"
	var listed []string
	for _, r := range c.operation.Responses {
		listed = append(listed, r.Media...)
	}
	lists := func(name string) bool {
		return httpx.MediaType(name) == page || strings.HasSuffix(httpx.MediaType(name), "*")
	}
	if httpx.MediaType(response.Header.Get("Content-Type")) != page || len(listed) == 0 || slices.ContainsFunc(listed, lists) {
		return nil
	}
	return &xsale.Error{
		StatusCode: response.StatusCode, Operation: c.operation.Name, Method: c.operation.Method, Route: c.operation.Path,
		Header: response.Header, MaybeProcessed: !c.operation.Idempotent,
		Err: fmt.Errorf("%w: the response is %s, not %s", xsale.ErrDecode, page, strings.Join(listed, " or ")),
	}
}

// afterCall returns the error of what followed the call.
func (c *operationCall) afterCall(err error) error {
	if c.operation.Idempotent {
		return err
	}
	return afterCreate(err)
}

// printElements prints the elements of a list as they arrive, up to the limit. The response is known
// with the first of them.
func (c *operationCall) printElements(command *cobra.Command, fields []string, list iter.Seq2[json.RawMessage, error], response **call.Response) error {
	head := sync.OnceValue(func() error {
		if *response == nil {
			return nil
		}
		return c.include.head("HTTP/1.1", (*response).StatusCode, (*response).Header)
	})
	count := 0
	return printRawList(command, c.output, func(yield func(jsontext.Value, error) bool) {
		for element, err := range list {
			if err == nil {
				err = head()
			}
			if !yield(jsontext.Value(element), err) {
				return
			}
			if count++; count == c.limit {
				return
			}
		}
		if err := head(); count == 0 && err != nil {
			yield(nil, err)
		}
	}, fields)
}

// furtherPage matches the names of fields that lead to another page, without punctuation.
var furtherPage = regexp.MustCompile(`^(has)?(more|next)|continuation|cursor|nextlink$`)

// noteMore reports that the list has more pages, which a table does not show.
func noteMore(command *cobra.Command, envelope wire.UnknownFields) {
	for name, value := range envelope.All() {
		switch text := string(value); {
		case !furtherPage.MatchString(similar.Fold(name)), text == "null", text == "false", text == `""`, text == "0", strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		default:
			fmt.Fprintf(command.ErrOrStderr(), "the list goes on: %s is %s\n", name, printable.Line(text, maxShown))
		}
	}
}

// maxShown bounds a value of a response in a notice, in bytes.
const maxShown = 500

// print prints a response by its media type.
func (c *operationCall) print(command *cobra.Command, response *http.Response) error {
	mediaType := httpx.MediaType(response.Header.Get("Content-Type"))
	out := command.OutOrStdout()
	body := bufio.NewReader(response.Body)
	_, err := body.Peek(1)
	switch {
	case errors.Is(err, io.EOF): // a success without a body, or of HEAD
		return nil
	case httpx.SequentialJSON(mediaType) && c.output.Format == output.NDJSON && !c.output.Filtered():
		_, err = body.WriteTo(out)
		return err
	case httpx.SequentialJSON(mediaType): // printed as it comes
	case mediaType == "" || strings.HasSuffix(mediaType, "json"):
		var fields []string
		if len(c.operation.Responses) > 0 {
			fields = c.operation.Responses[0].Fields
		}
		return printRaw(command, c.output, body, fields)
	case !textual(mediaType) && terminal(out):
		return fmt.Errorf("the response is %s: pass --output-file", mediaType)
	}
	if set := output.Set(command.Flags()); set != "" {
		return fmt.Errorf("the response is %s: leave --%s out", mediaType, set)
	}
	_, err = body.WriteTo(out)
	return err
}

// textual reports whether a terminal can show a media type.
func textual(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || strings.HasSuffix(mediaType, "xml") || strings.HasSuffix(mediaType, "json")
}

// download is a response that is saved to a file.
type download struct {
	path      string
	overwrite bool
	target    string // path, without links
	temporary *os.File
}

func (d *download) addFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&d.path, "output-file", "O", "", "save the response to `FILE` as it comes, - for standard output")
	flags.BoolVar(&d.overwrite, "overwrite", false, "with --output-file: replace a file that exists")
}

// check rejects what would fail after the call was sent.
func (d *download) check(command *cobra.Command, o *operation.Operation, dryRun bool) error {
	if d.path == "" {
		if d.overwrite {
			return usagef("--overwrite has no effect without --output-file")
		}
		binary := len(o.Responses) > 0 && len(o.Responses[0].Media) > 0 &&
			!slices.ContainsFunc(o.Responses[0].Media, func(name string) bool { return textual(httpx.MediaType(name)) || strings.HasPrefix(name, "*/") })
		if binary && !dryRun && terminal(command.OutOrStdout()) {
			return usagef("the response is %s, which a terminal cannot show: pass --output-file", o.Responses[0].Media[0])
		}
		return nil
	}
	if d.path == "-" {
		return nil
	}
	info, err := os.Stat(d.path)
	switch {
	case err == nil && info.IsDir():
		return usagef("--output-file %s: it is a directory: want a file", d.path)
	case err == nil && !info.Mode().IsRegular():
		return usagef("--output-file %s: it is not a regular file: want a file, or - for standard output", d.path)
	case err == nil && !d.overwrite:
		return usagef("--output-file %s: it exists: pass --overwrite to replace it", d.path)
	}
	if d.target, err = filepath.EvalSymlinks(d.path); err != nil {
		if _, err := os.Lstat(d.path); err == nil {
			return usagef("--output-file %s: it is a link to a file that does not exist", d.path)
		}
		d.target = d.path
	}
	if info, err := os.Stat(filepath.Dir(d.path)); err != nil || !info.IsDir() {
		return usagef("--output-file %s: there is no directory %s", d.path, filepath.Dir(d.path))
	}
	return nil
}

// open makes the file that the response goes to, before anything is sent.
func (d *download) open() (err error) {
	if d.path == "" || d.path == "-" {
		return nil
	}
	d.temporary, err = os.CreateTemp(filepath.Dir(d.target), "."+filepath.Base(d.target)+".*.part") // with mode 0600
	if failed, ok := errors.AsType[*fs.PathError](err); ok {                                        // it names the temporary file
		err = failed.Err
	}
	if err != nil {
		return usagef("--output-file %s: %w", d.path, err)
	}
	return nil
}

// close removes the file that open has made, unless it has got its name.
func (d *download) close() {
	if d.temporary != nil {
		d.temporary.Close()
		os.Remove(d.temporary.Name())
	}
}

// save writes a response to a file, which appears under its name only when it is complete.
func (d *download) save(command *cobra.Command, response *http.Response) error {
	if d.path == "-" {
		_, err := io.Copy(command.OutOrStdout(), response.Body)
		return err
	}
	size, err := io.Copy(d.temporary, response.Body)
	if err = errors.Join(err, d.temporary.Sync(), d.temporary.Close()); err != nil {
		return err
	}
	if _, err = os.Lstat(d.target); err == nil && !d.overwrite {
		return fmt.Errorf("--output-file %s: another program has made the file", d.path)
	}
	verb := "wrote"
	if err == nil {
		verb = "replaced"
	}
	if err = os.Rename(d.temporary.Name(), d.target); err != nil {
		return err
	}
	d.temporary = nil
	fmt.Fprintf(command.ErrOrStderr(), "%s %s, %d bytes\n", verb, d.path, size)
	return nil
}

// rehearse prints a command line of curl that sends the call, with placeholders for the tokens.
func (c *operationCall) rehearse(ctx context.Context, command *cobra.Command, request *operation.Request, endpoint *call.Endpoint) error {
	var rehearsed *http.Request
	err := call.Execute(ctx, request.Operation, []call.Option{call.DryRun(&rehearsed)}, request.Send(endpoint))
	if !errors.Is(err, xsale.ErrDryRun) {
		return err
	}
	line := curl.Request{Method: rehearsed.Method, URL: rehearsed.URL.String()}
	for _, name := range slices.Sorted(maps.Keys(rehearsed.Header)) {
		value := strings.Join(rehearsed.Header[name], ", ")
		switch name {
		case "Authorization":
			value = "Bearer ACCESS_TOKEN"
		case "X-Id-Token":
			name, value = "x-id-token", "ID_TOKEN"
		case "User-Agent":
			continue
		case "Content-Type":
			if len(request.Parts) > 0 {
				continue // curl chooses the boundary
			}
		}
		line.Header = append(line.Header, name+": "+value)
	}
	switch media := c.sentAs(); {
	case len(request.Parts) > 0:
		if line.Parts, err = c.curlParts(request.Parts); err != nil {
			return err
		}
	case media == operation.Raw && c.file != "":
		line.File = c.file
	case rehearsed.Body != nil:
		data, err := io.ReadAll(rehearsed.Body)
		if err != nil {
			return err
		}
		line.Data = string(data)
	}
	text, err := curl.Line(c.shell, line)
	if err != nil {
		return usageError{err}
	}
	fmt.Fprintln(command.OutOrStdout(), text)
	fmt.Fprintln(command.ErrOrStderr(), "nothing was sent; 'xsale token print --header' prints the headers with both tokens")
	return nil
}

// sentAs returns the form of the body.
func (c *operationCall) sentAs() operation.Form {
	if c.operation.Body == nil {
		return ""
	}
	media, _ := c.operation.Body.Find(c.contentType) // found before
	return media.Form
}

// curlParts returns the parts of a multipart body. Files are named as they were passed.
func (c *operationCall) curlParts(parts []operation.Part) ([]curl.Part, error) {
	var all []curl.Part
	for _, part := range parts {
		switch value := part.Value.(type) {
		case call.File, []call.File:
			p := c.operation.Input(part.Name)
			for _, path := range c.values[p].texts {
				all = append(all, curl.Part{Name: part.Name, File: strings.TrimPrefix(path, "@")})
			}
			continue
		case []any:
			if !part.JSON {
				for _, element := range value {
					added, err := curlPart(part.Name, element, false)
					if err != nil {
						return nil, err
					}
					all = append(all, added)
				}
				continue
			}
		}
		added, err := curlPart(part.Name, part.Value, part.JSON)
		if err != nil {
			return nil, err
		}
		all = append(all, added)
	}
	return all, nil
}

func curlPart(name string, value any, asJSON bool) (curl.Part, error) {
	if text, ok := value.(string); ok && !asJSON {
		return curl.Part{Name: name, Value: text}, nil
	}
	encoded, err := output.Format(value)
	part := curl.Part{Name: name, Value: string(encoded)}
	if _, object := value.(map[string]any); object || asJSON {
		part.Type = "application/json"
	}
	return part, err
}
