package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestCycles covers all kinds of recursive schemas and dangling references.
func TestCycles(t *testing.T) {
	const ref = `{"$ref":"#/components/schemas/%s"}`
	a, b, c := fmt.Sprintf(ref, "A"), fmt.Sprintf(ref, "B"), fmt.Sprintf(ref, "C")
	for name, schemas := range map[string]string{
		"a reference to itself":         `"A":` + a,
		"two references":                `"A":` + b + `,"B":` + a,
		"three references":              `"A":` + b + `,"B":` + c + `,"C":` + a,
		"an allOf of itself":            `"A":{"allOf":[` + a + `]}`,
		"an allOf of two":               `"A":{"allOf":[` + b + `]},"B":{"allOf":[` + a + `]}`,
		"an allOf with fields":          `"A":{"allOf":[` + b + `,{"properties":{"a":{}}}]},"B":{"allOf":[` + a + `],"properties":{"b":{}}}`,
		"a oneOf of itself":             `"A":{"oneOf":[` + a + `]}`,
		"a oneOf of two":                `"A":{"oneOf":[` + a + `,` + b + `]},"B":{"anyOf":[` + a + `,` + b + `]}`,
		"a choice of choices":           `"A":{"oneOf":[` + b + `,{"type":"string"}]},"B":{"oneOf":[` + a + `,{"type":"integer"}]}`,
		"a list of itself":              `"A":{"type":"array","items":` + a + `}`,
		"a list of a list":              `"A":{"type":"array","items":` + b + `},"B":{"type":"array","items":` + a + `}`,
		"a map of itself":               `"A":{"type":"object","additionalProperties":` + a + `}`,
		"a map of a list":               `"A":{"type":"object","additionalProperties":` + b + `},"B":{"type":"array","items":` + a + `}`,
		"a list of a reference":         `"A":{"type":"array","items":` + b + `},"B":` + a,
		"a map of a reference":          `"A":{"type":"object","additionalProperties":` + b + `},"B":` + a,
		"a field by value":              `"A":{"type":"object","required":["a"],"properties":{"a":` + a + `}}`,
		"fields by value":               `"A":{"type":"object","required":["b"],"properties":{"b":` + b + `}},"B":{"type":"object","required":["a"],"properties":{"a":` + a + `}}`,
		"a field and a choice":          `"A":{"type":"object","required":["b"],"properties":{"b":` + b + `}},"B":{"oneOf":[` + a + `,{"type":"string"}]}`,
		"a reference into itself":       `"A":{"type":"object","properties":{"a":{"$ref":"#/components/schemas/A/properties/a"}}}`,
		"a reference around itself":     `"A":{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"$ref":"#/components/schemas/A/properties/a"}}}}}`,
		"references into each other":    `"A":{"type":"object","properties":{"a":{"$ref":"#/components/schemas/B/properties/b"}}},"B":{"type":"object","properties":{"b":{"$ref":"#/components/schemas/A/properties/a"}}}`,
		"a reference to items":          `"A":{"type":"array","items":{"$ref":"#/components/schemas/A/items"}}`,
		"a reference through a ref":     `"A":` + b + `,"B":{"type":"object","properties":{"x":{"type":"object","properties":{"y":{"$ref":"#/components/schemas/A/properties/x"}}}}}`,
		"a reference to all":            `"A":{"type":"object","properties":{"a":{"$ref":"#"}}}`,
		"a reference to the components": `"A":{"type":"object","properties":{"a":{"$ref":"#/components"}}}`,
		"a reference to a path":         `"A":{"$ref":"#/paths/~1a/get"}`,
		"a ref to a string":             `"A":{"$ref":"#/openapi"}`,
		"another host":                  `"A":{"$ref":"http://127.0.0.1:1/x.json#/A"}`,
		"a file":                        `"A":{"$ref":"../../../etc/passwd"},"B":{"$ref":"file:///etc/passwd#/a"}`,
		"a host in a discriminator":     `"A":{"oneOf":[` + b + `,` + c + `],"discriminator":{"propertyName":"t","mapping":{"b":"http://127.0.0.1:1/"}}},"B":{"type":"object","properties":{"t":{}}},"C":{"type":"object","properties":{"t":{}}}`,
		"a missing schema":              `"A":{"$ref":"#/components/schemas/Nowhere"}`,
		"a bad pointer":                 `"A":{"$ref":"#A"},"B":{"$ref":""},"C":{"$ref":"#/%"}`,
		"references of other types":     `"A":{"$ref":1},"B":{"$ref":{}},"C":{"$ref":[]}`,
		"a discriminator of itself":     `"A":{"type":"object","properties":{"t":{"type":"string"}},"discriminator":{"propertyName":"t"},"oneOf":[` + b + `]},"B":{"allOf":[` + a + `,{"type":"object","properties":{"x":{}}}]}`,
	} {
		for _, use := range []string{a, `{"type":"array","items":` + a + `}`, `{"allOf":[` + a + `,{"type":"object","properties":{"own":` + a + `}}]}`} {
			t.Run(name, func(t *testing.T) {
				checkHarmless(t, []byte(`{"openapi":"3.0.3","paths":{"/a":{"post":{
					"parameters":[{"name":"p","in":"query","schema":`+use+`},{"name":"q","in":"header","schema":{"type":"array","items":`+use+`}}],
					"requestBody":{"content":{"application/json":{"schema":`+use+`},"multipart/form-data":{"schema":`+use+`}}},
					"responses":{"200":{"description":"","headers":{"h":{"schema":`+use+`}},"content":{"application/json":{"schema":`+use+`}}}}}}},
					"components":{"schemas":{`+schemas+`}}}`))
			})
		}
	}
}

