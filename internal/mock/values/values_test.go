package values

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract"
	_ "github.com/xsale-go/xsale/internal/contract/rare"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/typed"
)

// document returns a spec with the schemas, written as JSON or flow YAML.
func document(t testing.TB, schemas string) *contract.Document {
	t.Helper()
	loaded, err := contract.Load([]byte("openapi: 3.0.3\ninfo: {title: Values, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n" + schemas))
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func component(d *contract.Document, name string) *model.SchemaRef {
	return &model.SchemaRef{Ref: componentPrefix + name, Value: d.Spec().Schemas[name].Value}
}

const rules = `
    Range: {type: integer, minimum: 5, maximum: 7}
    Open: {type: integer, minimum: 5, exclusiveMinimum: true, maximum: 7, exclusiveMaximum: true}
    Negative: {type: number, maximum: -3.5}
    Large: {type: integer, format: int64, minimum: 9007199254740000}
    Fraction: {type: number, minimum: 0, maximum: 0.5, multipleOf: 0.25}
    Cents: {type: number, multipleOf: 0.01}
    Even: {type: integer, multipleOf: 2.5, minimum: 1}
    Short: {type: string, maxLength: 2}
    Long: {type: string, minLength: 40, maxLength: 41}
    Exact: {type: string, minLength: 36, maxLength: 36}
    Nip: {type: string, pattern: '^[1-9]((\d[1-9])|([1-9]\d))\d{7}$'}
    Padded: {type: string, pattern: '^[a-z]+$', minLength: 20}
    Escaped: {type: string, pattern: '^\/[\w\-]{3}\.\d+$'}
    Anywhere: {type: string, pattern: 'ab|cd'}
    Uppercase: {type: string, pattern: '^[\u0041-\u0043]{4}$'}
    Nothing: {type: string, nullable: true, x-values: [null]}
    Choice: {type: string, enum: [a, b, null], nullable: true}
    Common: {allOf: [{type: string, enum: [a, b]}, {type: string, enum: [b, c]}]}
    Different: {type: array, uniqueItems: true, minItems: 3, items: {type: string, enum: [x, y, z]}}
    Bounded: {type: array, minItems: 1, maxItems: 1, items: {type: boolean}}
    Map: {type: object, minProperties: 3, additionalProperties: {type: integer}}
    Few: {type: object, maxProperties: 2, required: [c], properties: {a: {type: string}, b: {type: string}, c: {type: string}, d: {type: string}}}
    Unlisted: {type: object, required: [other], properties: {a: {type: string}}}
    Not: {type: integer, minimum: 1, maximum: 3, not: {enum: [1, 2]}}
    Tree: {type: object, required: [name], properties: {name: {type: string}, children: {type: array, items: {$ref: '#/components/schemas/Tree'}}, parent: {nullable: true, allOf: [{$ref: '#/components/schemas/Tree'}]}}}
    Chain: {type: object, required: [next], properties: {next: {nullable: true, allOf: [{$ref: '#/components/schemas/Chain'}]}}}
    Cat: {type: object, required: [kind, lives], properties: {kind: {type: string}, lives: {type: integer}}}
    Dog: {type: object, required: [kind, tail], properties: {kind: {type: string}, tail: {type: boolean}}}
    Pet: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}}
    Unmapped: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind}}
    Either: {anyOf: [{type: integer}, {type: string, format: uuid}]}
    Inherited: {allOf: [{$ref: '#/components/schemas/Tree'}, {type: object, required: [size], properties: {size: {type: integer}}}]}
    Untyped: {minimum: 3}
    Anything: {}
`

// The checker of this module and that of kin-openapi must agree.
func TestValuesFit(t *testing.T) {
	d := document(t, rules)
	for seed := range uint64(25) {
		generator := New(d, seed)
		for name := range d.Spec().Schemas {
			for _, extent := range []Extent{Full, Assigned, Required} {
				value, err := generator.Value(component(d, name), name, extent)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				wantFit(t, d, name, value)
			}
		}
	}
}

var peers sync.Map // of *contract.Document to *openapi3.T

// peerOf returns a spec as kin-openapi reads it.
func peerOf(t *testing.T, d *contract.Document) *openapi3.T {
	t.Helper()
	if known, ok := peers.Load(d); ok {
		return known.(*openapi3.T)
	}
	data, err := tree.JSON(d.Tree())
	if err != nil {
		t.Fatal(err)
	}
	spec, err := typed.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	peers.Store(d, spec)
	return spec
}

func wantFit(t *testing.T, d *contract.Document, name string, value any) {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(encoded, &plain); err != nil {
		t.Fatal(err)
	}
	if err := peerOf(t, d).Components.Schemas[name].Value.VisitJSON(plain); err != nil {
		t.Errorf("%s: %s: %v", name, encoded, err)
	}
	for _, finding := range contract.Errors(d.CheckSchema(name, encoded)) {
		t.Errorf("%s: %s: %s", name, encoded, finding)
	}
}

func TestFormats(t *testing.T) {
	checks := map[string]func(string) error{
		"date":      func(s string) error { _, err := time.Parse(time.DateOnly, s); return err },
		"date-time": func(s string) error { _, err := time.Parse(time.RFC3339, s); return err },
		"time":      func(s string) error { _, err := time.Parse("15:04:05Z07:00", s); return err },
		"email":     func(s string) error { _, err := mail.ParseAddress(s); return err },
		"uri":       func(s string) error { _, err := url.ParseRequestURI(s); return err },
		"ipv4":      func(s string) error { _, err := netip.ParseAddr(s); return err },
		"ipv6":      func(s string) error { _, err := netip.ParseAddr(s); return err },
		"byte":      func(s string) error { _, err := base64.StdEncoding.DecodeString(s); return err },
	}
	for format, check := range checks {
		d := document(t, fmt.Sprintf("    Value: {type: string, format: %s}\n", format))
		for seed := range uint64(50) {
			value, err := New(d, seed).Value(component(d, "Value"), "", Full)
			if err != nil || check(value.(string)) != nil {
				t.Errorf("%s: %v, %v", format, value, err)
			}
		}
	}
	d := document(t, "    Hash: {type: string, format: byte, minLength: 44, maxLength: 44}\n    Id: {type: string, format: uuid}\n")
	for seed := range uint64(10) {
		for _, name := range []string{"Hash", "Id"} {
			value, err := New(d, seed).Value(component(d, name), "", Full)
			if err != nil {
				t.Fatalf("%s: %v, %v", name, value, err)
			}
			wantFit(t, d, name, value)
		}
	}
}

func TestExamplesComeFirst(t *testing.T) {
	d := document(t, `
    Named: {type: object, properties: {name: {type: string, example: Azor}, legs: {type: integer, default: 4}, age: {type: integer, minimum: 0, example: -1}}}
    Whole: {type: object, properties: {name: {type: string}}, example: {name: Filemon}}
`)
	generator := New(d, 1)
	named, _ := generator.Value(component(d, "Named"), "", Full)
	if object := named.(map[string]any); object["name"] != "Azor" || object["legs"] != json.Number("4") || object["age"] == json.Number("-1") {
		t.Errorf("got %v", named)
	}
	if whole, _ := generator.Value(component(d, "Whole"), "", Full); !reflect.DeepEqual(whole, map[string]any{"name": "Filemon"}) {
		t.Errorf("got %v", whole)
	}
	if other, _ := generator.Other(component(d, "Whole"), ""); reflect.DeepEqual(other, map[string]any{"name": "Filemon"}) {
		t.Errorf("got the example %v", other)
	}
}

func TestValuesAreTheSameForTheSameKey(t *testing.T) {
	d := document(t, rules)
	for name := range d.Spec().Schemas {
		first, _ := New(d, 3).Value(component(d, name), "a", Full)
		if again, _ := New(d, 3).Value(component(d, name), "a", Full); !reflect.DeepEqual(first, again) {
			t.Errorf("%s: %v, then %v", name, first, again)
		}
	}
	tree := component(d, "Tree")
	first, _ := New(d, 3).Value(tree, "a", Full)
	for _, other := range []*Generator{New(d, 3), New(d, 4)} {
		if value, _ := other.Value(tree, "b", Full); reflect.DeepEqual(first, value) {
			t.Errorf("another key or seed gives the same: %v", value)
		}
	}
}

func TestDiscriminators(t *testing.T) {
	d := document(t, rules+`
    Base: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {d: '#/components/schemas/Derived'}}}
    Derived: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [more], properties: {more: {type: string}}}]}
`)
	kinds := make(map[any]bool)
	for seed := range uint64(20) {
		generator := New(d, seed)
		pet, _ := generator.Value(component(d, "Pet"), "", Full)
		object := pet.(map[string]any)
		kinds[object["kind"]] = true
		if _, cat := object["lives"]; cat != (object["kind"] == "cat") {
			t.Errorf("got %v", object)
		}
		base, _ := generator.Value(component(d, "Base"), "", Full)
		if object := base.(map[string]any); object["kind"] != "d" || object["more"] == nil {
			t.Errorf("got %v, want the derived type that the kind promises", object)
		}
	}
	if len(kinds) != 2 {
		t.Errorf("got the kinds %v, want both", slices.Collect(maps.Keys(kinds)))
	}
}

func TestNoValue(t *testing.T) {
	d := document(t, `
    Never: {type: string, enum: [a], minLength: 5}
    Endless: {type: object, required: [next], properties: {next: {$ref: '#/components/schemas/Endless'}}}
    Optional: {type: object, properties: {a: {$ref: '#/components/schemas/Never'}, b: {type: string}}}
`)
	for _, name := range []string{"Never", "Endless"} {
		if value, err := New(d, 1).Value(component(d, name), "", Full); err == nil {
			t.Errorf("%s: got %v", name, value)
		}
	}
}

// Real services have every kind of schema.
func TestValuesOfTheCorpus(t *testing.T) {
	files, err := filepath.Glob("../../conformance/corpus/testdata/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "rejected") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		result, err := pipeline.Run(data, pipeline.Options{})
		if err != nil {
			t.Fatal(err)
		}
		normal, err := tree.JSON(result.Document)
		if err != nil {
			t.Fatal(err)
		}
		d, err := contract.Load(normal)
		if err != nil {
			t.Fatal(err)
		}
		for name := range d.Spec().Schemas {
			for _, extent := range []Extent{Full, Required} {
				if _, err := New(d, 1).Value(component(d, name), name, extent); err != nil {
					t.Errorf("%s: %s: %v", filepath.Base(file), name, err)
				}
			}
		}
	}
}
