package contract

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/contract/route"
)

// A spec that nothing has validated must not make the checks panic.
func FuzzLoad(f *testing.F) {
	const start = `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a/{id}":{"put":{"operationId":"a","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}},{"name":"q","in":"query","schema":{"type":"array","items":{"type":"string"}}}],"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}},"responses":{"2XX":{"description":"","headers":{"X":{"schema":{"type":"integer"}}},"content":{"application/json":{"schema":`
	const end = `}}}}}}},"components":{"schemas":{"A":{"type":"object","required":["a"],"properties":{"a":{"oneOf":[{"type":"string"},{"$ref":"#/components/schemas/B"}]}}},"B":{"allOf":[{"$ref":"#/components/schemas/A"}],"discriminator":{"propertyName":"a","mapping":{"x":"#/components/schemas/A"}}}}}}`
	for _, schema := range []string{`{}`, `{"$ref":"#/components/schemas/B"}`, `{"anyOf":[{"not":{}}]}`, `{"type":"array"}`, `{"additionalProperties":{"minLength":1}}`} {
		f.Add([]byte(start+schema+end), `{"a":{"a":"x"}}`)
	}
	f.Fuzz(func(t *testing.T, spec []byte, body string) {
		defer func(before func([]byte) (Rare, error)) { NewRare = before }(NewRare)
		NewRare = nil
		document, err := Load(spec)
		if err != nil {
			return
		}
		document.UncheckedFormats()
		for _, o := range document.Operations() {
			target := o.Path
			for _, name := range route.Variables(o.Path) {
				target = strings.ReplaceAll(target, "{"+name+"}", "1")
			}
			request := httptest.NewRequest("GET", "/", nil)
			request.Method, request.URL.Path = o.Method, target
			request.URL.RawQuery = "q=1&q=x"
			request.Header.Set("Content-Type", "application/json")
			call := document.Call(request)
			call.CheckRequest([]byte(body))
			call.CheckResponse(200, request.Header, []byte(body))
			call.CheckResponse(404, request.Header, []byte(body))
		}
	})
}
