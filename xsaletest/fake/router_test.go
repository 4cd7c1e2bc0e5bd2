package fake

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// newTestRouter serves patterns that http.ServeMux rejects together. Each responds with its
// pattern and its values.
func newTestRouter() *Router {
	router := &Router{}
	for pattern, names := range map[string][]string{
		"GET /orders/{id}/items":       {"id"},
		"GET /orders/archive/{year}":   {"year"},
		"GET /orders/{id}":             {"id"},
		"POST /orders/{id}":            {"id"},
		"GET /orders({key})":           {"key"},
		"GET /files/{name}.{ending}":   {"name", "ending"},
		"GET /files/{name}":            {"name"},
		"GET /files/latest.json":       nil,
		"DELETE /{organization}":       {"organization"},
		"GET /trailing/{$}":            nil,
		"GET /{organization}/statuses": {"organization"},
	} {
		router.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, pattern)
			for _, name := range names {
				fmt.Fprintf(w, " %s=%s", name, r.PathValue(name))
			}
		})
	}
	return router
}

func TestRouter(t *testing.T) {
	router := newTestRouter()
	for _, test := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/orders/7/items", 200, "GET /orders/{id}/items id=7"},
		{"GET", "/orders/archive/2024", 200, "GET /orders/archive/{year} year=2024"},
		{"GET", "/orders/archive/items", 200, "GET /orders/archive/{year} year=items"},
		{"GET", "/orders/7", 200, "GET /orders/{id} id=7"},
		{"HEAD", "/orders/7", 200, ""},
		{"POST", "/orders/7", 200, "POST /orders/{id} id=7"},
		{"GET", "/orders/a%2Fb%20c", 200, "GET /orders/{id} id=a/b c"},
		{"GET", "/orders(12)", 200, "GET /orders({key}) key=12"},
		{"GET", "/files/a.b.c", 200, "GET /files/{name}.{ending} name=a ending=b.c"},
		{"GET", "/files/latest.json", 200, "GET /files/latest.json"},
		{"GET", "/files/plain", 200, "GET /files/{name} name=plain"},
		{"GET", "/trailing/", 200, "GET /trailing/{$}"},
		{"GET", "/trailing", 405, "DELETE"},
		{"PUT", "/orders/7", 405, "GET, POST"},
		{"GET", "/orders/7/items/8", 404, "no such path"},
		{"GET", "/orders//items", 404, "no such path"},
		{"GET", "/", 404, "no such path"},
		{"GET", "/orders/", 404, "no such path"},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			server := httptest.NewServer(router)
			defer server.Close()
			request, err := http.NewRequest(test.method, server.URL+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			got := string(body)
			if test.status == 405 {
				got = response.Header.Get("Allow")
			}
			if response.StatusCode != test.status || !strings.Contains(got, test.want) || test.status == 200 && got != test.want {
				t.Errorf("got %d %q, want %d %q", response.StatusCode, got, test.status, test.want)
			}
		})
	}
}

func TestRouterRejectsBadPatterns(t *testing.T) {
	for name, pattern := range map[string]string{
		"registered twice":       "GET /orders/{id}",
		"twice but for the name": "GET /orders/{other}",
		"no method":              "/orders",
		"no slash":               "GET orders",
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			newTestRouter().HandleFunc(pattern, nil)
		})
	}
}

func TestWriteError(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
	}{
		{fmt.Errorf("orders: %w", ErrUnimplemented), 501},
		{errors.New("no \"database\""), 500},
	} {
		recorder := httptest.NewRecorder()
		WriteError(recorder, nil, test.err)
		response := recorder.Result()
		body := recorder.Body.String()
		if response.StatusCode != test.status || response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%v: %d %s", test.err, response.StatusCode, response.Header)
		}
		if quoted := strings.ReplaceAll(test.err.Error(), `"`, `\"`); !strings.Contains(body, quoted) {
			t.Errorf("the response does not contain %q: %s", quoted, body)
		}
	}
}
