package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/typed"
)

// withSchemas returns a spec with POST /v, whose bodies have the schema V.
func withSchemas(schemas string) string {
	return `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/v":{"post":{"operationId":"v",
		"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/V"}}}},
		"responses":{"200":{"description":"","content":{"application/json":{"schema":{"$ref":"#/components/schemas/V"}}}}}}}},
		"components":{"schemas":{` + schemas + `}}}`
}

// schemaCases are schemas, bodies and their findings.
var schemaCases = []struct {
	name, schemas, body string
	want                []string
	differs             bool // from kin-openapi, for the reason in a comment
}{
	{"recursion", `"V":{"type":"object","properties":{"next":{"$ref":"#/components/schemas/V"},"n":{"type":"integer"}}}`,
		`{"n":1,"next":{"n":"Kowalski","next":{"next":{"n":true}}}}`, []string{"error|value|/next/n|string|integer", "error|value|/next/next/next/n|boolean|integer"}, false},
	{"recursion through allOf", `"V":{"allOf":[{"$ref":"#/components/schemas/V"},{"type":"object","properties":{"a":{"type":"string"}}}]}`, `{"a":1}`, []string{"error|value|/a|integer|string"}, false},
	{"all parts of an allOf", `"A":{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}},"V":{"allOf":[{"$ref":"#/components/schemas/A"},{"type":"object","required":["b"],"properties":{"b":{"type":"integer"}}}],"properties":{"c":{"type":"boolean"}}}`,
		`{"a":1,"b":"Kowalski","c":3,"d":4}`, []string{"error|value|/a|integer|string", "error|value|/b|string|integer", "error|value|/c|integer|boolean", "notice|addition|/d|integer|no field of this name is listed"}, false},
	{"neighbours of a closed part", `"A":{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}}},"V":{"allOf":[{"$ref":"#/components/schemas/A"}],"properties":{"b":{"type":"integer"}}}`,
		`{"a":"x","b":1}`, nil, true},
	{"closed", `"V":{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}}}`, `{"a":"x","b":2,"jan@kowalski.pl":1}`, []string{"error|value|/b|integer|no field of this name", "error|value|/*|integer|no field of this name"}, false},
	{"map", `"V":{"type":"object","additionalProperties":{"type":"integer"}}`, `{"Kowalski":1,"kowalski":"x"}`, []string{"error|value|/*|string|integer"}, false},
	{"map of everything", `"V":{"type":"object","additionalProperties":{}}`, `{"Kowalski":1,"kowalski":"x"}`, nil, false},
	{"nullable", `"V":{"type":"object","properties":{"a":{"type":"string","nullable":true},"b":{"type":"string"}}}`, `{"a":null,"b":null}`, []string{"error|value|/b|null|string"}, false},
	{"null without a type", `"V":{}`, `null`, nil, true}, // OpenAPI 3.0.3: without a type, null is allowed
	{"enum", `"V":{"type":"object","properties":{"a":{"type":"string","enum":["New","Done"]},"b":{"type":"integer","enum":[1,2]}}}`, `{"a":"Kowalski","b":3}`, []string{`error|value|/a|another string|one of "New", "Done"`, "error|value|/b|another integer|one of 1, 2"}, false},
	{"bounds", `"V":{"type":"object","properties":{"a":{"type":"integer","minimum":1,"maximum":5,"exclusiveMaximum":true},"b":{"type":"number","multipleOf":0.01},"c":{"type":"string","minLength":2,"maxLength":3},"d":{"type":"array","items":{},"maxItems":1}}}`,
		`{"a":5,"b":1.005,"c":"żółć","d":[1,2]}`, []string{"error|value|/a|integer out of range|less than 5", "error|value|/b|number|a multiple of 0.01", "error|form|/c|string of another length|a string of 2 to 3 characters", "error|value|/d|array of another length|an array of at most 1 elements"}, false},
	{"steps beyond floats", `"V":{"type":"number","multipleOf":0.01}`, `12345678901234567890.12`, nil, false},
	{"pattern", `"V":{"type":"string","pattern":"^[0-9]+$"}`, `"Kowalski"`, []string{"error|form||string of another form|a string that matches ^[0-9]+$"}, false},
	{"formats", `"V":{"type":"object","properties":{"a":{"type":"string","format":"uuid"},"b":{"type":"string","format":"byte"},"c":{"type":"string","format":"date-time"},"d":{"type":"integer","format":"int32"}}}`,
		`{"a":"Kowalski","b":"%","c":"2024-10-25T08:15","d":2147483648}`, []string{"error|value|/a|string of another format|string of the format uuid", "error|value|/b|string of another format|string of the format byte, that is base64", "error|value|/c|string of another format|string of the format date-time, such as 2024-10-25T08:15:00", "error|value|/d|integer out of range|integer of the format int32"}, false},
	{"one of several", `"A":{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}},"V":{"oneOf":[{"$ref":"#/components/schemas/A"},{"type":"string"}]}`, `{"a":1}`, []string{"error|value|/a|integer|string"}, false},
	{"none of several", `"A":{"type":"object","required":["a"]},"B":{"type":"object","required":["b"]},"V":{"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]}`, `{"c":1}`, []string{"error|value||object that fits no alternative|one of A, B"}, false},
	{"both of two", `"A":{"type":"object","required":["a"]},"B":{"type":"object","required":["b"]},"V":{"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]}`, `{"a":1,"b":2}`, []string{"error|value||object that fits 2 alternatives|one that fits exactly one of A, B"}, false},
	{"closed alternatives", `"A":{"type":"object","additionalProperties":false,"properties":{"a":{}}},"B":{"type":"object","additionalProperties":false,"properties":{"b":{}}},"V":{"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]}`, `{"a":1}`, nil, false},
	{"discriminator", `"A":{"type":"object","properties":{"t":{"type":"string"},"a":{"type":"string"}}},"B":{"type":"object","properties":{"t":{"type":"string"},"b":{"type":"string"}}},"V":{"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}],"discriminator":{"propertyName":"t","mapping":{"a":"#/components/schemas/A","b":"#/components/schemas/B"}}}`,
		`{"t":"b","b":1}`, []string{"error|value|/b|integer|string"}, false},
	{"discriminator of nothing", `"A":{"type":"object","properties":{"t":{"type":"string"}}},"V":{"oneOf":[{"$ref":"#/components/schemas/A"}],"discriminator":{"propertyName":"t","mapping":{"a":"#/components/schemas/A"}}}`,
		`{"t":"Kowalski"}`, []string{"error|value|/t|another string|a name of one of A"}, false},
	{"not", `"V":{"not":{"type":"string"}}`, `"Kowalski"`, []string{"error|value||string|anything but string"}, false},
	{"unique", `"V":{"type":"array","uniqueItems":true,"items":{}}`, `[{"a":1,"b":2},{"b":2,"a":1}]`, []string{"error|value||array with equal elements|an array of different elements"}, false},
	{"unique numbers", `"V":{"type":"array","uniqueItems":true,"items":{"type":"number"}}`, `[1,1.0]`, []string{"error|value||array with equal elements|an array of different elements"}, true}, // JSON Schema compares numbers by value
	{"unique in alternatives", `"V":{"type":"array","uniqueItems":true,"items":{"oneOf":[{"type":"integer"},{"type":"string"}]}}`, `[1,1.5,1.50]`, []string{"error|value|/1|number that fits no alternative|one of integer, string", "error|value|/2|number that fits no alternative|one of integer, string", "error|value||array with equal elements|an array of different elements"}, false},
	{"bounds beyond floats", `"V":{"type":"object","properties":{"a":{"type":"number","minimum":100},"b":{"type":"number","maximum":0.1,"exclusiveMaximum":true},"c":{"type":"number","enum":[1.5]}}}`,
		`{"a":99.99999999999999999999,"b":0.0999999999999999999999,"c":1.50}`, []string{"error|value|/a|number out of range|at least 100"}, false},
	{"read only", `"V":{"type":"object","required":["id"],"properties":{"id":{"type":"integer","readOnly":true}}}`, `{"id":1}`, []string{"notice|addition|/id|a field|none, because it is readOnly"}, true},
	{"read only missing", `"V":{"type":"object","required":["id"],"properties":{"id":{"type":"integer","readOnly":true}}}`, `{}`, nil, false},
	{"quoted numbers", `"V":{"type":"object","properties":{"a":{"type":"integer","x-quoted-number":true,"maximum":5},"b":{"type":"number","x-quoted-number":true},"c":{"type":"integer","x-quoted-number":true},"d":{"type":"integer"}}}`, `{"a":"7","b":"1.5","c":"x","d":"1"}`,
		[]string{"error|value|/a|integer out of range|at most 5", "error|value|/c|string|integer", "error|value|/d|string|integer"}, false}, // of the normal form
	{"only null", `"V":{"type":"object","properties":{"a":{"type":"string","nullable":true,"x-values":[null]},"b":{"type":"string","nullable":true,"x-values":[null]}}}`, `{"a":null,"b":"b"}`,
		[]string{"error|value|/b|another string|one of null"}, true}, // of the normal form
	{"a pattern with code points", `"V":{"type":"object","properties":{"a":{"type":"string","pattern":"^\\u0041$"},"b":{"type":"string","pattern":"^\\u0041$"}}}`, `{"a":"A","b":"b"}`,
		[]string{`error|form|/b|string of another form|a string that matches ^\u0041$`}, false},
	{"values without constants", `"V":{"type":"object","properties":{"a":{"type":"number","x-values":[0.5,1]},"b":{"type":"number","x-values":[0.5,1]}}}`, `{"a":0.50,"b":2}`,
		[]string{"error|value|/b|another integer|one of 0.5, 1"}, true}, // of the normal form
	{"escapes", `"V":{"type":"object","properties":{"a/b~c":{"type":"integer"}}}`, `{"a/b~c":"x"}`, []string{"error|value|/a~1b~0c|string|integer"}, false},
	{"whole number with a fraction", `"V":{"type":"integer"}`, `1.0`, []string{"error|value||number|integer"}, true}, // the types of this module do not read it
}

