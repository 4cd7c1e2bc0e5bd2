package source

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func respond(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

func wraps(err, cause error) bool { return err != nil && errors.Is(err, cause) }

func TestGetFollowsRedirectsWithinOrigin(t *testing.T) {
	chain := func(length int) map[string]page {
		pages := map[string]page{fmt.Sprintf("/%d.json", length): {body: minimal}}
		for i := range length {
			pages[fmt.Sprintf("/%d.json", i)] = page{status: 301 + i%2, location: fmt.Sprintf("/%d.json?key=hunter2", i+1)}
		}
		return pages
	}
	other := newSite(t, map[string]page{"/v1.json": {body: minimal}})
	for _, test := range []struct {
		name  string
		pages map[string]page
		want  string // the path of the result, or an error
	}{
		{"relative", map[string]page{"/0.json": {status: 308, location: "v1.yaml"}, "/v1.yaml": {body: minimalYAML}}, "/v1.yaml"},
		{"absolute", map[string]page{"/0.json": {status: 303, location: "http://£/v1.json"}, "/v1.json": {body: minimal}}, "/v1.json"},
		{"five", chain(5), "/5.json"},
		{"six", chain(6), "$/0.json: more than 5 redirects; " + remedy},
		{"a loop", map[string]page{"/0.json": {status: 302, location: "/0.json"}}, "$/0.json: more than 5 redirects; " + remedy},
		{"to another port", map[string]page{"/0.json": {status: 302, location: other.URL + "/v1.json?hunter2"}},
			"$/0.json: 302 Found, not following the redirect to " + other.host() + "; " + remedy},
		{"to another name", map[string]page{"/0.json": {status: 302, location: "http://user:hunter2@localhost/v1.json"}},
			"$/0.json: 302 Found, not following the redirect to localhost; " + remedy},
		{"to https", map[string]page{"/0.json": {status: 302, location: "https://£/v1.json"}},
			"$/0.json: 302 Found, not following the redirect to £; " + remedy},
		{"to another host after one within", map[string]page{
			"/0.json": {status: 302, location: "/1.json"}, "/1.json": {status: 302, location: "https://other.example/"},
		}, "$/0.json: 302 Found, not following the redirect to other.example; " + remedy},
		{"to an invalid URL", map[string]page{"/0.json": {status: 302, location: "http://[hunter2"}},
			"$/0.json: 302 Found, to an invalid URL; " + remedy},
		{"to nowhere", map[string]page{"/0.json": {status: 302}}, "$/0.json: 302 Found, to an invalid URL; " + remedy},
	} {
		site := newSite(t, test.pages)
		source, err := Get(t.Context(), site.URL+"/0.json?key=hunter2", Options{})
		if !strings.HasPrefix(test.want, "/") {
			expectError(t, test.name, source, err, site, test.want)
			continue
		}
		if err != nil || source.Name != site.URL+test.want || string(source.Data) != test.pages[test.want].body {
			t.Errorf("%s: got %v, %v", test.name, source, err)
		}
	}
	if asked := other.paths(); asked != nil {
		t.Errorf("the other server received %q", asked)
	}
}

func TestGetReadsBodies(t *testing.T) {
	for _, test := range []struct {
		name  string
		serve http.HandlerFunc
		want  string // the body, or an error
		ok    bool
	}{
		{"a byte order mark", write("\ufeff" + minimal + "\r\n"), "\ufeff" + minimal + "\r\n", true},
		{"YAML", write(minimalYAML), minimalYAML, true},
		{"compressed", compressed(minimal), minimal, true},
		{"as large as allowed", write(minimal + strings.Repeat(" ", tree.MaxBytes-len(minimal))), minimal + strings.Repeat(" ", tree.MaxBytes-len(minimal)), true},
		{"another success", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(203); write(minimal)(w, r) }, minimal, true},
		{"too large", write(minimal + strings.Repeat("x", tree.MaxBytes)),
			"$/v1: the spec is larger than 16 MiB; use a part of it, or ask the vendor for a smaller one", false},
		{"too large when unpacked", compressed(minimal + strings.Repeat("x", tree.MaxBytes)),
			"$/v1: the spec is larger than 16 MiB; use a part of it, or ask the vendor for a smaller one", false},
		{"nothing", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }, "$/v1: the spec is empty; check the program that writes it", false},
		{"cut off", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(minimal)+1))
			write(minimal)(w, r)
		}, "$/v1: response body cut off: unexpected EOF", false},
		{"cut off while compressed", func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			compressed(minimal)(recorder, r)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(recorder.Body.Bytes()[:recorder.Body.Len()-10])
		}, "$/v1: response body cut off: unexpected EOF", false},
		{"complete, but half a document", write(minimal[:20]), "$/v1: invalid JSON at byte 19: unexpected EOF; check that the document is complete", false},
	} {
		site := serve(t, test.serve)
		source, err := Get(t.Context(), site.URL+"/v1?key=hunter2", Options{})
		if !test.ok {
			expectError(t, test.name, source, err, site, test.want)
		} else if err != nil || string(source.Data) != test.want || source.Name != site.URL+"/v1" {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

func write(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func compressed(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		writer := gzip.NewWriter(w)
		_, _ = io.WriteString(writer, text)
		_ = writer.Close()
	}
}

func TestGetRequestHeaders(t *testing.T) {
	site := newSite(t, map[string]page{"/v1.json": {body: minimal}})
	if _, err := Get(t.Context(), site.URL+"/v1.json?key=a%2Fb", Options{}); err != nil {
		t.Fatal(err)
	}
	request := site.requests[0]
	if request.Method != "GET" || request.RequestURI != "/v1.json?key=a%2Fb" || request.Header.Get("User-Agent") != "xsale-go/"+xsale.Version ||
		request.Header.Get("Accept") != "application/json, application/yaml;q=0.9, */*;q=0.1" || request.Header.Get("Authorization") != "" {
		t.Errorf("%s %s %v", request.Method, request.RequestURI, request.Header)
	}
}

func TestGetRejectsUntrustedCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(write(minimal))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	source, err := Get(t.Context(), server.URL+"/v1.json?key=hunter2", Options{})
	if source != nil || err == nil || !strings.HasPrefix(err.Error(), server.URL+"/v1.json: tls: failed to verify certificate: ") {
		t.Errorf("got %v, %v", source, err)
	}
}

func TestGetEndsWithContext(t *testing.T) {
	stopped := errors.New("stopped by the user")
	for _, from := range []string{"", "/swagger", "/v1.json"} {
		for _, begins := range []bool{false, true} {
			ctx, cancel := context.WithCancelCause(t.Context())
			site := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if begins {
					_, _ = io.WriteString(w, `{"openapi":`)
					_ = http.NewResponseController(w).Flush()
				}
				cancel(stopped)
				<-r.Context().Done()
			})
			var tried []string
			source, err := Get(ctx, site.URL+from, Options{Tried: func(address, _ string) { tried = append(tried, address) }})
			if source != nil || err != stopped || tried != nil {
				t.Errorf("%s, started %v: got %v, %v after %q", from, begins, source, err, tried)
			}
		}
	}
}

func TestGetTimesOutPerURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := doerFunc(func(request *http.Request) (*http.Response, error) {
			<-request.Context().Done()
			return nil, request.Context().Err()
		})
		breaking := doerFunc(func(request *http.Request) (*http.Response, error) {
			reader, writer := io.Pipe()
			context.AfterFunc(request.Context(), func() { writer.CloseWithError(request.Context().Err()) })
			go func() { _, _ = writer.Write([]byte("{")) }()
			return &http.Response{StatusCode: 200, Body: reader}, nil
		})
		for want, doer := range map[string]Doer{
			"https://api.example/v1: no complete response within 30s: context deadline exceeded":                        silent,
			"https://api.example/v1: response body cut off: no complete response within 30s: context deadline exceeded": breaking,
		} {
			start := time.Now()
			source, err := Get(t.Context(), "https://api.example/v1?key=hunter2", Options{Doer: doer})
			if source != nil || err == nil || err.Error() != want || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, %v", source, err)
			}
			if took := time.Since(start); took != timeout {
				t.Errorf("took %v", took)
			}
		}
	})
}

func TestGetDoesNotFollowRedirectsOfDoer(t *testing.T) {
	var asked []string
	doer := doerFunc(func(request *http.Request) (*http.Response, error) {
		asked = append(asked, request.URL.Path)
		response := respond(302, "")
		response.Header.Set("Location", "/v2.json")
		return response, nil
	})
	source, err := Get(t.Context(), "https://api.example/v1.json", Options{Doer: doer})
	if want := "https://api.example/v1.json: 302 Found, not following the redirect to api.example; " + remedy; source != nil || err == nil || err.Error() != want {
		t.Errorf("got %v, %v", source, err)
	}
	if !slices.Equal(asked, []string{"/v1.json"}) {
		t.Errorf("requested %q", asked)
	}
}
