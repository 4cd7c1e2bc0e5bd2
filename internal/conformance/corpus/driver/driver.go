package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
)

const basePath = "/base"

// UnknownField starts the names of the fields that responses have and their documents lack.
const UnknownField = "zzUnknown"

// Run sends every call of the plan through the clients and fakes of the packages.
func Run(packages []Package, plan []Document) Result {
	documents := map[string]Document{}
	for _, document := range plan {
		documents[document.Name] = document
	}
	var result Result
	for _, p := range packages {
		for _, operation := range documents[p.Document].Operations {
			methods := p.Methods[operation.Method+" "+operation.Route]
			if len(methods) == 0 {
				result.Differences = append(result.Differences, Difference{Document: p.Document, Operation: operation.Method + " " + operation.Route, What: "the client has no method"})
			}
			lists := slices.ContainsFunc(methods, func(name string) bool { return strings.HasSuffix(name, "Seq") })
			for _, method := range methods {
				for _, c := range operation.Calls {
					if c.Response.Lines != "" && !lists {
						result.Differences = append(result.Differences, Difference{Document: p.Document, Operation: operation.Method + " " + operation.Route, What: "the client has no method for the lines"})
					}
					for _, way := range ways(c) {
						r := run{p: p, operation: operation, call: c, method: method, way: way}
						r.guard()
						result.Calls++
						result.Differences = append(result.Differences, r.differences...)
					}
				}
			}
		}
	}
	return result
}

// way is how a call is made and where it goes.
type way struct {
	name string
	make func(reflect.Type, []byte) (reflect.Value, error)
	fake bool
}

func ways(c Call) []way {
	list := []way{{"read", decode, false}}
	if c.FieldWise {
		list = append(list, way{"built", builder{c.First}.build, false})
	}
	if !c.Invalid && c.Response.Body != "null" { // an object of Go, which a fake returns, is not null
		list = append(list, way{"fake", decode, true})
	}
	return list
}

// run is one call.
type run struct {
	p           Package
	operation   Operation
	call        Call
	method      string
	way         way
	sent        int
	differences []Difference
}

func (r *run) report(what, got, want string) {
	r.differences = append(r.differences, Difference{
		Document: r.p.Document, Operation: r.operation.Method + " " + r.operation.Route + " " + r.method,
		Sample: r.call.Sample + "/" + r.way.name, What: what, Got: got, Want: want,
	})
}

// guard reports a panic as a difference.
func (r *run) guard() {
	defer func() {
		if problem := recover(); problem != nil {
			r.report("panic", fmt.Sprint(problem)+"\n"+string(debug.Stack()), "")
		}
	}()
	r.run()
}

func (r *run) run() {
	var doer interface {
		Do(*http.Request) (*http.Response, error)
	} = recorder{r}
	if r.way.fake {
		doer = loopback{r.p.NewFake(r.serve)}
	}
	client, err := r.p.New("https://corpus.test"+basePath, doer)
	if err != nil {
		r.report("New", err.Error(), "")
		return
	}
	method := reflect.ValueOf(client).MethodByName(r.method)
	if !method.IsValid() {
		r.report("method of the client", "none", r.method)
		return
	}
	values, err := arguments(method.Type(), r.operation, r.call, r.way.make)
	if err != nil {
		r.report("arguments", err.Error(), "")
		return
	}
	values = append([]reflect.Value{reflect.ValueOf(context.Background())}, values...)
	results := method.Call(values)
	if results[0].Kind() == reflect.Func {
		r.checkList(results[0])
		return
	}
	err, _ = results[len(results)-1].Interface().(error)
	if r.call.Invalid {
		if err == nil || r.sent > 0 {
			r.report("invalid call", fmt.Sprintf("%d requests, error %v", r.sent, err), "an error before sending")
		}
		return
	}
	if err != nil {
		r.report("error", err.Error(), "")
		return
	}
	if len(results) == 2 {
		r.checkResult(results[0])
	}
}

func (r *run) checkResult(result reflect.Value) {
	want := r.call.Response
	switch value := result.Interface().(type) {
	case *http.Response:
		content, err := io.ReadAll(value.Body)
		if err != nil {
			r.report("response", err.Error(), want.Body)
		}
		value.Body.Close()
		if string(content) != want.Body && (!want.JSON || normalJSON(content) != normalJSON([]byte(want.Body))) {
			r.report("response", string(content), want.Body)
		}
	default:
		if text, ok := result.Interface().(string); ok && !want.JSON {
			if text != want.Body {
				r.report("response", text, want.Body)
			}
			return
		}
		if want.Body == "null" && result.IsZero() {
			return // an object that is null as a whole
		}
		r.checkJSON("response", result, []byte(cmp.Or(want.Written, want.Body)))
	}
}

// checkJSON compares what a value is written as, and reports fields that its types lack.
func (r *run) checkJSON(what string, value reflect.Value, want []byte) {
	content, err := json.Marshal(value.Interface())
	if err != nil {
		r.report(what, err.Error(), string(want))
		return
	}
	if got, want := normalJSON(content), normalJSON(want); got != want {
		r.report(what, got, want)
	}
	findUnknown(value, func(owner reflect.Type, name string) {
		if !strings.HasPrefix(name, UnknownField) {
			r.report(what, "the field "+name+" is unknown to "+owner.String(), "a field")
		}
	})
}

