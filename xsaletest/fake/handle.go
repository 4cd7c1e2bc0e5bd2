package fake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/xsale-go/xsale/wire/param"
)

// Handle returns the handler of an operation: it reads the request that implementation takes, calls
// implementation, and visits the response to write it. Generated code calls it.
//
// The tags of Request, a struct, are those of package param for the path. A field named Params is a
// struct of the other parameters. A tag such as body:"application/json,required" marks the field of
// a body: a pointer for JSON, forms and strings, a *multipart.Reader or an io.Reader. Next to it, a
// tag such as form:"ids,joined" has the styles of a form's lists. A field named ContentType is the
// type of the body. A request that does not fit gets status 400.
func Handle[Request, Response any](implementation func(context.Context, Request) (Response, error), visit func(Response, http.ResponseWriter) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var request Request
		if err := bind(reflect.ValueOf(&request).Elem(), r); err != nil {
			WriteBadRequest(w, r, err)
			return
		}
		response, err := implementation(r.Context(), request)
		if err == nil && any(response) == nil {
			err = errors.New("the fake returned neither a response nor an error")
		}
		if err == nil {
			err = visit(response, w)
		}
		if err != nil {
			WriteError(w, r, err)
		}
	}
}

// bind sets the fields of a request.
func bind(target reflect.Value, r *http.Request) error {
	escaped, ok := r.Context().Value(escapedKey{}).(func(string) string)
	if !ok {
		escaped = func(name string) string { return url.PathEscape(r.PathValue(name)) }
	}
	if err := param.Bind(target.Addr().Interface(), r, escaped); err != nil {
		return err
	}
	for i := range target.NumField() {
		field := target.Type().Field(i)
		switch tag, body := field.Tag.Lookup("body"); {
		case body:
			mediaType, required := strings.CutSuffix(tag, ",required")
			if !accepts(target.Type(), mediaType, r) {
				continue
			}
			if err := bindBody(target.Field(i), field.Tag.Get("form"), mediaType, required, r); err != nil {
				return fmt.Errorf("body: %w", err)
			}
		case field.Name == "Params":
			if err := param.Bind(target.Field(i).Addr().Interface(), r, escaped); err != nil {
				return err
			}
		case field.Name == "ContentType":
			target.Field(i).SetString(r.Header.Get("Content-Type"))
		}
	}
	return nil
}

// accepts reports whether a body of this media type came. If it is the only one, the fake does not
// look at the type that came.
func accepts(request reflect.Type, mediaType string, r *http.Request) bool {
	bodies := 0
	for i := range request.NumField() {
		if _, ok := request.Field(i).Tag.Lookup("body"); ok {
			bodies++
		}
	}
	came, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	before, after, mask := strings.Cut(mediaType, "*")
	return bodies == 1 || strings.EqualFold(came, mediaType) || mask && strings.HasPrefix(came, before) && strings.HasSuffix(came, strings.TrimPrefix(after, "/*"))
}

func bindBody(field reflect.Value, styles, mediaType string, required bool, r *http.Request) error {
	switch target := field.Addr().Interface().(type) {
	case *io.Reader:
		*target = r.Body
		return nil
	case **multipart.Reader:
		reader, err := multipartReader(r)
		*target = reader
		return err
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if len(data) == 0 && !required {
		return nil
	}
	value := reflect.New(field.Type().Elem())
	switch {
	case strings.HasPrefix(mediaType, "text/") && value.Elem().Kind() == reflect.String && !strings.HasSuffix(mediaType, "json"):
		value.Elem().SetString(string(data))
	case mediaType == "application/x-www-form-urlencoded":
		err = param.BindForm(value.Interface(), string(data), strings.Fields(styles)...)
	default:
		err = json.Unmarshal(data, value.Interface())
	}
	if err == nil {
		field.Set(value)
	}
	return err
}

// multipartReader accepts every multipart type, unlike [http.Request.MultipartReader].
func multipartReader(r *http.Request) (*multipart.Reader, error) {
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	if parameters["boundary"] == "" {
		return nil, http.ErrMissingBoundary
	}
	return multipart.NewReader(r.Body, parameters["boundary"]), nil
}
