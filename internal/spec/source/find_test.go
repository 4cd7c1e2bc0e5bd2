package source

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	byHand = "save the document by hand and pass the file"
	remedy = "use the URL of the document itself, or " + byHand
	auth   = "use --auth, or "
)

// In the order they are tried.
var usualPaths = []string{
	"/swagger/v1/swagger.json", "/swagger/docs/v1", "/openapi/v1.json", "/openapi", "/swagger.json", "/openapi.json",
	"/swagger/v1/swagger.yaml", "/api/openapi.json", "/api/swagger.json", "/swagger/index.html",
}

func TestGetFindsUsualPaths(t *testing.T) {
	for i, path := range usualPaths {
		for _, form := range []string{"$", "$/", "$#/Orders", "£", "$/swagger"} {
			site := newSite(t, map[string]page{path: {body: minimal}, "/swagger": {body: "<html>"}})
			var tried []string
			source, err := Get(t.Context(), strings.NewReplacer("$", site.URL, "£", site.host()).Replace(form), Options{
				Tried: func(address, outcome string) { tried = append(tried, address+" "+outcome) },
			})
			if err != nil || source.Name != site.URL+path || string(source.Data) != minimal {
				t.Errorf("%s from %s: got %v, %v", path, form, source, err)
			}
			var want, wantTried []string
			if form == "$/swagger" {
				want, wantTried = []string{"/swagger"}, []string{site.URL + "/swagger this is a web page, not an API spec"}
			}
			for _, earlier := range usualPaths[:i] {
				want, wantTried = append(want, earlier), append(wantTried, site.URL+earlier+" 404 Not Found")
			}
			want, wantTried = append(want, path), append(wantTried, site.URL+path+" an API spec")
			if got := site.paths(); !slices.Equal(got, want) {
				t.Errorf("%s from %s: requested %q", path, form, got)
			}
			if !slices.Equal(tried, wantTried) {
				t.Errorf("%s from %s: reported %q", path, form, tried)
			}
		}
	}
}

func TestGetFromPages(t *testing.T) {
	for _, test := range []struct {
		name  string
		from  string
		pages map[string]page
		want  []string // requested paths; the last one is the result
	}{
		{"absolute", "/swagger/index.html", map[string]page{
			"/swagger/index.html":        {body: `<script>JSON.parse('{"urls":[{"url":"/swagger/shop/swagger.json"}]}')</script>`},
			"/swagger/shop/swagger.json": {body: minimal},
			"/swagger/v1/swagger.json":   {body: minimalYAML},
		}, []string{"/swagger/index.html", "/swagger/shop/swagger.json"}},
		{"relative, behind a redirect", "/swagger", map[string]page{
			"/swagger":                   {status: 301, location: "swagger/index.html"},
			"/swagger/index.html":        {body: `<html>{"url":"shop/swagger.json"}`},
			"/swagger/shop/swagger.json": {body: minimal},
		}, []string{"/swagger", "/swagger/index.html", "/swagger/shop/swagger.json"}},
		{"in index.js", "/swagger/index.html", map[string]page{
			"/swagger/index.html":        {body: `<html><script src="index.js" charset="utf-8"></script>`},
			"/swagger/index.js":          {body: `var configObject = {"urls":[{"url":"shop/swagger.json"}]};`},
			"/swagger/shop/swagger.json": {body: minimal},
		}, []string{"/swagger/index.html", "/swagger/index.js", "/swagger/shop/swagger.json"}},
		{"Web API 2", "/app/swagger/ui/index", map[string]page{
			"/app/swagger/ui/index":  {body: "\ufeff\r\n<!DOCTYPE html>rootUrl: 'http://inside/app', discoveryPaths: arrayFrom('swagger/docs/shop')"},
			"/app/swagger/docs/shop": {body: minimal},
		}, []string{"/app/swagger/ui/index", "/app/swagger/docs/shop"}},
		{"the second of two", "/docs", map[string]page{
			"/docs":      {body: `<html>{"urls":[{"url":"gone.json"},{"url":"/docs"},{"url":"here.yaml"}]}`},
			"/here.yaml": {body: minimalYAML},
		}, []string{"/docs", "/gone.json", "/here.yaml"}},
		{"with a query", "/docs?key=a", map[string]page{
			"/docs": {body: `<html>{"url":"v1?key=b"}`},
			"/v1":   {body: minimal},
		}, []string{"/docs?key=a", "/v1?key=b"}},
		{"of a host", "", map[string]page{
			"/openapi": {body: "<html>"}, "/swagger.json": {body: "{}"},
			"/swagger/index.html":        {body: `<html>{"url":"shop/swagger.json"}`},
			"/swagger/shop/swagger.json": {body: minimal},
		}, append(slices.Clone(usualPaths), "/swagger/shop/swagger.json")},
		{"not where a document was named", "/v2.json", map[string]page{"/v2.json": {body: minimalYAML}, "/swagger.json": {body: minimal}}, []string{"/v2.json"}},
	} {
		site := newSite(t, test.pages)
		source, err := Get(t.Context(), site.URL+test.from, Options{})
		path, _, _ := strings.Cut(test.want[len(test.want)-1], "?")
		if err != nil || source.Name != site.URL+path || string(source.Data) != test.pages[path].body {
			t.Errorf("%s: got %v, %v", test.name, source, err)
		}
		if got := site.paths(); !slices.Equal(got, test.want) {
			t.Errorf("%s: requested %q", test.name, got)
		}
	}
}

