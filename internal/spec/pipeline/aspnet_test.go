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
	firstSeed = flag.Uint64("first-seed", 1, "the first seed of the random descriptions")
	seedCount = flag.Uint64("seeds", 6, "how many random descriptions are tried")
	everyCase = flag.Bool("every-case", false, "every hostile text and shape in every place, and not one in some")
	seedsTo   = flag.String("seeds-to", "", "folder for the code of the random descriptions, to compile it; empty for none")
)

// TestASPNET takes random descriptions, each with oddities that real ones have, through all stages: code must come of each,
// and the same code twice. The generator checks that the code is right.
func TestASPNET(t *testing.T) {
	for seed := *firstSeed; seed < *firstSeed+*seedCount; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			author := newAuthor(seed)
			data := author.document(10 + int(seed%21))
			split := seed%2 == 0
			files := generated(t, data, split)
			for i, file := range generated(t, data, split) {
				if !bytes.Equal(file.Content, files[i].Content) {
					t.Errorf("%s is not the same twice", file.Name)
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

func write(t *testing.T, folder string, data []byte, files []codegen.File) {
	t.Helper()
	if *seedsTo == "" {
		return
	}
	folder = filepath.Join(*seedsTo, folder)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, codegen.File{Name: "description.json", Content: data}) {
		if err := os.WriteFile(filepath.Join(folder, file.Name), file.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
