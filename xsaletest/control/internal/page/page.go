// Package page is the sandbox's page for people. It shows the spec, sends calls, injects faults and
// lists the received requests, all through the sandbox's own HTTP interface.
//
// The viewer is Swagger UI, unchanged from npm, in directory swagger-ui; scripts/viewer.sh updates
// it. All files are embedded, so the page works offline, and its Content-Security-Policy allows no
// other origin.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// Prefix begins the paths of the files that the page loads.
const Prefix = "/_sandbox/page/"

//go:embed index.html page.css page.js icon.svg swagger-ui
var embedded embed.FS

// policy allows the page's own origin only. The icons of the viewer are data URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New returns a handler that serves the page at / and where Swashbuckle, the usual generator of
// ASP.NET, has it, and the page's files below [Prefix].
func New() http.Handler {
	files := make(map[string]*file)
	err := fs.WalkDir(embedded, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		f := &file{content: content, tag: fmt.Sprintf(`"%x"`, sha256.Sum256(content))}
		f.name, f.compressed = strings.CutSuffix(path.Base(name), ".gz")
		files[f.name] = f
		return nil
	})
	if err != nil {
		panic(err) // the files are part of the program
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/{$}", "/swagger", "/swagger/{$}", "/swagger/index.html"} {
		mux.Handle("GET "+path, files["index.html"])
	}
	mux.HandleFunc("GET "+Prefix+"{name}", func(w http.ResponseWriter, r *http.Request) {
		if f := files[r.PathValue("name")]; f != nil {
			f.ServeHTTP(w, r)
		} else {
			http.NotFound(w, r)
		}
	})
	return mux
}

// file is an embedded file. A compressed one is sent as it is: every browser accepts gzip.
type file struct {
	name, tag  string
	content    []byte
	compressed bool
}

func (f *file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache") // another version of the sandbox may use the port next
	header.Set("ETag", f.tag)
	if f.compressed {
		header.Set("Content-Encoding", "gzip")
	}
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.content))
}
