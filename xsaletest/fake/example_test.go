package fake_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/xsale-go/xsale/xsaletest/fake"
)

// A fake by hand. Generated servers use the same router and functions.
func ExampleRouter() {
	router := &fake.Router{}
	router.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		if err := fake.WriteJSON(w, 0, nil, "application/json", map[string]string{"Id": r.PathValue("id")}); err != nil {
			fake.WriteError(w, r, err)
		}
	})
	router.HandleFunc("DELETE /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		if err := fake.WriteEmpty(w, http.StatusNoContent, nil); err != nil {
			fake.WriteError(w, r, err)
		}
	})
	router.HandleFunc("GET /labels/{name}.{ending}", func(w http.ResponseWriter, r *http.Request) {
		if err := fake.WriteText(w, http.StatusOK, nil, "text/plain", r.PathValue("name")); err != nil {
			fake.WriteError(w, r, err)
		}
	})
	router.HandleFunc("GET /export", func(w http.ResponseWriter, r *http.Request) {
		if err := fake.WriteStream(w, http.StatusOK, nil, "text/csv", strings.NewReader("Id;Name")); err != nil {
			fake.WriteError(w, r, err)
		}
	})
	router.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		fake.WriteBadRequest(w, r, errors.New("no lines"))
	})
	router.HandleFunc("GET /statuses", func(w http.ResponseWriter, r *http.Request) {
		fake.WriteError(w, r, fake.ErrUnimplemented)
	})
	server := httptest.NewServer(router)
	defer server.Close()

	for _, call := range []string{
		"GET /orders/7", "DELETE /orders/7", "GET /labels/A-1.pdf", "GET /export", "POST /orders", "GET /statuses", "PUT /orders", "GET /me",
	} {
		method, path, _ := strings.Cut(call, " ")
		request, err := http.NewRequest(method, server.URL+path, nil)
		if err != nil {
			log.Fatal(err)
		}
		response, err := server.Client().Do(request)
		if err != nil {
			log.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		var problem struct{ Detail string }
		if json.Unmarshal(body, &problem) == nil && problem.Detail != "" {
			body = []byte(problem.Detail)
		}
		fmt.Println(strings.TrimSpace(fmt.Sprintf("%s: %d %s", call, response.StatusCode, body)))
	}
	// Output:
	// GET /orders/7: 200 {"Id":"7"}
	// DELETE /orders/7: 204
	// GET /labels/A-1.pdf: 200 A-1
	// GET /export: 200 Id;Name
	// POST /orders: 400 no lines
	// GET /statuses: 501 the fake does not implement this operation
	// PUT /orders: 405 The path has no operation with this method.
	// GET /me: 404 The spec has no such path.
}