func TestGetFindsNothing(t *testing.T) {
	everywhere := func(p page) map[string]page {
		pages := map[string]page{}
		for _, path := range usualPaths {
			pages[path] = p
		}
		return pages
	}
	list := func(first, outcome string) string {
		text := "found no API spec at £" + first
		for _, path := range usualPaths {
			text += fmt.Sprintf("\n$%s: %s", path, outcome)
		}
		return text + "\n"
	}
	document := `{"openapi":"3.0.3","paths":{},"paths":{}}`
	for _, test := range []struct {
		name, from string
		pages      map[string]page
		want       string
	}{
		{"nothing there", "", nil, list("", "404 Not Found") + remedy},
		{"login needed", "/", everywhere(page{status: 401}), list("", "401 Unauthorized") + auth + remedy},
		{"not allowed", "", map[string]page{"/openapi": {status: 403}},
			strings.Replace(list("", "404 Not Found"), "/openapi: 404 Not Found", "/openapi: 403 Forbidden", 1) + auth + remedy},
		{"pages without a clue", "/swagger", map[string]page{"/swagger": {body: "<html>"}},
			list("\n$/swagger: this is a web page, not an API spec", "404 Not Found") + remedy},
		{"a page that links to a page", "/docs/", map[string]page{"/docs/": {body: `<html>{"url":"a"}`}, "/docs/a": {body: `<html>{"url":"b"}`}, "/docs/b": {body: "{}"}},
			list("\n$/docs/: this is a web page, not an API spec\n$/docs/a: this is a web page, not an API spec"+
				"\n$/docs/b: this is not an API spec: it has neither a swagger nor an openapi field", "404 Not Found") + remedy},
		{"a script without a clue", "/docs", map[string]page{"/docs": {body: "<script src=index.js>"}, "/index.js": {body: "var a;"}},
			list("\n$/docs: this is a web page, not an API spec\n$/index.js: a script, not a spec", "404 Not Found") + remedy},
		{"redirected to a login", "", everywhere(page{status: 302, location: "https://login.example/?key=hunter2"}),
			list("", "302 Found, not following the redirect to login.example") + remedy},
		{"a page redirected to a login", "/swagger", map[string]page{"/swagger": {status: 302, location: "//login.example/hunter2"}},
			list("\n$/swagger: 302 Found, not following the redirect to login.example", "404 Not Found") + remedy},
		{"same-origin login", "", func() map[string]page {
			pages := everywhere(page{status: 302, location: "/login?back=hunter2"})
			pages["/login"] = page{body: "<html>"}
			return pages
		}(), list("", "redirected to $/login: this is a web page, not an API spec") + remedy},
		{"faulty everywhere", "", everywhere(page{body: document}), list("", "/paths: duplicate key") + remedy},

		{"a missing document", "/v1.json", nil, "$/v1.json: 404 Not Found; " + remedy},
		{"a missing path", "/v1", nil, "$/v1: 404 Not Found; " + remedy},
		{"a document behind a login", "/v1.json", map[string]page{"/v1.json": {status: 401, body: "hunter2"}}, "$/v1.json: 401 Unauthorized; " + auth + byHand},
		{"an unknown status", "/v1.json", map[string]page{"/v1.json": {status: 599}}, "$/v1.json: 599; " + remedy},
		{"a redirected document", "/v1.json", map[string]page{"/v1.json": {status: 307, location: "https://login.example/?hunter2"}},
			"$/v1.json: 307 Temporary Redirect, not following the redirect to login.example; " + remedy},
		{"a page instead of the document", "/v2.json", map[string]page{"/v2.json": {body: "<html>"}, "/swagger.json": {body: minimal}},
			"$/v2.json: this is a web page, not an API spec; use the URL of the JSON document, such as /swagger/v1/swagger.json; if the page requires a login, use --auth or save the document by hand"},
		{"a faulty document", "/v1.json", map[string]page{"/v1.json": {body: document}}, "$/v1.json: /paths: duplicate key; remove one of the two"},
		{"not a spec", "/orders", map[string]page{"/orders": {body: "[]"}, "/swagger.json": {body: minimal}},
			"$/orders: this is not an API spec: it is not an object; use the URL or file of the spec itself"},
		{"a key in the query", "/v1.json?key=hunter2", nil, "$/v1.json: 404 Not Found; " + remedy},
		{"a query of a host", "/?key=hunter2", nil, "$/: 404 Not Found; " + remedy},
	} {
		site := newSite(t, test.pages)
		source, err := Get(t.Context(), site.URL+test.from, Options{Tried: func(address, outcome string) {
			if strings.Contains(address+outcome, "hunter2") {
				t.Errorf("%s: %s: %s", test.name, address, outcome)
			}
		}})
		want := strings.ReplaceAll(test.want, "£", site.host())
		if strings.Contains(want, "$/login") {
			want = strings.ReplaceAll(want, "$/login", site.URL+"/login")
		}
		expectError(t, test.name, source, err, site, want)
	}
}