func TestSchemas(t *testing.T) {
	for _, test := range schemaCases {
		t.Run(test.name, func(t *testing.T) {
			document := load(t, withSchemas(test.schemas))
			request := httptest.NewRequest("POST", "/v", nil)
			request.Header.Set("Content-Type", "application/json")
			wantFindings(t, document.Call(request).CheckRequest([]byte(test.body)), test.want...)
		})
	}
}

// Compares the verdicts with kin-openapi's, so that every difference is intentional.
func TestSecondOpinion(t *testing.T) {
	validators := make(map[string]openapi3.StringFormatValidator)
	for name, accepts := range Formats() {
		validators[name] = openapi3.NewCallbackValidator(func(value string) error {
			if !accepts(value) {
				return errors.New("wrong format")
			}
			return nil
		})
	}
	for _, test := range schemaCases {
		if test.name == "recursion through allOf" {
			continue // kin-openapi overflows the stack
		}
		t.Run(test.name, func(t *testing.T) {
			spec, err := typed.Parse([]byte(withSchemas(test.schemas)))
			if err != nil {
				t.Fatal(err)
			}
			decoder := json.NewDecoder(strings.NewReader(test.body))
			decoder.UseNumber()
			var value any
			if err := decoder.Decode(&value); err != nil {
				t.Fatal(err)
			}
			err = spec.Components.Schemas["V"].Value.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.WithStringFormatValidators(validators))
			fails := strings.HasPrefix(strings.Join(test.want, ""), "error")
			if differs := fails != (err != nil); differs != test.differs {
				t.Errorf("error here: %v, there: %v", fails, err)
			}
		})
	}
}

