package conformance_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Users copy the import into an ERP system, so it stays short.
func TestSizeOfTheERPExample(t *testing.T) {
	for name, limit := range map[string]int{"main.go": 120, "main_test.go": 100} {
		data, err := os.ReadFile(filepath.Join(root, "examples/erp", name))
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(data, []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines, want %d at most", name, lines, limit)
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "examples/erp", "*.go"))
	if err != nil || len(files) != 2 {
		t.Errorf("%d files, %v, want 2", len(files), err)
	}
}