// TestWrongShapes replaces each value of a spec with JSON of other kinds.
func TestWrongShapes(t *testing.T) {
	const whole = `{"openapi":"3.1.0","info":{"title":"a","version":"1"},"servers":[{"url":"/","variables":{"a":{"default":"b"}}}],"tags":[{"name":"a"}],"security":[{"a":[]}],
		"paths":{"/a/{b}":{"parameters":[{"name":"b","in":"path","schema":{"type":"string"}}],"post":{"operationId":"a","tags":["a"],"deprecated":true,"security":[{"a":[]}],
		"parameters":[{"name":"c","in":"query","required":true,"style":"form","explode":true,"schema":{"type":"array","items":{"type":"string"}}},{"name":"d","in":"header","content":{"application/json":{"schema":{}}}}],
		"requestBody":{"required":true,"content":{"multipart/form-data":{"schema":{"type":"object","properties":{"f":{"type":"string","format":"binary"}}},"encoding":{"f":{"contentType":"a/b","headers":{"h":{"schema":{}}}}}}}},
		"responses":{"200":{"description":"a","headers":{"h":{"schema":{"type":"string"}}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"},"example":1,"examples":{"a":{"value":1}}}}}}}}},
		"components":{"securitySchemes":{"a":{"type":"http","scheme":"bearer"}},"parameters":{"p":{"name":"p","in":"query","schema":{}}},"headers":{"h":{"schema":{}}},"responses":{"r":{"description":"a"}},"requestBodies":{"b":{"content":{}}},
		"schemas":{"A":{"type":"object","required":["a"],"properties":{"a":{"type":["null","integer"],"minimum":1,"exclusiveMaximum":5,"enum":[1,2],"x-enum-varnames":["A","B"]},"b":{"$ref":"#/components/schemas/B"}},"additionalProperties":{"type":"array","items":{"type":"string"},"maxItems":3}},
		"B":{"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/C"}],"discriminator":{"propertyName":"t","mapping":{"a":"#/components/schemas/A"}}},"C":{"allOf":[{"$ref":"#/components/schemas/A"},{"type":"object","title":"x","properties":{"c":{"const":"x"}},"$defs":{"D":{"type":"string"}},"prefixItems":[{}],"patternProperties":{"a":{}}}]}}}}`
	wrong := []string{
		`null`, `true`, `false`, `1`, `-1e400`, `12345678901234567890123`, `"x"`, `""`, `[]`, `{}`, `[null]`, `[[]]`, `[{}]`, `{"x":null}`,
		`{"$ref":"#/components/schemas/A"}`, `[1,"a",null,{}]`,
	}
	for index := 0; ; index++ {
		for i, instead := range wrong {
			if !*everyCase && 3*i != index%(3*len(wrong)) {
				continue
			}
			var value any
			if err := json.Unmarshal([]byte(whole), &value); err != nil {
				t.Fatal(err)
			}
			left := index
			changed, done := replaced(value, json.RawMessage(instead), &left)
			if !done {
				return
			}
			data, err := json.Marshal(changed)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprint(index, instead), func(t *testing.T) { checkHarmless(t, data) })
			if t.Failed() {
				t.Fatalf("%s", data)
			}
		}
	}
}

