package pipeline

import "testing"

// FuzzRun puts any bytes through the pipeline. A valid spec must become code, which the generator
// checks.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		`{"swagger":"2.0","info":{"title":"a","version":"1"},"basePath":"/api","paths":{"/a/{id}":{"post":{"consumes":["multipart/form-data"],"parameters":[{"name":"id","in":"path","type":"integer","format":"int32","required":true},{"name":"f","in":"formData","type":"file"},{"name":"l","in":"query","type":"array","items":{"type":"string","enum":["a","b"]},"collectionFormat":"multi"}],"responses":{"200":{"schema":{"$ref":"#/definitions/A[B]"}}}}}},"definitions":{"A[B]":{"allOf":[{"$ref":"#/definitions/B"},{"properties":{"x":{"type":"string","format":"date-time","x-nullable":true}}}]},"B":{"type":"object","discriminator":"t","properties":{"t":{"type":"string"}}}}}`,
		`{"openapi":"3.0.1","info":{"title":"a","version":"1"},"paths":{"/a({key})":{"get":{"operationId":"a","parameters":[{"name":"key","in":"path","schema":{"type":"string"}},{"name":"v","in":"header","required":true}],"responses":{"200":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas/A"},{"type":"string"}]}},"text/json":{}}},"default":{"content":{"application/problem+json":{"schema":{}}}}}},"put":{"requestBody":{"content":{"application/json":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/A"}}}}},"responses":{"204":{}}}}},"components":{"schemas":{"A":{"type":"object","required":["a"],"properties":{"a":{"type":"integer","enum":[0,1]},"b":{"$ref":"#/components/schemas/A","nullable":true},"c":{"type":"object","additionalProperties":{"type":"number"}}}}}}}`,
		`{"openapi":"3.1.1","paths":{"/a":{"post":{"requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"type":"object","properties":{"n":{"type":["null","integer","string"],"pattern":"^x$"}}}}}},"responses":{"2XX":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A/properties/b/items"}}}}}}}},"components":{"schemas":{"A":{"type":"object","properties":{"b":{"type":["array","null"],"items":{"type":"object","properties":{"c":{"$ref":"#/components/schemas/A/properties/b/items"}}}},"d":{"const":"x"},"e":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/A"}]}}}}}}`,
		"openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses: {200: {content: {text/plain: {schema: {type: string}}}}}\n",
	} {
		f.Add([]byte(seed))
	}
	for seed := range uint64(6) {
		f.Add(newAuthor(seed).document(3))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkHarmless(t, data) })
}
