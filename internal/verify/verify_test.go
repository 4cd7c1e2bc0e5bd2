package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// described returns a spec in normal form of GET /things with a schema and components.
func described(t *testing.T, schema, components string, overlays ...pipeline.Overlay) *pipeline.Result {
	t.Helper()
	spec := `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/things":{"get":{"operationId":"listThings","responses":{"200":{"description":"OK",
		"content":{"application/json":{"schema":` + schema + `}}}}}}},"components":{"schemas":{` + components + `}}}`
	result, err := pipeline.Run([]byte(spec), pipeline.Options{Overlays: overlays})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// verifyThings runs against a single response.
func verifyThings(t *testing.T, document tree.Object, body string) (*Report, []string) {
	t.Helper()
	report, err := Run(t.Context(), Options{Document: document, Send: func(context.Context, Request) (*Response, *Failure) {
		return &Response{Status: 200, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: []byte(body)}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range report.Findings {
		if f.Verdict != Confirmed {
			lines = append(lines, fmt.Sprintf("%s %s %s %d: %s → %s at %s", f.Verdict, f.Detail, f.Pointer, f.Count, f.Spec, f.Response, f.SpecPointer))
		}
	}
	return report, lines
}

const atSchema = "/paths/~1things/get/responses/200/content/application~1json/schema"

// TestSchemas checks that composed schemas are compared and that code is generated from the learned
// details.
func TestSchemas(t *testing.T) {
	for _, test := range []struct {
		name, schema, components, body string
		want                           []string
		code                           string // generated with the learned details
	}{
		{"a part", `{"$ref":"#/components/schemas/Thing"}`, `"Base":{"type":"object","properties":{"Id":{"type":"integer"}}},"Thing":{"allOf":[{"$ref":"#/components/schemas/Base"},{"type":"object","properties":{"Name":{"type":"string"}}}]}`,
			`{"Id":1,"Name":"a","Extra":true}`, []string{"new field /Extra 1:  → boolean at /components/schemas/Thing"}, "Extra "},
		{"a map", `{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Price"}}`, `"Price":{"type":"object","properties":{"Net":{"type":"number"}}}`,
			`{"Desk":{"Net":1,"Gross":2},"Chair":{"Net":"1"}}`, []string{
				"contradicted field /*/Net 1: number → string at /components/schemas/Price/properties/Net",
				"new field /*/Gross 1:  → integer at /components/schemas/Price",
			}, "Gross "},
		{"a closed object", `{"type":"object","properties":{"Id":{"type":"integer"}},"additionalProperties":false}`, "",
			`{"Id":1,"Extra":1,"a@b":1}`, []string{
				"contradicted field /Extra 1: no field of this name → integer at " + atSchema,
				"contradicted field /* 1: no field of this name → integer at " + atSchema,
			}, ""},
		{"an enumeration", `{"type":"array","items":{"type":"string","enum":["a","b"]}}`, "", `["a","c","d"]`,
			[]string{`contradicted field /1 2: one of "a", "b" → another string at ` + atSchema + "/items"}, ""},
		{"elements without a schema", `{"type":"array","items":{}}`, "", `[{"Id":1},{"Id":null}]`,
			[]string{"new type /0 2: any type → object of Id integer, nullable at " + atSchema + "/items"}, "ID "},
		{"elements of several types", `{"type":"array","items":{}}`, "", `[1,"a"]`, nil, ""},
		{"alternatives", `{"oneOf":[{"type":"object","required":["A"],"properties":{"A":{"type":"integer"}}},{"type":"string"}]}`, "", `{"A":"x"}`,
			[]string{"contradicted field /A 1: integer → string at " + atSchema + "/oneOf/0/properties/A"}, ""},
		{"null", `{"type":"object","properties":{"A":{"type":"string"},"B":{"type":"string","nullable":true}}}`, "", `{"A":null,"B":null}`,
			[]string{"contradicted field /A 1: string → null at " + atSchema + "/properties/A"}, ""},
		{"a tree", `{"$ref":"#/components/schemas/Node"}`, `"Node":{"type":"object","properties":{"Children":{"type":"array","items":{"$ref":"#/components/schemas/Node"}}}}`,
			`{"Children":[{"Children":[],"Leaf":1}]}`, []string{"new field /Children/0/Leaf 1:  → integer at /components/schemas/Node"}, "Leaf "},
		{"a whole quantity", `{"type":"array","items":{"$ref":"#/components/schemas/Thing"}}`, `"Thing":{"type":"object"}`, `[{"Quantity":2}]`,
			[]string{"new field /0/Quantity 1:  → integer at /components/schemas/Thing"}, "Quantity wire.Decimal "},
		{"an id", `{"type":"array","items":{"$ref":"#/components/schemas/Thing"}}`, `"Thing":{"type":"object"}`, `[{"BuyerId":2}]`,
			[]string{"new field /0/BuyerId 1:  → integer at /components/schemas/Thing"}, "BuyerID int64 "},
		{"an integer out of range", `{"type":"array","items":{"type":"integer","format":"int32"}}`, "", `[1,3000000000]`,
			[]string{"contradicted field /1 1: integer of the format int32 → integer out of range at " + atSchema + "/items"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			report, got := verifyThings(t, described(t, test.schema, test.components).Document, test.body)
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s", strings.Join(got, "\n"))
			}
			data, err := report.Overlay()
			if err != nil {
				t.Fatal(err)
			}
			if test.code == "" {
				if data != nil {
					t.Errorf("got overlay %s, want none", data)
				}
				return
			}
			result := described(t, test.schema, test.components, pipeline.Overlay{Name: "learned", Data: data})
			_, again := verifyThings(t, result.Document, test.body)
			for _, line := range again {
				if strings.HasPrefix(line, "new") {
					t.Errorf("the second run reports %s", line)
				}
			}
			files, err := codegen.Generate(result.Document, codegen.Options{Package: "learned"}, result.Report)
			if err != nil {
				t.Fatal(err)
			}
			if code := strings.Join(strings.Fields(string(files[0].Content)), " "); !strings.Contains(code, test.code) {
				t.Errorf("the code lacks %q with the overlay\n%s", test.code, data)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	for values, want := range map[string]string{
		`[1,2]`: "integer", `[1,1.0]`: "number", `[1e2]`: "number", `[-9223372036854775808]`: "integer", `[9223372036854775808]`: "number", `[true]`: "boolean", `[null]`: "null", `[1,null]`: "integer, nullable", `[1,"a",null]`: "integer or null or string",
		`["2024-10-25"]`: "string of the format date", `["2024-10-25","2024-10-25T01:02:03Z"]`: "string", `["2024-10-25T01:02:03.123+02:00"]`: "string of the format date-time",
		`["2024-10-25T01:02:03"]`: "string of the format date-time", `["0001-01-01T00:00:00","2024-10-25T01:02:03.1Z"]`: "string of the format date-time", `["2024-02-30"]`: "string", `["2024-10-25 "]`: "string", `[""]`: "string", `["2024-10-25T25:02:03Z"]`: "string",
		`[[]]`: "empty array", `[[],[1],[1.5]]`: "array of number", `[[null]]`: "array of null", `[{},null]`: "object, nullable", `[{},[]]`: "array or object",
	} {
		var list []any
		decoder := json.NewDecoder(strings.NewReader(values))
		decoder.UseNumber()
		if err := decoder.Decode(&list); err != nil {
			t.Fatal(err)
		}
		s := newShape()
		for _, value := range list {
			s.learn(value, nil, func(string) {})
		}
		if got := s.describe(); got != want {
			t.Errorf("%s: got %s, want %s", values, got, want)
		}
	}
}

// TestDataNames checks that names of data are recognized by their look, by strings in the responses
// and by frequency.
func TestDataNames(t *testing.T) {
	many := func(element func(i int) string) string {
		var elements []string
		for i := range 12 {
			elements = append(elements, element(i))
		}
		return "[" + strings.Join(elements, ",") + "]"
	}
	names := []string{"Anna", "Ewa", "Jan", "Piotr", "Olga", "Adam", "Iga", "Ida", "Zoe", "Leo", "Max", "Tom"}
	for _, test := range []struct{ name, body, want string }{
		{"fields", `[{"Id":1,"ShortName":"a","Address2":"b","_links":{},"@odata.type":"c","IsOK":true,"snake_case":1}]`, ""},
		{"e-mail addresses", `[{"a@b.pl":1,"Total":"x"}]`, "a@b.pl"},
		{"ids and the names next to them", `[{"16519":1,"other":2,"Name":"x"}]`, "16519 other"},
		{"dates", `[{"2024-10-25":[1]}]`, "2024-10-25"},
		{"words", `[{"Jan Kowalski":1}]`, "Jan Kowalski"},
		{"a hyphen", `[{"Nowak-Kowalska":1}]`, "Nowak-Kowalska"},
		{"a dot", `[{"jan.kowalski":1}]`, "jan.kowalski"},
		{"a letter beyond ASCII", `[{"Łucja":1}]`, "Łucja"},
		{"numbers in a name", `[{"FV1a2":1,"NIP527":1}]`, "FV1a2 NIP527"},
		{"an empty name", `[{"":1}]`, ""},
		{"a long name", `[{"` + strings.Repeat("a", 65) + `":1}]`, strings.Repeat("a", 65)},
		{"a string in the responses", `[{"Jan":1,"Names":["JAN"]}]`, "Jan"},
		{"many, once each", many(func(i int) string { return `{"Id":1,"Of":{"` + names[i] + `":1}}` }), "Adam Anna Ewa Ida Iga Jan Leo Max Olga Piotr Tom Zoe"},
		{"two, once each, and nothing else", `[{"Of":{"Anna":1}},{"Of":{"Ewa":2}}]`, "Anna Ewa"},
		{"many in every object", many(func(i int) string { return `{"A":1,"B":1,"C":1,"D":1,"E":1,"F":1,"G":1}` }), ""},
		{"a few rare fields", many(func(i int) string {
			if i == 0 {
				return `{"Id":1,"Comment":"a","Discount":"b"}`
			}
			return `{"Id":1}`
		}), ""},
		{"one object with only numbers", `[{"Of":{"Anna":1,"Ewa":2,"Jan":3,"Piotr":4,"Olga":5,"Adam":6,"Iga":7,"Ida":8}}]`, "Adam Anna Ewa Ida Iga Jan Olga Piotr"},
		{"one object with only equal objects", `[{"Of":{"Anna":{"N":1},"Ewa":{"N":2},"Jan":{"N":3}}}]`, "Anna Ewa Jan"},
		{"one object with two equal objects", `[{"Of":{"Billing":{"N":1},"Shipping":{"N":2}}}]`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			report, findings := verifyThings(t, described(t, `{"type":"array","items":{"type":"object"}}`, "").Document, test.body)
			data, err := report.Overlay()
			if err != nil {
				t.Fatal(err)
			}
			written := string(data) + strings.Join(findings, "\n")
			want := strings.Fields(test.want)
			if strings.Contains(test.want, " ") && !strings.Contains(test.body, `"`+want[0]+`"`) { // a single name of two words
				want = []string{test.want}
			}
			for _, name := range want {
				if strings.Contains(written, "/"+name) || strings.Contains(written, name+":") || strings.Contains(written, name+" ") {
					t.Errorf("%q was written:\n%s", name, written)
				}
			}
			if hidden := strings.Contains(written, "names are data"); hidden != (len(want) > 0 || test.name == "an empty name") {
				t.Errorf("hidden: %v\n%s", hidden, written)
			}
		})
	}
}

// TestTargets checks that pointers (RFC 6901) become JSONPaths (RFC 9535) with correct quoting.
func TestTargets(t *testing.T) {
	document := tree.Object{"paths": tree.Object{"/a/{b}": tree.Object{"get": tree.Object{"parameters": []any{tree.Object{"name": "it's", "in": "query"}}, "allOf": []any{tree.Object{}}}}}}
	l := &learned{document: document}
	for pointer, want := range map[string]string{
		"":                                 "$",
		"/paths/~1a~1{b}/get":              "$.paths['/a/{b}'].get",
		"/paths/~1a~1{b}/get/allOf/0":      "$.paths['/a/{b}'].get.allOf[0]",
		"/paths/~1a~1{b}/get/parameters/0": `$.paths['/a/{b}'].get.parameters[?(@.name == 'it\'s')]`,
	} {
		if got := l.target(pointer); got != want {
			t.Errorf("%s: got %s", pointer, got)
		}
	}
}

// TestFailures checks that only a failure marked as such ends the run.
func TestFailures(t *testing.T) {
	document := described(t, `{"type":"array","items":{"type":"object"}}`, "").Document
	paths := tree.ObjectAt(document, "paths")
	paths["/things/others"] = tree.Object{"get": tree.Object{"operationId": "listOthers", "responses": tree.Object{"200": tree.Object{"description": "OK"}}}}
	for _, ends := range []bool{true, false} {
		calls := 0
		cause := errors.New("canary")
		report, err := Run(t.Context(), Options{Document: document, Send: func(context.Context, Request) (*Response, *Failure) {
			calls++
			return nil, &Failure{Message: "no response", Err: cause, Ends: ends}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 1, false: 2}[ends]; calls != want || len(report.Failures) != want {
			t.Errorf("ends %v: %d calls, %d failures", ends, calls, len(report.Failures))
		}
		if len(report.Findings) != 2 || !errors.Is(report.Failures[0], cause) || strings.Contains(report.Failures[0].Error(), "canary") {
			t.Errorf("ends %v: %v", ends, report.Findings)
		}
	}
}

// TestOtherMediaTypes checks that only the type of a response without JSON is compared.
func TestOtherMediaTypes(t *testing.T) {
	document := described(t, `{"type":"array","items":{}}`, "").Document
	content, _ := tree.Lookup(document, "/paths/~1things/get/responses/200/content")
	delete(content.(tree.Object), "application/json")
	content.(tree.Object)["application/pdf"] = tree.Object{}
	for received, want := range map[string]Verdict{"application/pdf": Confirmed, "application/json": Contradicted, "": Contradicted} {
		report, err := Run(t.Context(), Options{Document: document, Send: func(context.Context, Request) (*Response, *Failure) {
			return &Response{Status: 200, Header: http.Header{"Content-Type": {received}}, Body: []byte(`[1]`)}, nil
		}})
		if err != nil || len(report.Findings) != 1 || report.Findings[0].Verdict != want || report.Findings[0].Detail != "content type" {
			t.Errorf("%s: %v, %v", received, report.Findings, err)
		}
	}
}

// What is nested deeper than maxDepth is not compared: a crafted response would take hours.
func TestNestingIsBounded(t *testing.T) {
	result := described(t, `{"type":"object","properties":{"Id":{"type":"integer"}}}`, "")
	for _, nested := range [][2]string{{`{"a":`, "}"}, {`{"1 x":`, "}"}, {`[{"a":`, "}]"}, {`[`, "]"}} {
		body := strings.Repeat(nested[0], 3000) + "1" + strings.Repeat(nested[1], 3000)
		if _, lines := verifyThings(t, result.Document, body); len(lines) == 0 || len(lines) > maxDepth+1 {
			t.Errorf("%s: %d findings", nested[0], len(lines))
		}
	}
}
