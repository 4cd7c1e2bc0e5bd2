package anyspec

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// The judge must not be blind: this server does everything wrong.
func TestPeerFindsFaults(t *testing.T) {
	needPeers(t)
	const spec = `
openapi: 3.0.3
paths:
  /refused: {get: {responses: {"200": {description: ok}}}}
  /unlisted: {get: {responses: {"201": {description: ok}}}}
  /type: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {type: string}}}}}}}
  /value: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}}}}
  /missed/{id}:
    put:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
      responses: {"200": {description: ok}}
components: {schemas: {Item: {type: object, required: [id], properties: {id: {type: integer, nullable: true}}}}}
`
	document, err := tree.Read([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	wrong := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/refused":
			w.WriteHeader(http.StatusNotFound)
		case "/type":
			_, _ = io.WriteString(w, "text")
		case "/value":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"id":"1"}`)
		}
	}))
	defer wrong.Close()
	found := map[string]string{}
	for _, o := range call(t, document, &server{Name: "wrong", URL: wrong.URL, Rejections: []int{http.StatusBadRequest}})["wrong"] {
		found[o.Operation] = fmt.Sprintf("%d refused, %d invalid, missed: %t", len(o.Refused), len(o.Invalid), o.Mutations > 5 && len(o.Missed) == o.Mutations)
	}
	want := map[string]string{
		"GET /refused":     "2 refused, 0 invalid, missed: false",
		"GET /unlisted":    "0 refused, 2 invalid, missed: false",
		"GET /type":        "0 refused, 2 invalid, missed: false",
		"GET /value":       "0 refused, 2 invalid, missed: false",
		"PUT /missed/{id}": "0 refused, 0 invalid, missed: true",
	}
	if !maps.Equal(found, want) {
		t.Errorf("got %q", found)
	}
}
