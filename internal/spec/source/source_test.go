package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

func TestGetOwnSpec(t *testing.T) {
	source, err := Get(t.Context(), "", Options{})
	if err != nil || string(source.Data) != string(openapi.Spec()) || source.Name != "the spec of this module" {
		t.Fatalf("got %v, %v", source, err)
	}
	if err := check(source.Data); err != nil {
		t.Error(err)
	}
}

func TestGetStandardInput(t *testing.T) {
	for name, text := range map[string]string{
		"JSON":             minimal,
		"JSON with a mark": "\ufeff" + minimal + "\r\n",
		"YAML":             minimalYAML,
	} {
		source, err := Get(t.Context(), "-", Options{Stdin: strings.NewReader(text)})
		if err != nil || string(source.Data) != text || source.Name != "standard input" {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken pipe")
	for _, test := range []struct {
		name  string
		stdin io.Reader
		want  string
	}{
		{"nothing", strings.NewReader(""), "standard input: the spec is empty; check the program that writes it"},
		{"not a spec", strings.NewReader(`{"a":1}`), "standard input: this is not an API spec: it has neither a swagger nor an openapi field; use the URL of the JSON or YAML document itself, such as /swagger/v1/swagger.json"},
		{"unknown version", strings.NewReader(`{"openapi":"4.0.0"}`), "standard input: /openapi: unknown OpenAPI version; serve the spec as Swagger 2.0 or OpenAPI 3.0 to 3.2"},
		{"too large", strings.NewReader(minimal + strings.Repeat("x", tree.MaxBytes)), "standard input: the spec is larger than 16 MiB; use a part of it, or ask the vendor for a smaller one"},
		{"broken", iotest.ErrReader(broken), "standard input: broken pipe"},
	} {
		source, err := Get(t.Context(), "-", Options{Stdin: test.stdin})
		if source != nil || err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v, %v", test.name, source, err)
		}
		if _, ok := errors.AsType[*tree.Problem](err); ok == errors.Is(err, broken) {
			t.Errorf("%s: the error does not wrap its cause: %v", test.name, err)
		}
	}
}

func TestGetBoundsStandardInput(t *testing.T) {
	reader := &endless{}
	if source, err := Get(t.Context(), "-", Options{Stdin: reader}); err == nil {
		t.Errorf("got %v", source)
	}
	if reader.read != tree.MaxBytes+1 {
		t.Errorf("read %d bytes", reader.read)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

// An idle terminal or pipe must not keep the program from ending.
func TestGetStopsReadingWithContext(t *testing.T) {
	stopped := errors.New("stopped by the user")
	for _, waits := range []bool{true, false} {
		ctx, cancel := context.WithCancelCause(t.Context())
		reader, writer := io.Pipe()
		if !waits {
			cancel(stopped)
		}
		stdin := &notifying{reader, func() { cancel(stopped) }}
		if source, err := Get(ctx, "-", Options{Stdin: stdin}); source != nil || err != stopped {
			t.Errorf("got %v, %v", source, err)
		}
		writer.Close()
	}
}

// notifying signals when a read is about to block.
type notifying struct {
	io.Reader
	tell func()
}

func (n *notifying) Read(p []byte) (int, error) {
	n.tell()
	return n.Reader.Read(p)
}

func TestGetFile(t *testing.T) {
	directory := t.TempDir()
	t.Chdir(directory)
	files := map[string]string{
		"a.json": minimal, "b.yaml": minimalYAML, "api.xsale.ai": minimal, "127.0.0.1:1": minimal, "a@b?c": minimal, "page.html": "<html>",
		"large.json": "{}" + strings.Repeat("x", tree.MaxBytes),
	}
	if runtime.GOOS == "windows" { // which has no such names
		delete(files, "127.0.0.1:1")
		delete(files, "a@b?c")
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("gone.json", "dangling.json"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"a.json", "b.yaml", filepath.Join(directory, "a.json"), "./a.json", "api.xsale.ai", "127.0.0.1:1", "a@b?c"} {
		if _, ok := files[filepath.Base(path)]; !ok {
			continue
		}
		source, err := Get(t.Context(), path, Options{})
		if err != nil || source.Name != path {
			t.Errorf("%s: got %v, %v", path, source, err)
			continue
		}
		if want, err := os.ReadFile(path); err != nil || string(source.Data) != string(want) {
			t.Errorf("%s: got %q", path, source.Data)
		}
	}
	const remedy = ": no such file, and not a URL: pass the path of a file, https://host, or - for standard input"
	for path, want := range map[string]string{
		".":                         ". is a directory: pass a file in it",
		"dangling.json":             "dangling.json: no such file or directory",
		"page.html":                 "page.html: this is a web page, not an API spec; use the URL of the JSON document, such as /swagger/v1/swagger.json; if the page requires a login, use --auth or save the document by hand",
		"large.json":                "large.json: the spec is larger than 16 MiB; use a part of it, or ask the vendor for a smaller one",
		"gone.json":                 "gone.json" + remedy,
		"Gone.YML":                  "Gone.YML" + remedy,
		"gone":                      "gone" + remedy,
		"specs/openapi.yaml":        "specs/openapi.yaml" + remedy,
		"a.json/b":                  "a.json/b" + remedy,
		"api.xsale.ai/swagger":      "api.xsale.ai/swagger" + remedy,
		"a\x00b":                    "a\x00b" + remedy,
		" ":                         " " + remedy,
		"user:hunter2@api.xsale.ai": "the source" + remedy,
		"api.xsale.ai?key=hunter2":  "the source" + remedy,
	} {
		if runtime.GOOS == "windows" && path == "dangling.json" {
			continue // its links are another matter
		}
		source, err := Get(t.Context(), path, Options{})
		if source != nil || err == nil || err.Error() != want {
			t.Errorf("%q: got %v, %v", path, source, err)
		}
	}
}

func TestGetFileWithoutPermission(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "a.json", Err: fs.ErrPermission}
	source, err := readLocal(t.Context(), "a.json", func() ([]byte, error) { return nil, denied })
	if source != nil || err == nil || err.Error() != "a.json: permission denied" {
		t.Errorf("got %v, %v", source, err)
	}
	if os.Geteuid() <= 0 { // root can read every file, and Windows has no modes
		return
	}
	directory := t.TempDir()
	path := filepath.Join(directory, "a.json")
	if err := errors.Join(os.WriteFile(path, []byte(minimal), 0o600), os.Chmod(directory, 0)); err != nil {
		t.Fatal(err)
	}
	source, err = Get(t.Context(), path, Options{})
	if source != nil || err == nil || err.Error() != path+": permission denied" {
		t.Errorf("got %v, %v", source, err)
	}
	if err := os.Chmod(directory, 0o700); err != nil { // to be removed
		t.Fatal(err)
	}
}

func TestGetRejectsURLs(t *testing.T) {
	const name = "spec URL "
	for address, want := range map[string]string{
		"http://api.xsale.ai/":                        name + "is plain http: use https, so that tokens are not sent in the clear",
		"ftp://api.xsale.ai/swagger.json":             name + "is not https: want https://host",
		"https://":                                    name + "has no host: want https://host",
		"https://user:hunter2@api.xsale.ai/?a=b":      name + "contains a user or password: remove them",
		"https://user:2345/hunter2@api.xsale.ai/":     name + "contains an @: remove a user and password, and write any other @ as %40",
		"https://api.xsale.ai:port/?key=hunter2":      name + "is not a valid URL: want https://host",
		"http://api.xsale.ai/swagger?key=hunter2":     name + "is plain http: use https, so that tokens are not sent in the clear",
		"HTTP://api.xsale.ai/swagger/v1/swagger.json": name + "is plain http: use https, so that tokens are not sent in the clear",
	} {
		source, err := Get(t.Context(), address, Options{})
		if source != nil || err == nil || err.Error() != want {
			t.Errorf("%s: got %v, %v", address, source, err)
		}
	}
}
