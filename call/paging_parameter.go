package call

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// bodyPrefix begins the location of a parameter in a JSON body.
const bodyPrefix = "body:"

// parameterIn returns the value that a request has for a parameter of [Paging].
func parameterIn(request *http.Request, parameter string) (string, error) {
	if name, ok := strings.CutPrefix(parameter, headerPrefix); ok {
		return request.Header.Get(name), nil
	}
	pointer, ok := strings.CutPrefix(parameter, bodyPrefix)
	if !ok {
		values := request.URL.Query()[parameter]
		if len(values) > 1 {
			return "", fmt.Errorf("%w: %s has %d values", ErrInvalid, parameter, len(values))
		}
		return strings.Join(values, ""), nil
	}
	body, err := jsonBody(request)
	if err != nil {
		return "", err
	}
	value, _, err := pageValues{object: body}.value(pointer)
	return value, err
}

// setParameter sets a parameter of [Paging], and leaves the others as they are encoded. The literal
// is the value in JSON.
func setParameter(request *http.Request, parameter, value, literal string) error {
	if name, ok := strings.CutPrefix(parameter, headerPrefix); ok {
		request.Header.Set(name, value)
		return nil
	}
	if pointer, ok := strings.CutPrefix(parameter, bodyPrefix); ok {
		body, err := jsonBody(request)
		if err == nil {
			body, err = setField(body, pointerFields(pointer), literal)
		}
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
		request.Body, request.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		return err
	}
	parts := slices.DeleteFunc(strings.Split(request.URL.RawQuery, "&"), func(part string) bool {
		name, _, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		return part == "" || err == nil && plain == parameter
	})
	request.URL.RawQuery = strings.Join(append(parts, url.QueryEscape(parameter)+"="+url.QueryEscape(value)), "&")
	return nil
}

// jsonBody returns the body of a request, which it leaves unread.
func jsonBody(request *http.Request) (string, error) {
	var body []byte
	if request.GetBody != nil {
		reader, err := request.GetBody()
		if err != nil {
			return "", err
		}
		if body, err = io.ReadAll(reader); err != nil {
			return "", err
		}
	}
	if body = bytes.TrimSpace(body); !bytes.HasPrefix(body, []byte("{")) {
		return "", fmt.Errorf("%w: the page to request is in the body, which must be a JSON object", ErrInvalid)
	}
	return string(body), nil
}

// setField sets a field of a JSON object, in the objects that the names lead to.
func setField(object string, names []string, literal string) (string, error) {
	fields := objectFields(object)
	if len(names) > 1 {
		inner, _ := fields.Get(names[0])
		var err error
		if literal, err = setField(string(inner), names[1:], literal); err != nil {
			return "", err
		}
	}
	err := fields.Set(names[0], []byte(literal))
	return fields.Raw().JSON, err
}
