package tree

import (
	"reflect"
	"testing"
)

// FuzzRead checks that everything that can be read can be written in both formats, and reads
// back the same.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"openapi":"3.0.3","paths":{"/orders/{id}":{"get":{"responses":{"200":{"description":"OK"}}}}}}`,
		"swagger: '2.0'\npaths:\n  /me:\n    get:\n      responses: {200: {description: OK}}\n",
		"a: &a {b: 1.10, c: [~, true, 2024-10-25, 0x1F, .5, 12345678901234567890.5, 1e400]}\nd: {<<: *a, e: *a}\n",
		"a: |-\n  \tx\n\n  y\nb: >+\n  z\n\n? !!float 1\n: !!str 2\n",
		`{"<<":"\u2028","\u0000":"\ud800","=":"no","~":"1.0","a\r\nb":"\n","x":-0,"y":1E400,"z":[[],{}]}`,
		"\xef\xbb\xbf {\"a\":1} {",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		document, err := Read(data)
		if err != nil {
			return
		}
		written, err := JSON(document)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(written)
		if err != nil || !reflect.DeepEqual(again, document) {
			t.Fatalf("%#v\nis written as\n%s\nand read as\n%#v, %v", document, written, again, err)
		}
		written, err = YAML(document)
		if err != nil {
			t.Fatal(err)
		}
		value, err := readYAML(written) // not Read, which takes anything that starts with a brace for JSON
		if err != nil || !reflect.DeepEqual(value, any(document)) {
			t.Fatalf("%#v\nis written as\n%s\nand read as\n%#v, %v", document, written, value, err)
		}
	})
}