func TestLoadRejects(t *testing.T) {
	for name, test := range map[string]struct{ data, word string }{
		"nothing":     {``, "OpenAPI 3.0"},
		"Swagger 2.0": {`{"swagger":"2.0","info":{"title":"t","version":"1"},"paths":{}}`, "normal form"},
		"3.1":         {`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{}}`, "normal form"},
		"a reference": {`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"$ref":"http://127.0.0.1:1/x"}}}`, "cannot be read"},
		"no title":    {`{"openapi":"3.0.3","info":{},"paths":{}}`, "not OpenAPI 3.0"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.word) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestParametersOfAllKinds(t *testing.T) {
	document := load(t, `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{
		"/a/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"get":{"parameters":[
			{"name":"need","in":"query","required":true,"schema":{"type":"string","enum":["a","b"]}},
			{"name":"ids","in":"query","explode":false,"schema":{"type":"array","items":{"type":"integer"}}},
			{"name":"on","in":"query","schema":{"type":"boolean"}},
			{"name":"from","in":"query","schema":{"type":"string","format":"date-time"}},
			{"name":"filter","in":"query","style":"deepObject","explode":true,"schema":{"type":"object","properties":{"min":{"type":"integer"}}}},
			{"name":"X-Trace","in":"header","required":true,"schema":{"type":"integer"}},
			{"name":"x-id-token","in":"header","required":true,"schema":{"type":"string"}},
			{"name":"session","in":"cookie","schema":{"type":"integer"}}],
			"responses":{"200":{"description":"","headers":{"X-Count":{"required":true,"schema":{"type":"integer"}},"X-Next":{"required":true,"schema":{"type":"integer"}}}},"404":{"description":""}}}},
		"/free":{"get":{"parameters":[{"name":"any","in":"query","schema":{"type":"object"}}],"responses":{"200":{"description":""}}}},
		"/a/head":{"head":{"operationId":"head","responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object"}}}}}}},
		"/a/own":{"get":{"operationId":"own","responses":{"200":{"description":""}}}},
		"/a/{id}.pdf":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"get":{"operationId":"pdf","responses":{"200":{"description":""}}}},
		"/a/{id}({key})":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},{"name":"key","in":"path","required":true,"schema":{"type":"integer"}}],"post":{"operationId":"key","responses":{"200":{"description":""}}}}}}`)
	request := httptest.NewRequest("GET", "/a/1?need=Kowalski&ids=1,2,x&on=1&from=kowalski&filter[min]=x&other=1", nil)
	request.Header.Set("X-Trace", "Kowalski")
	request.Header.Set("Cookie", "session=Kowalski")
	wantFindings(t, document.Call(request).CheckRequest(nil),
		`error|parameter|query need|another string|one of "a", "b"`,
		"error|parameter|query ids|string|integer",
		"error|parameter|query on|string|boolean",
		"error|parameter|query from|string of another format|string of the format date-time, such as 2024-10-25T08:15:00",
		"error|parameter|query filter|a value that does not fit, or none|object",
		"error|parameter|header X-Trace|string|integer",
		"error|parameter|cookie session|a value that does not fit, or none|integer",
		"notice|addition|query other|a query parameter|none of this name")
	wantFindings(t, document.Call(httptest.NewRequest("GET", "/a/1", nil)).CheckRequest(nil),
		`error|parameter|query need|missing|one of "a", "b"`,
		"error|parameter|header X-Trace|missing|integer")
	repeated := httptest.NewRequest("GET", "/a/1?need=a&need=Kowalski", nil)
	repeated.Header["X-Trace"] = []string{"1", "2"}
	wantFindings(t, document.Call(repeated).CheckRequest(nil),
		"error|parameter|query need|2 values|one value")
	fitting := httptest.NewRequest("GET", "/a/1?need=a&ids=1,2&on=True&from=2024-10-25&filter[min]=4", nil)
	fitting.Header.Set("X-Trace", "4")
	wantFindings(t, document.Call(fitting).CheckRequest(nil))
	wantFindings(t, document.Call(fitting).CheckResponse(200, map[string][]string{"X-Count": {"Kowalski"}}, nil),
		"error|parameter|header X-Count|string|integer", "error|parameter|header X-Next|missing|a header")
	wantFindings(t, document.Call(fitting).CheckResponseHead(200, map[string][]string{"X-Count": {"1"}}), "error|parameter|header X-Next|missing|a header")
	wantFindings(t, document.Call(httptest.NewRequest("GET", "/free?of=Kowalski", nil)).CheckRequest(nil))
	wantFindings(t, document.Call(httptest.NewRequest("HEAD", "/a/head", nil)).CheckResponse(200, nil, nil))
	wantFindings(t, document.Call(fitting).CheckResponse(500, nil, []byte("Kowalski")), "notice|status||status 500|200, 404")

	for path, want := range map[string]string{"GET /a/own": "own", "GET /a/7.pdf": "pdf", "GET /a/%6fwn": "own", "POST /a/b(7)": "key", "GET /a/head": "", "HEAD /a/head": "head", "GET /a/7": "", "PUT /a/7": "no", "GET /a/": "nowhere", "GET /a/x%2Fy": ""} {
		method, path, _ := strings.Cut(path, " ")
		call := document.Call(httptest.NewRequest(method, path, nil))
		id, template, found := call.OperationID(), call.Path, call.Operation != nil
		if wanted := !strings.HasPrefix(want, "no"); wanted && id != want || !wanted && id != "" || found != wanted || (template == "") != (want == "nowhere") {
			t.Errorf("%s %s: operation %q, path %q, found %v", method, path, id, template, found)
		}
	}
}

// Without package rare, a spec with rare parts is not half checked.
func TestRarePartsNeedThePackage(t *testing.T) {
	defer func(before func([]byte) (Rare, error)) { NewRare = before }(NewRare)
	NewRare = nil
	for _, test := range []struct{ parts, want string }{
		{`"parameters":[{"name":"a","in":"cookie","schema":{"type":"string"}}]`, "cookie a"},
		{`"parameters":[{"name":"a","in":"query","schema":{"type":"object"}}]`, "query a"},
		{`"parameters":[{"name":"a","in":"query","schema":{"oneOf":[{"type":"string"},{"type":"integer"}]}}]`, "query a"},
		{`"parameters":[{"name":"a","in":"query","content":{"application/json":{"schema":{"type":"string"}}}}]`, "query a"},
		{`"parameters":[{"name":"a","in":"query","style":"pipeDelimited","schema":{"type":"array","items":{"type":"string"}}}]`, "query a"},
		{`"parameters":[{"name":"a","in":"path","style":"matrix","schema":{"type":"string"}}]`, "path a"},
		{`"requestBody":{"content":{"multipart/form-data":{}}}`, "multipart/form-data"},
		{`"requestBody":{"content":{"application/x-www-form-urlencoded; charset=utf-8":{}}}`, "application/x-www-form-urlencoded; charset=utf-8"},
		{`"parameters":[{"name":"Accept","in":"header","schema":{"type":"object"}},{"name":"a","in":"query"}],"requestBody":{"content":{"text/plain":{}}}`, ""},
		{`"parameters":[{"name":"a","in":"query","explode":false,"schema":{"type":"array","items":{"type":"string"}}}]`, ""},
	} {
		_, err := Load([]byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"put":{` + test.parts + `,"responses":{"200":{"description":""}}}}}}`))
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.parts, err)
		case test.want != "" && (!errors.Is(err, ErrRare) || !strings.HasPrefix(err.Error(), "PUT /a: "+test.want+": ")):
			t.Errorf("%s: error %v", test.parts, err)
		}
	}
}

func TestForms(t *testing.T) {
	document := load(t, `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/f":{"post":{
		"requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"type":"object","required":["need"],"properties":{"need":{"type":"string"},"n":{"type":"integer"}}}},"text/plain":{"schema":{"type":"string"}}}},
		"responses":{"200":{"description":""}}}}}}`)
	request := httptest.NewRequest("POST", "/f", nil)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	wantFindings(t, document.Call(request).CheckRequest([]byte("need=Kowalski&n=4")))
	wantFindings(t, document.Call(request).CheckRequest([]byte("n=4")), "error|value|/need|object|object (by its required)")
	wantFindings(t, document.Call(request).CheckRequest([]byte("need=a&n=Kowalski")), "error|body||an unreadable form|a form that fits its content type and the spec")
	request.Header.Set("Content-Type", "text/plain")
	wantFindings(t, document.Call(request).CheckRequest([]byte("Kowalski")))
}

// The rules of a value are the schemas at its location, those of all parts of a composition.
func TestRules(t *testing.T) {
	document := load(t, withSchemas(`"S":{"type":"string","enum":["New","Done"]},"V":{"type":"object","properties":{"state":{"$ref":"#/components/schemas/S"},"next":{"$ref":"#/components/schemas/V"},
		"states":{"type":"array","items":{"allOf":[{"$ref":"#/components/schemas/S"}]}},"name":{"type":"string","maxLength":5}},"additionalProperties":{"type":"integer","minimum":3}},
		"A":{"type":"object","properties":{"kind":{"type":"string"}}},"C":{"oneOf":[{"$ref":"#/components/schemas/A"}],"discriminator":{"propertyName":"kind","mapping":{"an-a":"#/components/schemas/A"}}}`))
	all := collector{document, Rules{}}
	schemas := document.spec.Schemas
	all.collect(schemas["V"].Value, decoded(t, `{"state":"New","next":{"next":null,"name":"a"},"states":["Done","x"],"a/b":1}`), "", nil)
	all.collect(schemas["C"].Value, decoded(t, `{"kind":"an-a"}`), "/c", nil)
	for pointer, values := range map[string][2]any{ // one that fits and one that does not
		"/state": {"Done", "x"}, "/states/1": {"New", "x"}, "/next/name": {"a", "abcdef"}, "/a~1b": {json.Number("3"), json.Number("2")}, "/c/kind": {"an-a", "a-b"},
	} {
		fits := func(value any) bool {
			return !slices.ContainsFunc(all.rules[pointer], func(schema *model.Schema) bool { return !document.Fits(schema, value) })
		}
		if len(all.rules[pointer]) == 0 || !fits(values[0]) || fits(values[1]) {
			t.Errorf("%s: %d schemas, %v fits %v, %v fits %v", pointer, len(all.rules[pointer]), values[0], fits(values[0]), values[1], fits(values[1]))
		}
	}
}

func decoded(t *testing.T, document string) (value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestFindingIsOneLine(t *testing.T) {
	document := load(t, "")
	request := httptest.NewRequest("PUT", "/shop/articles/1/translations", nil)
	request.Header.Set("Content-Type", "application/json")
	found := document.Call(request).CheckRequest([]byte(`{"LanguageId":"Kowalski"}`))
	want := "error: setTranslation (PUT /{organizationName}/articles/{id}/translations), request at /LanguageId: string, want integer of the format int64"
	if len(found) != 1 || found[0].String() != want {
		t.Errorf("%v", found)
	}
	text, err := json.Marshal(found[0])
	if err != nil || string(text) != `{"severity":"error","kind":"value","direction":"request","operationId":"setTranslation","method":"PUT","path":"/{organizationName}/articles/{id}/translations","location":"/LanguageId","got":"string","want":"integer of the format int64"}` {
		t.Errorf("%s %v", text, err)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	document := load(t, "")
	body := []byte(`[` + strings.Repeat(`{"Id":"x","Note":1},`, 3000) + `{}]`)
	found := document.Call(httptest.NewRequest("GET", "/shop/orders", nil)).CheckResponse(200, map[string][]string{"Content-Type": {"application/json"}}, body)
	if len(found) != 2*maxFindings {
		t.Errorf("%d findings", len(found))
	}
}

func TestConcurrentUse(t *testing.T) {
	document := load(t, "")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			request := httptest.NewRequest("POST", "/shop/orders", nil)
			request.Header.Set("Content-Type", "application/json")
			for range 20 {
				if found := document.Call(request).CheckRequest([]byte(validOrder)); found != nil {
					t.Errorf("%v", found)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkCheckResponse(b *testing.B) {
	document := load(b, "")
	var page bytes.Buffer
	for i := 0; page.Len() < 231<<10; i++ {
		fmt.Fprintf(&page, `,{"Id":%d,"Number":"FV/%d/2024","PurchaseDate":"2024-10-25T08:15:00","BuyerId":7,"Items":[{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90,"OrderItemArticles":[{"Sku":"A-1"}]}]}`, i, i)
	}
	page.WriteByte(']')
	page.Bytes()[0] = '['
	header := map[string][]string{"Content-Type": {"application/json"}}
	for _, test := range []struct {
		name, path string
		body       []byte
	}{
		{"me", "/me", []byte(`{"Id":1,"Name":"Lorem Ipsum","Nickname":"loremipsum","Email":"loremipsum@futuriti.pl","EmailVerified":true,"Organizations":[{"Id":1,"ShortName":"Futuriti","Name":"Futuriti_bb7b2a13"}]}`)},
		{"231KB", "/shop/orders", page.Bytes()},
	} {
		b.Run(test.name, func(b *testing.B) {
			request := httptest.NewRequest("GET", test.path, nil)
			b.SetBytes(int64(len(test.body)))
			b.ReportAllocs()
			for b.Loop() {
				document.Call(request).CheckResponse(200, header, test.body)
			}
		})
	}
}
