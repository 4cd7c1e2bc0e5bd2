package model_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/typed"
	"github.com/xsale-go/xsale/openapi"
)

// Package model must read what kin-openapi reads.
func TestDocumentsAreReadAsKinOpenAPIReadsThem(t *testing.T) {
	files, err := filepath.Glob("../../conformance/corpus/testdata/*")
	if err != nil || len(files) < 40 {
		t.Fatal(len(files), err)
	}
	documents := map[string][]byte{"the shipped spec": openapi.Spec()}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "rejected-") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		result, err := pipeline.Run(data, pipeline.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		if documents[name], err = tree.JSON(result.Document); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range documents {
		t.Run(name, func(t *testing.T) {
			there, err := typed.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			document, err := tree.Read(data)
			if err != nil {
				t.Fatal(err)
			}
			here, err := model.New(document)
			if err != nil {
				t.Fatal(err)
			}
			c := &comparison{T: t, seen: map[*model.Schema]*openapi3.Schema{}}
			c.document(here, there)
			if len(c.seen) < len(here.Schemas) {
				t.Errorf("%d schemas were compared, and the spec has %d", len(c.seen), len(here.Schemas))
			}
		})
	}
}

// comparison compares two readings of a spec.
type comparison struct {
	*testing.T
	seen map[*model.Schema]*openapi3.Schema
}

func (c *comparison) equal(at string, here, there any) {
	if c.Helper(); !reflect.DeepEqual(here, there) {
		c.Errorf("%s: got %#v, want %#v", at, here, there)
	}
}

// values compares data, whose numbers are floats there.
func (c *comparison) values(at string, here, there any) {
	c.Helper()
	var values [2]any
	for i, value := range []any{here, there} {
		data, err := json.Marshal(value)
		if err == nil {
			err = json.Unmarshal(data, &values[i])
		}
		if err != nil {
			c.Fatal(at, err)
		}
	}
	c.equal(at, values[0], values[1])
}

func sorted[V any](values map[string]V) []string { return slices.Sorted(maps.Keys(values)) }

// extensions returns those of the specification: kin-openapi keeps every unknown field.
func extensions(all map[string]any) map[string]any {
	kept := map[string]any{}
	for name, value := range all {
		if strings.HasPrefix(name, "x-") {
			kept[name] = value
		}
	}
	return kept
}

func (c *comparison) document(here *model.Spec, there *openapi3.T) {
	c.equal("info", []string{here.Title, here.Version}, []string{there.Info.Title, there.Info.Version})
	var servers []string
	for _, server := range there.Servers {
		servers = append(servers, server.URL)
	}
	c.equal("servers", here.Servers, servers)
	c.equal("paths", sorted(here.Paths), sorted(there.Paths.Map()))
	for path, item := range there.Paths.Map() {
		c.parameters(path, here.Paths[path].Parameters, item.Parameters)
		c.equal(path, sorted(here.Paths[path].Operations), sorted(item.Operations()))
		for method, operation := range item.Operations() {
			c.operation(method+" "+path, here.Paths[path].Operations[method], operation)
		}
	}
	if there.Components != nil {
		c.schemas("components", here.Schemas, there.Components.Schemas)
	}
}

func (c *comparison) operation(at string, here *model.Operation, there *openapi3.Operation) {
	c.equal(at, []any{here.ID, here.Summary, here.Description, here.Tags, here.Deprecated},
		[]any{there.OperationID, there.Summary, there.Description, there.Tags, there.Deprecated})
	c.values(at, extensions(here.Extensions), extensions(there.Extensions))
	c.parameters(at, here.Parameters, there.Parameters)
	if c.equal(at+" body", here.RequestBody != nil, there.RequestBody != nil); there.RequestBody != nil {
		body := there.RequestBody.Value
		c.equal(at+" body", []any{here.RequestBody.Description, here.RequestBody.Required}, []any{body.Description, body.Required})
		c.content(at+" body", here.RequestBody.Content, body.Content)
	}
	c.equal(at+" responses", sorted(here.Responses), sorted(there.Responses.Map()))
	for status, response := range there.Responses.Map() {
		at := at + " " + status
		c.equal(at, here.Responses[status].Description, *response.Value.Description)
		c.content(at, here.Responses[status].Content, response.Value.Content)
		c.equal(at, sorted(here.Responses[status].Headers), sorted(response.Value.Headers))
		for name, header := range response.Value.Headers {
			c.equal(at+" "+name, here.Responses[status].Headers[name].Required, header.Value.Required)
			c.schema(at+" "+name, here.Responses[status].Headers[name].Schema, header.Value.Schema)
		}
	}
	for status := range 700 {
		response := there.Responses.Status(status)
		c.equal(at+" status", here.Responses.Status(status) != nil, response != nil)
	}
}

