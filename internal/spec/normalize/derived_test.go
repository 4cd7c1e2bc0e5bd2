package normalize

import (
	"encoding/json"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestMapDerivedTypes(t *testing.T) {
	const derived = `"Circle": {"allOf": [{"$ref": "#/components/schemas/Shape"}]}, "Polygon": {"allOf": [{"$ref": "#/components/schemas/Shape"}, {}]},
		"Square": {"allOf": [{"$ref": "#/components/schemas/Polygon"}], "x-discriminator-value": "sq"}, "Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}]}`
	for _, test := range []struct{ name, shape, want string }{
		{"without a mapping", `{"discriminator": {"propertyName": "kind"}}`,
			`{"Circle":"#/components/schemas/Circle","Polygon":"#/components/schemas/Polygon","sq":"#/components/schemas/Square"}`},
		{"with part of it", `{"discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Circle"}}}`,
			`{"Polygon":"#/components/schemas/Polygon","c":"#/components/schemas/Circle","sq":"#/components/schemas/Square"}`},
		{"with a list of its own", `{"discriminator": {"propertyName": "kind"}, "oneOf": [{"$ref": "#/components/schemas/Circle"}]}`, `null`},
		{"without a discriminator", `{"type": "object"}`, `null`},
	} {
		t.Run(test.name, func(t *testing.T) {
			document := asTree(t, `{"components": {"schemas": {"Shape": `+test.shape+`, `+derived+`}}}`)
			mapDerivedTypes(document.(tree.Object), &tree.Report{})
			mapping, _ := tree.Lookup(document, "/components/schemas/Shape/discriminator/mapping")
			if got, err := json.Marshal(mapping); err != nil || string(got) != test.want {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
}
