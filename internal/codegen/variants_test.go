package codegen

import (
	"strings"
	"testing"
)

// A discriminator can be a number, and one that cannot be a value of its property is text.
func TestKindsThatAreNumbers(t *testing.T) {
	const schemas = `"A":{"type":"object","required":["k"],"properties":{"k":{"type":"integer"}}},"B":{"type":"object","required":["k"],"properties":{"k":{"type":"integer"}}},
		"U":{"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}],"discriminator":{"propertyName":"k","mapping":{"007":"#/components/schemas/A","two":"#/components/schemas/B"}}}`
	code := codeOf(t, `"schemas":{`+schemas+`}`, "")
	for _, want := range []string{`codec.As[A](a, "k", 7)`, `codec.As[B](a, "k", "two")`, "`json:\"k\" wire:\"kind=7\"`", "`json:\"k\"`"} {
		if !strings.Contains(code, want) {
			t.Errorf("no %s", want)
		}
	}
}

// Properties with the names of methods get other names in Go.
func TestPropertiesNamedAsMethodsOfVariants(t *testing.T) {
	const schemas = `"A":{"type":"object","properties":{"k":{"type":"string"},"AsB":{"type":"string"},"from_b":{"type":"string"},"valueByDiscriminator":{"type":"string"}},"discriminator":{"propertyName":"k","mapping":{"b":"#/components/schemas/B"}}},
		"B":{"allOf":[{"$ref":"#/components/schemas/A"}]}`
	code := codeOf(t, `"schemas":{`+schemas+`}`, "")
	for _, want := range []string{"AsBField ", "FromBField ", "ValueByDiscriminatorField "} {
		if !strings.Contains(code, want) {
			t.Errorf("no %s", want)
		}
	}
}
