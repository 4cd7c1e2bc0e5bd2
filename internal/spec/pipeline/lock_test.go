package pipeline

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Names that normalization has to make depend on the rest of the spec. The lock file keeps their
// meaning, also if the spec was normalized before.
func TestLockKeepsNamesOfNormalization(t *testing.T) {
	page := func(name, property string) string {
		return `"` + name + `":{"type":"object","properties":{"` + property + `":{"type":"string"}}}`
	}
	get := func(path, id string) string {
		return `"` + path + `":{"get":{` + id + `"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"204":{"description":""}}}}`
	}
	const b, a = "Page`1[[B.Order, B, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null]]", "Page`1[[A.Order, A, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null]]"
	for _, test := range []struct {
		name, schemas, paths, laterSchemas, laterPaths string
		want                                           []string
	}{
		{"generic types", page(b, "ofB"), "", page(b, "ofB") + "," + page(a, "ofA"), "", []string{"type PageOfOrder struct { OfB", "type PageOfAOrder struct { OfA"}},
		{"a repaired name", page("Order Item", "repaired"), "", page("Order Item", "repaired") + "," + page("OrderItem", "exact"), "",
			[]string{"type OrderItem struct { Repaired", "type OrderItemModel struct { Exact"}},
		{"versions in paths", "", get("/api/v1/orders/{id}", ""), "", get("/api/v1/orders/{id}", "") + "," + get("/api/v2/orders/{id}", ""),
			[]string{"// GetOrdersByID calls GET /api/v1/orders/{id}.", "// GetAPIV2OrdersByID calls GET /api/v2/orders/{id}."}},
		{"an id that becomes ambiguous", "", get("/b/{id}", `"operationId":"Get",`), "", get("/b/{id}", `"operationId":"Get",`) + "," + get("/a/{id}", `"operationId":"Get",`),
			[]string{"// Get calls GET /b/{id}.", "// GetAByID calls GET /a/{id}."}},
		{"a variable of a path", "", get("/b/{id}", `"operationId":"old",`), "", strings.ReplaceAll(get("/b/{key}", `"operationId":"new",`), `"name":"id"`, `"name":"key"`), []string{"// Old calls GET /b/{key}."}},
		{"a version in the name of a type", page(b, "ofB"), "", page(strings.ReplaceAll(b, "=1", "=2"), "ofB"), "", []string{"type PageOfOrder struct { OfB"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := &codegen.Lock{}
			code := ""
			for _, spec := range [][2]string{{test.schemas, test.paths}, {test.laterSchemas, test.laterPaths}} {
				data := []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{` + spec[1] + `},"components":{"schemas":{` + spec[0] + `}}}`)
				for range 2 {
					result, err := Run(data, Options{})
					if err != nil {
						t.Fatal(err)
					}
					files, err := codegen.Generate(result.Document, codegen.Options{Package: "api", Lock: lock}, result.Report)
					if err != nil {
						t.Fatal(err)
					}
					code = strings.Join(strings.Fields(string(files[0].Content)), " ")
					if data, err = tree.JSON(result.Document); err != nil {
						t.Fatal(err)
					}
				}
			}
			for _, want := range test.want {
				if !strings.Contains(code, want) {
					t.Errorf("%q is missing in\n%s", want, code)
				}
			}
		})
	}
}
