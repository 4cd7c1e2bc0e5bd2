package pipeline

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

var (
	firstSeed = flag.Uint64("first-seed", 1, "first `SEED` of the random specs")
	seedCount = flag.Uint64("seeds", 6, "`NUMBER` of random specs")
	everyCase = flag.Bool("every-case", false, "try every hostile string and shape at every location instead of a sample")
	seedsTo   = flag.String("seeds-to", "", "`DIR` for the code of the random specs, to compile it")
)

// TestASPNET generates code from random specs with the oddities of real ones. The code must be the
// same twice. The generator checks that it is valid.
func TestASPNET(t *testing.T) {
	for seed := *firstSeed; seed < *firstSeed+*seedCount; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			author := newAuthor(seed)
			data := author.document(10 + int(seed%21))
			split := seed%2 == 0
			files := generated(t, data, split)
			for i, file := range generated(t, data, split) {
				if !bytes.Equal(file.Content, files[i].Content) {
					t.Errorf("%s differs between runs", file.Name)
				}
			}
			write(t, fmt.Sprint("p", seed), data, files)
		})
	}
}

func generated(t *testing.T, data []byte, split bool) []codegen.File {
	t.Helper()
	result, err := Run(data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(result.Document, codegen.Options{Package: "api", Split: split, Server: true}, &tree.Report{})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, dir string, data []byte, files []codegen.File) {
	t.Helper()
	if *seedsTo == "" {
		return
	}
	dir = filepath.Join(*seedsTo, dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, codegen.File{Name: "spec.json", Content: data}) {
		if err := os.WriteFile(filepath.Join(dir, file.Name), file.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
