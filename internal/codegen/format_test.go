package codegen

import "testing"

func TestFormatCode(t *testing.T) {
	const code = "package a\nimport (\n\t\"bytes\"\n\t\"context\"\n\n\tother \"net/url\"\n\t\"io\"\n)\n// A is\n//  code\n//\n//\nfunc A(r io.Reader)  { other.Parse(\"\") }\n"
	const want = "package a\n\nimport (\n\t\"io\"\n\tother \"net/url\"\n)\n\n// A is\n//\n//\tcode\nfunc A(r io.Reader) { other.Parse(\"\") }\n"
	got, err := formatCode(code, nil)
	if err != nil || string(got) != want {
		t.Errorf("got\n%s, %v", got, err)
	}
	if _, err := formatCode("package a\nfunc {", nil); err == nil {
		t.Error("got no error for invalid Go")
	}
}
