package view

import (
	"slices"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func read(t *testing.T, source string) Spec {
	t.Helper()
	document, err := tree.Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return Spec(document)
}

// at returns the node at a pointer.
func (s Spec) at(pointer string) Node {
	value, _ := tree.Lookup(tree.Object(s), pointer)
	object, _ := value.(tree.Object)
	return Node{pointer, object}
}

func TestResolve(t *testing.T) {
	spec := read(t, `
a: {$ref: '#/b'}
b: {$ref: '#/c~1d'}
c/d: {type: string}
loop: {$ref: '#/loop'}
other: {$ref: 'x.json#/a'}
lost: {$ref: '#/none'}
`)
	for pointer, want := range map[string]string{"/a": "/c~1d", "/b": "/c~1d", "/c~1d": "/c~1d", "/loop": "", "/other": "", "/lost": "/none"} {
		got := spec.Resolve(spec.at(pointer))
		if got.Pointer != want || (got.Object != nil) != (want == "/c~1d") {
			t.Errorf("%s: got %v, want %s", pointer, got, want)
		}
	}
}

func TestSchema(t *testing.T) {
	spec := read(t, `
Base: {type: object, required: [Id], properties: {Id: {type: integer}}, additionalProperties: {x-go-type: any}}
Part: {allOf: [{$ref: '#/Base'}, {required: [Name], properties: {Name: {type: string}}, additionalProperties: {type: number}}], nullable: true}
Choice: {oneOf: [{$ref: '#/Base'}, {type: string}]}
Prices: {anyOf: [{required: [Net]}, {required: [Gross, Currency]}], properties: {Net: {}}, additionalProperties: false}
List: {items: {$ref: '#/List'}}
`)
	part := spec.Schema(spec.at("/Part"))
	if part.Kind() != Object || !part.Nullable || !part.Required["Id"] || !part.Required["Name"] || part.Properties["Id"].Pointer != "/Base/properties/Id" || part.Additional.Value("type") != "number" {
		t.Errorf("allOf: got %+v", part)
	}
	choice := spec.Schema(spec.at("/Choice"))
	if !slices.Equal(choice.Kinds, []Kind{Object, String}) || len(choice.Required) > 0 || choice.Properties["Id"].Object == nil || choice.Additional.Object != nil {
		t.Errorf("oneOf: got %+v", choice)
	}
	if prices := spec.Schema(spec.at("/Prices")); !slices.Equal(prices.Alternatives, []string{"Currency with Gross", "Net"}) || !prices.Closed || prices.Kind() != Object {
		t.Errorf("anyOf: got %+v", prices)
	}
	if list := spec.Schema(spec.at("/List")); list.Kind() != Array || list.Items.Object == nil {
		t.Errorf("items: got %+v", list)
	}
	if none := spec.Schema(Node{}); none.Kind() != "" || !none.Allows(Boolean) {
		t.Errorf("no schema: got %+v", none)
	}
}

func TestAllows(t *testing.T) {
	schema := Schema{Kinds: []Kind{Number}, Nullable: true}
	for kind, want := range map[Kind]bool{Number: true, Integer: true, Null: true, String: false} {
		if got := schema.Allows(kind); got != want {
			t.Errorf("%s: got %v", kind, got)
		}
	}
}

func TestDescribe(t *testing.T) {
	for schema, want := range map[string]string{
		"{}": "any type", "{type: array}": "array", "{items: {type: integer, format: int64}}": "array of integer of the format int64",
		"{type: string, nullable: true}": "string, nullable", "{anyOf: [{type: string}, {items: {type: number}}]}": "string",
		"{oneOf: [{type: array, items: {type: string}}, {type: string}]}": "array of string or string",
		"{type: array, items: {$ref: '#/A'}}":                             "array of array of array of array of array of array",
	} {
		spec := read(t, "A: "+schema)
		if got := spec.Describe(spec.Schema(spec.at("/A"))); got != want {
			t.Errorf("%s: got %q, want %q", schema, got, want)
		}
	}
}

func TestOperations(t *testing.T) {
	spec := read(t, `
paths:
  /a/{b}/{c}:
    parameters: [{name: q, in: query}, {name: c, in: path}, {name: X-A, in: header}]
    get:
      operationId: getA
      parameters: [{$ref: '#/components/parameters/Q'}, {name: x-a, in: header}, {$ref: '#/none'}]
      responses: {default: {}, '404': {}, 2XX: {}, x-note: {}}
components: {parameters: {Q: {name: q, in: query, explode: false}}}
`)
	operations := spec.Operations()
	if len(operations) != 1 || operations[0].String() != "GET /a/{b}/{c}" || operations[0].ID != "getA" {
		t.Fatalf("got %+v", operations)
	}
	if got := operations[0].Statuses(); !slices.Equal(got, []string{"2XX", "404", "default"}) {
		t.Errorf("got statuses %q", got)
	}
	var keys []string
	for _, p := range spec.Parameters(operations[0]) {
		keys = append(keys, p.Key+" at "+p.Pointer)
	}
	want := []string{"query q at /components/parameters/Q", "header x-a at /paths/~1a~1{b}~1{c}/get/parameters/1", "path 1 at /paths/~1a~1{b}~1{c}/parameters/1"}
	if !slices.Equal(keys, want) {
		t.Errorf("got parameters %q", keys)
	}
}

func TestEncoding(t *testing.T) {
	for parameter, want := range map[string]string{
		"{}": RepeatedKey, "{style: form}": RepeatedKey, "{explode: true}": RepeatedKey, "{explode: false}": CommaList, "{style: pipeDelimited}": "pipeDelimited",
	} {
		if got := (Parameter{Node: read(t, "A: "+parameter).at("/A")}).Encoding(); got != want {
			t.Errorf("%s: got %q", parameter, got)
		}
	}
}

func TestJSON(t *testing.T) {
	for content, want := range map[string]string{
		"{}": "", "{text/plain: {}}": "", "{text/json: {}, Application/JSON; charset=utf-8: {}}": "Application/JSON; charset=utf-8",
		"{application/problem+json: {}, text/json: {}}": "application/problem+json", "{'*/*': {}}": "*/*",
		"{application/json: {}, application/a+json: {}}": "application/json",
	} {
		node, got, ok := JSON(read(t, "A: {content: "+content+"}").at("/A"))
		if got != want || ok != (want != "") || ok && node.Object == nil {
			t.Errorf("%s: got %q, %v", content, got, ok)
		}
	}
}