func (c *comparison) parameters(at string, here []*model.Parameter, there openapi3.Parameters) {
	if c.equal(at, len(here), len(there)); c.Failed() {
		return
	}
	for i, p := range here {
		at, other := at+" "+p.Name, there[i].Value
		c.equal(at, []any{p.Name, p.In, p.Description, p.Required, p.Deprecated, p.AllowEmptyValue, p.AllowReserved},
			[]any{other.Name, other.In, other.Description, other.Required, other.Deprecated, other.AllowEmptyValue, other.AllowReserved})
		method, err := other.SerializationMethod()
		if err != nil {
			c.Fatal(at, err)
		}
		style, explode := p.Serialization()
		c.equal(at, []any{style, explode}, []any{method.Style, method.Explode})
		c.values(at, []any{p.Example, extensions(p.Extensions)}, []any{other.Example, extensions(other.Extensions)})
		c.schema(at, p.Schema, other.Schema)
		c.content(at, p.Content, other.Content)
	}
}

func (c *comparison) content(at string, here model.Content, there openapi3.Content) {
	c.equal(at, sorted(here), sorted(there))
	for _, name := range append(sorted(there), "", "json", "Application/JSON; charset=utf-8", "application/problem+json", "text/plain", "image/png") {
		at, media, other := at+" "+name, here.Get(name), there.Get(name)
		if c.equal(at, media != nil, other != nil); media == nil || other == nil {
			continue
		}
		c.schema(at, media.Schema, other.Schema)
		c.values(at, []any{media.Example, extensions(media.Extensions)}, []any{other.Example, extensions(other.Extensions)})
		c.equal(at, sorted(media.Examples), sorted(other.Examples))
		for name, example := range other.Examples {
			c.values(at+" "+name, media.Examples[name], example.Value.Value)
		}
		c.equal(at, sorted(media.Encoding), sorted(other.Encoding))
		for name, encoding := range other.Encoding {
			c.equal(at+" "+name, *media.Encoding[name], model.Encoding{ContentType: encoding.ContentType, Style: encoding.Style, Explode: encoding.Explode})
		}
	}
}

func (c *comparison) schemas(at string, here model.Schemas, there openapi3.Schemas) {
	c.equal(at, sorted(here), sorted(there))
	for name := range there {
		c.schema(at+"/"+name, here[name], there[name])
	}
}

func (c *comparison) list(at string, here model.SchemaRefs, there openapi3.SchemaRefs) {
	if c.equal(at, len(here), len(there)); len(here) != len(there) {
		return
	}
	for i := range there {
		c.schema(at, here[i], there[i])
	}
}

