package page

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, method, path string, header http.Header) *http.Response {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest(method, path, nil)
	for name := range header {
		request.Header.Set(name, header.Get(name))
	}
	New().ServeHTTP(recorder, request)
	return recorder.Result()
}

func read(t *testing.T, body io.Reader) string {
	t.Helper()
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// The page refers to files that exist, have a type that a strict browser takes, and may load nothing
// from elsewhere.
func TestThePageLoadsItsOwnFilesOnly(t *testing.T) {
	types := map[string]string{"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "txt": "text/plain"}
	response := get(t, http.MethodGet, "/", nil)
	html := read(t, response.Body)
	if policy := response.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") {
		t.Errorf("policy %q", policy)
	}
	if regexp.MustCompile(`<script>|<style|style=|\son\w+=`).MatchString(html) {
		t.Error("the policy forbids code and styles in the page")
	}
	references := regexp.MustCompile(`(?:src|href)="([^#"][^"]*)"`).FindAllStringSubmatch(html, -1)
	if len(references) < 5 {
		t.Fatalf("references %v", references)
	}
	for _, reference := range references {
		path := reference[1]
		response := get(t, http.MethodGet, path, nil)
		want, found := types[path[strings.LastIndex(path, ".")+1:]]
		if !found {
			want = "text/plain"
		}
		if !strings.HasPrefix(path, Prefix) || response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), want) {
			t.Errorf("%s: %s, %s", path, response.Status, response.Header.Get("Content-Type"))
		}
	}
}

func TestCompressedFiles(t *testing.T) {
	response := get(t, http.MethodGet, Prefix+"swagger-ui-bundle.js", nil)
	if encoding := response.Header.Get("Content-Encoding"); encoding != "gzip" {
		t.Fatalf("encoding %q", encoding)
	}
	script, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(read(t, script), "SwaggerUIBundle") {
		t.Error("the script is another one")
	}
	if response := get(t, http.MethodGet, Prefix+"page.js", nil); response.Header.Get("Content-Encoding") != "" {
		t.Error("page.js is not compressed")
	}
}

func TestPathsOfThePage(t *testing.T) {
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/", http.StatusOK},
		{http.MethodHead, "/swagger", http.StatusOK},
		{http.MethodGet, "/swagger/", http.StatusOK},
		{http.MethodGet, "/swagger/index.html", http.StatusOK},
		{http.MethodGet, "/swagger/v2/swagger.json", http.StatusNotFound},
		{http.MethodPost, "/", http.StatusMethodNotAllowed},
		{http.MethodGet, Prefix + "page.go", http.StatusNotFound},
		{http.MethodGet, Prefix + "swagger-ui/LICENSE", http.StatusNotFound},
	} {
		if response := get(t, test.method, test.path, nil); response.StatusCode != test.status {
			t.Errorf("%s %s: %s, want %d", test.method, test.path, response.Status, test.status)
		}
	}
	tag := get(t, http.MethodGet, "/", nil).Header.Get("ETag")
	if again := get(t, http.MethodGet, "/", http.Header{"If-None-Match": {tag}}); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same page again: %s", again.Status)
	}
}
