package swagger2

import (
	"encoding/json"
	"reflect"
	"strconv"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// FuzzConvert checks that no spec crashes the conversion, and that no two locations of the
// result share memory, because a later stage would then change both.
func FuzzConvert(f *testing.F) {
	for _, seed := range []string{
		`{"swagger":"2.0"}`,
		`{"swagger":"2.0","host":"h","basePath":"b","schemes":["http","https"],"consumes":["a/b"],"produces":[1]}`,
		`{"paths":{"/a/{id}":{"parameters":[{"$ref":"#/parameters/B"}],"get":{"parameters":[{"name":"id"},{"name":"b","in":"body","schema":{"$ref":"#/definitions/A"}}]}}},"parameters":{"B":{"in":"body","schema":{"type":"file"}}}}`,
		`{"paths":{"/a":{"post":{"consumes":["multipart/form-data"],"parameters":[{"name":"f","in":"formData","type":"array","items":{"type":"string"},"collectionFormat":"pipes"}],"responses":{"0":{"schema":{"type":"file"},"headers":{"h":{}},"examples":{"a/b":1}}}}}}}`,
		`{"definitions":{"A":{"type":["string","null"],"required":true,"properties":{"a":{"required":true,"x-nullable":true,"$ref":"#/definitions/A"}},"items":[],"allOf":[1,{"exclusiveMinimum":1}],"discriminator":"a"}}}`,
		`{"responses":{"R":{"$ref":"#/responses/R"}},"paths":{"/a":{"get":{"produces":[],"responses":{"200":{"$ref":"#/responses/R"}}}}}}`,
		`{"securityDefinitions":{"a":{"type":"oauth2","flow":"implicit"},"b":{"type":"apiKey"},"c":[]}}`,
		`{"parameters":[{}],"paths":[],"definitions":null,"responses":1,"tags":{"a":1},"info":"x"}`,
		"swagger: 2.0\npaths:\n  /a: &a\n    get: {}\n  /b: *a\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		document, err := tree.Read(data)
		if err != nil {
			return
		}
		converted, problems := Convert(document, &tree.Report{})
		if _, err := json.Marshal(converted); err != nil {
			t.Fatal(err)
		}
		for _, problem := range problems {
			if problem.Pointer == "" || problem.Message == "" || problem.Remedy == "" {
				t.Errorf("incomplete problem: %v", problem)
			}
		}
		rejectSharing(t, "", converted, map[uintptr]string{})
	})
}

// rejectSharing fails if two locations of a tree are the same object or list.
func rejectSharing(t *testing.T, pointer string, value any, seen map[uintptr]string) {
	t.Helper()
	list, listed := value.([]any)
	if _, ok := value.(tree.Object); ok || listed && len(list) > 0 {
		address := reflect.ValueOf(value).Pointer()
		if other, ok := seen[address]; ok {
			t.Fatalf("%s and %s share memory", other, pointer)
		}
		seen[address] = pointer
	}
	for name, field := range tree.Fields(value) {
		rejectSharing(t, tree.Join(pointer, name), field, seen)
	}
	for i, element := range list {
		rejectSharing(t, tree.Join(pointer, strconv.Itoa(i)), element, seen)
	}
}