func TestGetBoundsSearch(t *testing.T) {
	var asked []string
	endless := doerFunc(func(request *http.Request) (*http.Response, error) {
		asked = append(asked, request.URL.Path)
		return respond(200, fmt.Sprintf(`<html>{"url":"/docs/%d"}`, len(asked))), nil
	})
	if source, err := Get(t.Context(), "https://api.example/docs", Options{Doer: endless}); err == nil || source != nil {
		t.Errorf("got %v, %v", source, err)
	}
	if len(asked) != maxVisits || len(slices.Compact(slices.Sorted(slices.Values(asked)))) != maxVisits {
		t.Errorf("requested %q", asked)
	}
}

func TestGetFromDeadHost(t *testing.T) {
	site := newSite(t, nil)
	site.Close()
	_, dead := net.Dial("tcp", site.host())
	if dead == nil {
		t.Fatal("the host is alive")
	}
	refused := dead.Error() // in the words of the system
	for from, want := range map[string]string{
		"":                "$/swagger/v1/swagger.json: " + refused,
		"/swagger":        "$/swagger: " + refused,
		"/v1?key=hunter2": "$/v1: " + refused,
	} {
		source, err := Get(t.Context(), site.URL+from, Options{})
		expectError(t, from, source, err, site, want)
	}
	source, err := Get(t.Context(), site.host(), Options{})
	expectError(t, "host", source, err, site, "no file named £, and trying it as a host failed: $/swagger/v1/swagger.json: "+refused)
}

// The search ends when a host stops responding, and wraps the reason.
func TestGetEndsWithoutResponse(t *testing.T) {
	cause := fmt.Errorf("the network is down")
	var asked int
	doer := doerFunc(func(request *http.Request) (*http.Response, error) {
		if asked++; asked == 3 {
			return nil, &url.Error{Op: "Get", URL: request.URL.String(), Err: cause}
		}
		return respond(404, ""), nil
	})
	source, err := Get(t.Context(), "https://api.example", Options{Doer: doer})
	if source != nil || !wraps(err, cause) || asked != 3 {
		t.Errorf("%d requests, then %v, %v", asked, source, err)
	}
	want := "found no API spec at api.example\nhttps://api.example/swagger/v1/swagger.json: 404 Not Found\n" +
		"https://api.example/swagger/docs/v1: 404 Not Found\nhttps://api.example/openapi/v1.json: the network is down\n" + remedy
	if err.Error() != want {
		t.Errorf("got\n%s", err)
	}
}
