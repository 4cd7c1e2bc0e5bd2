package normalize

import (
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestNotices(t *testing.T) {
	for _, test := range []struct {
		schema string
		want   []string
	}{
		{`{"type": "string", "minLength": 3, "pattern": "^a", "example": "abc"}`, nil},
		{`{"type": "integer", "example": "a"}`, []string{"/example: the example"}},
		{`{"type": "string", "pattern": "^(?!a)"}`, []string{"/pattern: the pattern is not checked, because Go cannot compile it, "}},
	} {
		document, err := tree.Read([]byte(`{"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"T": ` + test.schema + `}}}`))
		if err != nil {
			t.Fatal(err)
		}
		var report tree.Report
		Normalize(document, &report)
		got := Notices(&report)
		same := slices.EqualFunc(got, test.want, func(got, want string) bool {
			return strings.HasPrefix(got, "/components/schemas/T"+want)
		})
		if !same {
			t.Errorf("%s: got %q", test.schema, got)
		}
	}
}
