package xsaletest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/xsale-go/xsale/openapi"
)

const maxRequestBytes = 10 << 20

// processDocument reads the API description when it is first needed. Nobody changes it, so all sandboxes share it.
var processDocument = sync.OnceValues(func() (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
	if err == nil {
		err = document.Validate(context.Background())
	}
	if err != nil {
		return nil, fmt.Errorf("read the API description: %w", err)
	}
	return document, nil
})

// contractMux is where the generated server registers its operations. Each is put behind the check of its requests and
// responses against the API description.
type contractMux struct {
	*http.ServeMux
	document *openapi3.T
}

// HandleFunc takes a pattern of the generated server, which is a method and a path of the API description.
func (m contractMux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	item := m.document.Paths.Value(path)
	m.Handle(pattern, &operation{
		route: &routers.Route{
			Spec:      m.document,
			Path:      path,
			PathItem:  item,
			Method:    method,
			Operation: item.GetOperation(method),
		},
		handler: http.HandlerFunc(handler),
	})
}

// operation is one operation of the API description and what serves it.
type operation struct {
	route   *routers.Route
	handler http.Handler
}

func (o *operation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	input := o.newInput(r)
	if failure := o.checkRequest(w, input); failure != nil {
		failure.write(w)
		return
	}
	recorder := httptest.NewRecorder()
	o.handler.ServeHTTP(recorder, r)
	response := recorder.Result()
	if failure := o.checkResponse(input, response, recorder.Body.Bytes()); failure != nil {
		failure.write(w)
		return
	}
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	_, _ = recorder.Body.WriteTo(w)
}

func (o *operation) newInput(r *http.Request) *openapi3filter.RequestValidationInput {
	pathParameters := make(map[string]string)
	for _, parameter := range o.route.PathItem.Parameters {
		if parameter.Value.In == openapi3.ParameterInPath {
			pathParameters[parameter.Value.Name] = r.PathValue(parameter.Value.Name)
		}
	}
	return &openapi3filter.RequestValidationInput{
		Request:    r,
		PathParams: pathParameters,
		Route:      o.route,
		Options: &openapi3filter.Options{
			MultiError:          true,
			SkipSettingDefaults: true,
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc, // the tokens have been checked
			SchemaValidationOptions: []openapi3.SchemaValidationOption{
				openapi3.WithStringFormatValidator("date", openapi3.NewCallbackValidator(checkDate)),
			},
		},
	}
}

// checkRequest leaves the body of the request to be read again.
func (o *operation) checkRequest(w http.ResponseWriter, input *openapi3filter.RequestValidationInput) *problem {
	r := input.Request
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("The body is larger than %d bytes.", maxRequestBytes))
	}
	if err != nil {
		return newProblem(http.StatusBadRequest, "The body cannot be read.")
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, _ = r.GetBody()
	violations := violationsOf(openapi3filter.ValidateRequest(r.Context(), input))
	if len(violations) == 0 && len(body) > 0 && !json.Valid(body) {
		violations = []violation{{"", "the body is more than one JSON value"}} // of which only the first was checked
	}
	if len(violations) > 0 {
		noteViolations(r, violations)
		return newProblem(http.StatusBadRequest, "The request does not match the API description.", violations...)
	}
	return nil
}

func (o *operation) checkResponse(request *openapi3filter.RequestValidationInput, response *http.Response, body []byte) *problem {
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request,
		Status:                 response.StatusCode,
		Header:                 response.Header,
		Options:                request.Options,
	}
	input.SetBodyBytes(body)
	if violations := violationsOf(openapi3filter.ValidateResponse(request.Request.Context(), input)); len(violations) > 0 {
		return newProblem(http.StatusInternalServerError, "The sandbox's response does not match the API description.", violations...)
	}
	return nil
}

// checkDate is stricter than the validator's own check, which knows no calendar.
func checkDate(text string) error {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return errors.New("a day of the calendar, written as 2024-10-25")
	}
	return nil
}