// checkList ranges over the list of a response that is an array.
func (r *run) checkList(list reflect.Value) {
	response := r.call.Response
	var want []json.RawMessage
	if !response.JSON && response.Lines == "" || json.Unmarshal([]byte(cmp.Or(response.Lines, response.Written, response.Body)), &want) != nil {
		return // a list in pages
	}
	got := 0
	for element, problem := range list.Seq2() {
		if err, failed := problem.Interface().(error); failed {
			if !r.call.Invalid {
				r.report("list", err.Error(), "")
			} else if r.sent > 0 {
				r.report("invalid call", err.Error(), "an error before sending")
			}
			return
		}
		if got < len(want) {
			r.checkJSON(fmt.Sprint("element ", got), element, want[got])
		}
		got++
	}
	if got != len(want) {
		r.report("list", fmt.Sprint(got, " elements"), fmt.Sprint(len(want), " elements"))
	}
}

// recorder compares requests and responds as planned.
type recorder struct{ r *run }

func (d recorder) Do(request *http.Request) (*http.Response, error) {
	d.r.sent++
	var body []byte
	if request.Body != nil {
		var err error
		if body, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
	}
	compareRequest(request, body, basePath, d.r.operation, d.r.call, d.r.report)
	planned := d.r.call.Response
	response := &http.Response{
		StatusCode: planned.Status, Status: http.StatusText(planned.Status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(planned.Body)), ContentLength: int64(len(planned.Body)), Request: request,
	}
	if planned.Type != "" {
		response.Header.Set("Content-Type", planned.Type)
	}
	return response, nil
}

// loopback sends requests to a handler.
type loopback struct{ handler http.Handler }

func (d loopback) Do(request *http.Request) (*http.Response, error) {
	var body bytes.Buffer
	if request.Body != nil {
		if _, err := body.ReadFrom(request.Body); err != nil {
			return nil, err
		}
	}
	received, err := http.NewRequest(request.Method, "https://corpus.test"+strings.TrimPrefix(request.URL.RequestURI(), basePath), &body)
	if err != nil {
		return nil, err
	}
	received.Header = request.Header.Clone()
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, received)
	response := recorder.Result()
	response.Request = request
	return response, nil
}

// serve is the implementation of the fake.
func (r *run) serve(name string, request any, responses []any) (any, error) {
	r.checkRequestObject(reflect.ValueOf(request))
	status := fmt.Sprint(r.call.Response.Status)
	for _, suffix := range []string{status, status[:1] + "XX", "Default"} {
		for _, response := range responses {
			t := reflect.TypeOf(response)
			rest, ok := strings.CutPrefix(t.Name(), name+suffix)
			if !ok || r.call.Response.JSON && !strings.Contains(rest, "JSON") {
				continue
			}
			return r.fill(t)
		}
	}
	return nil, fmt.Errorf("the fake of %s has no response with status %s", name, status)
}

// fill returns the planned response as a value of a response type.
func (r *run) fill(t reflect.Type) (any, error) {
	response := reflect.New(t).Elem()
	if status := response.FieldByName("StatusCode"); status.IsValid() {
		status.SetInt(int64(r.call.Response.Status))
	}
	if kind := response.FieldByName("ContentType"); kind.IsValid() {
		kind.SetString(r.call.Response.Type)
	}
	content := response.FieldByName("Body")
	if !content.IsValid() {
		return response.Interface(), nil
	}
	switch {
	case content.Type() == readerType:
		content.Set(reflect.ValueOf(strings.NewReader(r.call.Response.Body)))
	case content.Kind() == reflect.String && !r.call.Response.JSON:
		content.SetString(r.call.Response.Body)
	default:
		value, err := decode(content.Type(), []byte(r.call.Response.Body))
		if err != nil {
			return nil, err
		}
		content.Set(value)
	}
	return response.Interface(), nil
}

// checkRequestObject compares what the fake has bound with what was sent.
func (r *run) checkRequestObject(request reflect.Value) {
	variables := r.operation.Variables
	for i := range request.NumField() {
		value := request.Field(i)
		switch name := request.Type().Field(i).Name; {
		case len(variables) > 0 && name != "Params" && name != "Body" && name != "ContentType":
			r.checkJSON("fake's path variable "+variables[0], value, r.call.Arguments["path"][variables[0]])
			variables = variables[1:]
		case name == "Params":
			r.checkParams(value)
		case name == "Body":
			for _, body := range r.call.Request.Bodies {
				if body.JSON != nil && len(r.call.Request.Bodies) == 1 {
					r.checkJSON("fake's body", value, body.JSON)
				}
			}
		}
	}
}

func (r *run) checkParams(params reflect.Value) {
	if params.Kind() == reflect.Pointer {
		params = params.Elem()
	}
	for location, byName := range r.call.Arguments {
		for name, want := range byName {
			if location == "path" {
				continue
			}
			if field := fieldByTag(params, name, location, "form", "json"); field.IsValid() {
				r.checkJSON("fake's "+location+" parameter "+name, field, want)
			}
		}
	}
}
