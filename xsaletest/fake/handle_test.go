package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type request struct {
	IDs    []int64 `path:"ids"`
	Params struct {
		Sort *string `query:"sort"`
	}
	ContentType string
	JSONBody    *map[string]int   `body:"application/json,required"`
	TextBody    *string           `body:"text/plain"`
	PartsBody   *multipart.Reader `body:"multipart/form-data"`
	ImageBody   io.Reader         `body:"image/*"`
}

type response string

func write(r *response, w http.ResponseWriter) error {
	if *r == "broken" {
		return errors.New("cannot write")
	}
	return WriteText(w, 200, nil, "text/plain", string(*r))
}

// respond writes what the request has.
func respond(_ context.Context, r request) (*response, error) {
	text := fmt.Sprint(r.IDs, r.ContentType)
	if r.Params.Sort != nil {
		text += " sort=" + *r.Params.Sort
	}
	if r.JSONBody != nil {
		text += fmt.Sprint(" json=", *r.JSONBody)
	}
	if r.TextBody != nil {
		text += " text=" + *r.TextBody
	}
	if r.PartsBody != nil {
		part, err := r.PartsBody.NextPart()
		if err != nil {
			return nil, err
		}
		text += " part=" + part.FormName()
	}
	if r.ImageBody != nil {
		data, err := io.ReadAll(r.ImageBody)
		if err != nil {
			return nil, err
		}
		text += " image=" + string(data)
	}
	return new(response(text)), nil
}

func TestHandle(t *testing.T) {
	router := &Router{}
	router.HandleFunc("POST /a/{ids}", Handle(respond, write))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /a/{ids}", Handle(respond, write))
	for _, test := range []struct {
		path, contentType, body string
		status                  int
		want                    string
	}{
		{"/a/1?sort=x", "", "", 200, "[1] sort=x"},
		{"/a/1", "application/json; charset=utf-8", `{"n":1}`, 200, "[1]application/json; charset=utf-8 json=map[n:1]"},
		{"/a/1", "application/json", "", 400, "body: unexpected end of JSON input"},
		{"/a/1", "text/plain", "hello", 200, "[1]text/plain text=hello"},
		{"/a/1", "text/plain", "", 200, "[1]text/plain"},
		{"/a/1", "image/png", "PNG", 200, "[1]image/png image=PNG"},
		{"/a/1", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n1\r\n--x--\r\n", 200, "part=f"},
		{"/a/1", "multipart/form-data", "", 400, "boundary"},
		{"/a/x", "", "", 400, "path parameter ids: element 0"},
		{"/a/1?sort=x&sort=y", "", "", 400, "query parameter sort: it was sent more than once"},
	} {
		for name, handler := range map[string]http.Handler{"Router": router, "ServeMux": mux} {
			recorder := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, test.path, strings.NewReader(test.body))
			r.Header.Set("Content-Type", test.contentType)
			handler.ServeHTTP(recorder, r)
			if body := recorder.Body.String(); recorder.Code != test.status || !strings.Contains(body, test.want) {
				t.Errorf("%s, %s as %s: got %d %s", name, test.path, test.contentType, recorder.Code, body)
			}
		}
	}
	recorder := httptest.NewRecorder()
	router.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/a/1,2", nil))
	if !strings.Contains(recorder.Body.String(), "[1 2]") {
		t.Errorf("got %s", recorder.Body)
	}
}

func TestHandleReportsErrors(t *testing.T) {
	for want, implementation := range map[string]func(context.Context, struct{}) (fmt.Stringer, error){
		"neither a response nor an error": func(context.Context, struct{}) (fmt.Stringer, error) { return nil, nil },
		"no database":                     func(context.Context, struct{}) (fmt.Stringer, error) { return nil, errors.New("no database") },
		"cannot write":                    func(context.Context, struct{}) (fmt.Stringer, error) { return &strings.Builder{}, nil },
	} {
		recorder := httptest.NewRecorder()
		Handle(implementation, func(fmt.Stringer, http.ResponseWriter) error { return errors.New("cannot write") })(recorder, httptest.NewRequest("GET", "/", nil))
		if recorder.Code != 500 || !strings.Contains(recorder.Body.String(), want) {
			t.Errorf("got %d %s, want %s", recorder.Code, recorder.Body, want)
		}
	}
}
