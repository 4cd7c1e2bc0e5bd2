package pipeline

import (
	"testing"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// BenchmarkGenerate350 generates code from a spec as large as the largest real ones: 350 operations
// and as many schemas.
func BenchmarkGenerate350(b *testing.B) {
	data := newAuthor(350).document(350)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		result, err := Run(data, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := codegen.Generate(result.Document, codegen.Options{Package: "api", Server: true}, &tree.Report{}); err != nil {
			b.Fatal(err)
		}
	}
}
