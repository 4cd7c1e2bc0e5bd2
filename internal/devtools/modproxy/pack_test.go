package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// newModule writes a module and a nested one, which a release leaves out.
func newModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":         "module example.com/Tiny\n\ngo 1.26.0\n",
		"tiny.go":        "package tiny\n",
		"nested/go.mod":  "module example.com/Tiny/nested\n\ngo 1.26.0\n",
		"nested/main.go": "package main\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The go command reads the packed module.
func TestPack(t *testing.T) {
	proxy := t.TempDir()
	if err := pack(newModule(t), "v1.2.3", proxy); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "mod", "download", "-json", "example.com/Tiny@v1.2.3")
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), "GOPROXY=file://"+filepath.ToSlash(proxy), "GOMODCACHE="+t.TempDir(), "GOFLAGS=-modcacherw", "GONOSUMDB=example.com/*")
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var downloaded struct{ Dir, Version string }
	if err := json.Unmarshal(output, &downloaded); err != nil {
		t.Fatal(err)
	}
	var names []string
	entries, err := os.ReadDir(downloaded.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if want := []string{"go.mod", "tiny.go"}; !slices.Equal(names, want) || downloaded.Version != "v1.2.3" {
		t.Errorf("got %s with %v, want %v", downloaded.Version, names, want)
	}
}

func TestPackErrors(t *testing.T) {
	for name, test := range map[string]struct {
		dir, version, want string
	}{
		"a version without v":   {newModule(t), "1.2.3", "version"},
		"an incomplete version": {newModule(t), "v1", "version"},
		"another major version": {newModule(t), "v2.0.0", "v2"},
		"no module":             {t.TempDir(), "v1.2.3", "go.mod"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := t.TempDir()
			err := pack(test.dir, test.version, proxy)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
			if entries, _ := os.ReadDir(proxy); len(entries) != 0 {
				t.Errorf("%d entries written", len(entries))
			}
		})
	}
}
