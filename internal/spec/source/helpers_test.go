package source

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// minimal and minimalYAML are different API specs.
const (
	minimal     = `{"openapi":"3.0.3","info":{"title":"A","version":"1"},"paths":{}}`
	minimalYAML = "swagger: '2.0'\ninfo: {title: A, version: '1'}\npaths: {}\n"
)

// page is a response of a site.
type page struct {
	status   int    // 0 means 200
	location string // £ is replaced with the host
	body     string
}

// site serves pages by path, 404 elsewhere, and records the requests.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

func newSite(t *testing.T, pages map[string]page) *site {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if page.location != "" {
			w.Header().Set("Location", strings.ReplaceAll(page.location, "£", r.Host))
		}
		if page.status != 0 {
			w.WriteHeader(page.status)
		}
		_, _ = w.Write([]byte(page.body))
	})
}

func serve(t *testing.T, handle http.HandlerFunc) *site {
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// paths returns the requested paths in order.
func (s *site) paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var paths []string
	for _, request := range s.requests {
		paths = append(paths, request.URL.RequestURI())
	}
	return paths
}

// host returns the host and port of the site.
func (s *site) host() string { return strings.TrimPrefix(s.URL, "http://") }

type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(request *http.Request) (*http.Response, error) { return f(request) }

// expectError checks the whole error; in want, $ is the URL of the site and £ its host.
func expectError(t *testing.T, name string, source *Source, err error, site *site, want string) {
	t.Helper()
	want = strings.NewReplacer("$", site.URL, "£", site.host()).Replace(want)
	if source != nil || err == nil || err.Error() != want {
		t.Errorf("%s: got %v and the error\n%v\nwant\n%s", name, source, err, want)
	}
}