func (c *comparison) schema(at string, ref *model.SchemaRef, other *openapi3.SchemaRef) {
	if c.equal(at, ref != nil, other != nil); ref == nil || other == nil {
		return
	}
	c.equal(at, ref.Ref, other.Ref)
	here, there := ref.Value, other.Value
	if before, ok := c.seen[here]; ok { // compared already, and the same identity there
		c.equal(at, before == there, true)
		return
	}
	c.seen[here] = there
	c.equal(at, []any{here.Title, here.Description, []string(here.Type), here.Format, here.Pattern}, []any{there.Title, there.Description, there.Type.Slice(), there.Format, there.Pattern})
	c.equal(at, []bool{here.Nullable, here.ReadOnly, here.WriteOnly, here.Deprecated, here.UniqueItems}, []bool{there.Nullable, there.ReadOnly, there.WriteOnly, there.Deprecated, there.UniqueItems})
	c.equal(at, []any{here.MinProps, here.MaxProps, here.MinItems, here.MaxItems, here.MinLength, here.MaxLength}, []any{there.MinProps, there.MaxProps, there.MinItems, there.MaxItems, there.MinLength, there.MaxLength})
	c.equal(at, []any{here.Min, here.Max, here.MultipleOf}, []any{there.Min, there.Max, there.MultipleOf})
	set := func(b openapi3.ExclusiveBound) bool { return b.Bool != nil && *b.Bool }
	c.equal(at, []any{here.ExclusiveMin, here.ExclusiveMax}, []any{set(there.ExclusiveMin), set(there.ExclusiveMax)})
	c.values(at, []any{len(here.Enum), here.Default, here.Example, extensions(here.Extensions)}, []any{len(there.Enum), there.Default, there.Example, extensions(there.Extensions)})
	for i := range there.Enum {
		c.values(at, here.Enum[i], there.Enum[i])
	}
	c.equal(at, slices.Clone(here.Required), slices.Clone(there.Required))
	c.list(at, here.AllOf, there.AllOf)
	c.list(at, here.OneOf, there.OneOf)
	c.list(at, here.AnyOf, there.AnyOf)
	c.schema(at, here.Not, there.Not)
	c.schema(at, here.Items, there.Items)
	c.schemas(at, here.Properties, there.Properties)
	c.equal(at, here.AdditionalProperties.Has, there.AdditionalProperties.Has)
	c.schema(at, here.AdditionalProperties.Schema, there.AdditionalProperties.Schema)
	if c.equal(at, here.Discriminator != nil, there.Discriminator != nil); there.Discriminator != nil {
		mapping := map[string]string{}
		for name, target := range there.Discriminator.Mapping {
			mapping[name] = target.Ref
		}
		c.equal(at, *here.Discriminator, model.Discriminator{PropertyName: there.Discriminator.PropertyName, Mapping: mapping})
	}
	if there.XML != nil {
		c.equal(at, here.XML, model.XML{Name: there.XML.Name, Attribute: there.XML.Attribute, Wrapped: there.XML.Wrapped})
	}
}

func TestNewReportsWhatItCannotRead(t *testing.T) {
	for spec, want := range map[string]string{
		`{"components":{"schemas":{"A":{"$ref":"#/components/schemas/B"}}}}`:                                           `/components/schemas/A: the reference "#/components/schemas/B" leads nowhere`,
		`{"components":{"schemas":{"A":{"$ref":"other.json"}}}}`:                                                       `/components/schemas/A: the reference "other.json" leads nowhere`,
		`{"components":{"schemas":{"A":{"$ref":"#/components/schemas/A"}}}}`:                                           "/components/schemas/A: the reference leads back to itself",
		`{"components":{"schemas":{"A":{"minLength":-1}}}}`:                                                            "/components/schemas/A/minLength: not a count",
		`{"components":{"schemas":{"A":{"type":["string","null"]}}}}`:                                                  "/components/schemas/A/type: not a string",
		`{"components":{"schemas":{"A":{"required":"a"}}}}`:                                                            "/components/schemas/A/required: not a list",
		`{"components":{"schemas":{"A":{"required":[1]}}}}`:                                                            "/components/schemas/A/required: not a list of strings",
		`{"components":{"schemas":{"A":{"maximum":"3"}}}}`:                                                             "/components/schemas/A/maximum: not a number",
		`{"components":{"schemas":{"A":{"properties":{"a":true}}}}}`:                                                   "/components/schemas/A/properties/a: not an object",
		`{"paths":{"/a":{"get":{"parameters":[{"required":"yes"}]}}}}`:                                                 "/paths/~1a/get/parameters/0/required: not true or false",
		`{"paths":{"/a":{"get":{"responses":{"200":{"content":{"text/plain":{"schema":{"$ref":"#/components"}}}}}}}}}`: `/paths/~1a/get/responses/200/content/text~1plain/schema: the reference "#/components" leads nowhere`,
	} {
		document, err := tree.Read([]byte(spec))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := model.New(document); err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", spec, err, want)
		}
	}
}

func TestReferencesMayBePercentEncoded(t *testing.T) {
	document, err := tree.Read([]byte(`{"components":{"schemas":{"A b":{"type":"string"},"C":{"$ref":"#/components/schemas/A%20b"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	spec, err := model.New(document)
	if err != nil || spec.Schemas["C"].Value != spec.Schemas["A b"].Value {
		t.Error(err)
	}
}