// replaced replaces the value with a number in traversal order, and reports whether it exists.
func replaced(value, wrong any, left *int) (any, bool) {
	if *left == 0 {
		return wrong, true
	}
	*left--
	switch value := value.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if changed, ok := replaced(value[name], wrong, left); ok {
				value[name] = changed
				return value, true
			}
		}
	case []any:
		for i := range value {
			if changed, ok := replaced(value[i], wrong, left); ok {
				value[i] = changed
				return value, true
			}
		}
	}
	return value, false
}

// TestSizes covers needlessly large and deep specs.
func TestSizes(t *testing.T) {
	nested := func(open, inner, shut string, times int) string {
		return strings.Repeat(open, times) + inner + strings.Repeat(shut, times)
	}
	depth := 60
	if *everyCase {
		depth = 180 // the limit is 200 levels
	}
	schema := func(source string) string {
		return `{"openapi":"3.1.0","paths":{},"components":{"schemas":{"A":` + source + `}}}`
	}
	for name, data := range map[string]string{
		"50 MB":            `{"openapi":"3.0.3","x-a":"` + strings.Repeat("a", 50<<20) + `"}`,
		"deep JSON":        `{"openapi":"3.0.3","x-a":` + nested("[", "", "]", 1<<20) + `}`,
		"deep YAML":        "openapi: 3.0.3\nx-a: " + nested("[", "", "]", 1<<14),
		"deep fields":      schema(nested(`{"properties":{"a":`, `{}`, `}}`, depth/2)),
		"deep lists":       schema(nested(`{"type":"array","items":`, `{}`, `}`, depth)),
		"deep maps":        schema(nested(`{"type":"object","additionalProperties":`, `{}`, `}`, depth)),
		"deep allOf":       schema(nested(`{"allOf":[{"type":"object"},`, `{}`, `]}`, depth/2)),
		"deep oneOf":       schema(nested(`{"oneOf":[{"type":"string"},`, `{}`, `]}`, depth/2)),
		"deep definitions": schema(nested(`{"$defs":{"a":`, `{}`, `}}`, depth/2)),
		"huge numbers":     schema(`{"type":"integer","minimum":1e999999999,"maximum":-1e999999999,"maxLength":99999999999999999999,"enum":[1e999999999,99999999999999999999],"default":1e999999999}`),
		"many aliases":     "openapi: 3.0.3\na: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
		"doubling":         schema(`{}` + doubling(24)),
		"doubling allOf":   schema(`{}` + doublingAllOf(24)),
	} {
		t.Run(name, func(t *testing.T) { checkHarmless(t, []byte(data)) })
	}
}

// doubling returns schemas whose size doubles with each one if references are inlined.
func doubling(times int) string {
	var schemas strings.Builder
	for i := range times {
		fmt.Fprintf(&schemas, `,"S%d":{"type":"object","properties":{"a":{"$ref":"#/components/schemas/S%d"},"b":{"$ref":"#/components/schemas/S%d"}}}`, i, i+1, i+1)
	}
	fmt.Fprintf(&schemas, `,"S%d":{"type":"string"}`, times)
	return schemas.String()
}

func doublingAllOf(times int) string {
	var schemas strings.Builder
	for i := range times {
		fmt.Fprintf(&schemas, `,"S%d":{"type":"object","properties":{"a":{"allOf":[{"$ref":"#/components/schemas/S%d"},{"properties":{"x":{}}}]},"b":{"allOf":[{"$ref":"#/components/schemas/S%d"},{"properties":{"y":{}}}]}}}`, i, i+1, i+1)
	}
	fmt.Fprintf(&schemas, `,"S%d":{"type":"object","properties":{"z":{}}}`, times)
	return schemas.String()
}
