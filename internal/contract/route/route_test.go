package route

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

func newTable(t *testing.T, patterns ...string) *Table[string] {
	t.Helper()
	table := &Table[string]{}
	for _, pattern := range patterns {
		method, template, _ := strings.Cut(pattern, " ")
		if err := table.Add(method, template, pattern); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

func TestFind(t *testing.T) {
	table := newTable(t, "POST /orders/{id}", "GET /orders/{id}/items", "GET /orders/archive/{year}", "GET /orders/{id}",
		"GET /orders({key})", "GET /files/{name}.{ending}", "GET /files/{name}", "GET /files/latest.json", "HEAD /files/latest.json",
		"DELETE /{organization}", "GET /trailing/", "GET /{organization}/statuses", "GET /100%25/{of}", "GET /a({x},{y})",
		"GET /blobs/{name...}", "GET /blobs/old/{name...}", "GET /blobs/{id}/size")
	for _, test := range []struct{ method, path, want string }{
		{"GET", "/orders/7/items", "GET /orders/{id}/items map[id:7]"},
		{"GET", "/orders/archive/items", "GET /orders/archive/{year} map[year:items]"}, // the earlier literal wins
		{"POST", "/orders/7", "POST /orders/{id} map[id:7]"},
		{"GET", "/orders/a%2Fb%20c", "GET /orders/{id} map[id:a/b c]"},
		{"GET", "/%6Frders/7", "GET /orders/{id} map[id:7]"},
		{"GET", "/orders/a%0Ab", "GET /orders/{id} map[id:a\nb]"},
		{"GET", "/orders(a%0Ab)", "GET /orders({key}) map[key:a\nb]"},
		{"GET", "/files/a.b.c", "GET /files/{name}.{ending} map[ending:b.c name:a]"},
		{"GET", "/files/latest.json", "GET /files/latest.json map[]"},
		{"GET", "/files/plain", "GET /files/{name} map[name:plain]"},
		{"GET", "/trailing/", "GET /trailing/ map[]"},
		{"GET", "/100%25/x", "GET /100%25/{of} map[of:x]"},
		{"GET", "/a(1,2)", "GET /a({x},{y}) map[x:1 y:2]"},
		{"GET", "/blobs/a/b%2Fc.txt", "GET /blobs/{name...} map[name:a/b/c.txt]"},
		{"GET", "/blobs/a", "GET /blobs/{name...} map[name:a]"},
		{"GET", "/blobs/old/a/b", "GET /blobs/old/{name...} map[name:a/b]"},
		{"GET", "/blobs/a/size", "GET /blobs/{id}/size map[id:a]"},
		{"PUT", "/blobs/a/b", "/blobs/{name} allows GET"},
		{"GET", "/trailing", "/{organization} allows DELETE"},
		{"PUT", "/orders/7", "/orders/{id} allows GET, POST"},
		{"PUT", "/files/latest.json", "/files/latest.json allows GET, HEAD"}, // of three templates
		{"HEAD", "/orders/7", "GET /orders/{id} map[id:7]"},
		{"GET", "/orders/7/", " allows "},
		{"GET", "/orders//items", " allows "},
		{"GET", "/orders/", " allows "},
		{"GET", "/", " allows "},
		{"GET", "", " allows "},
	} {
		match, found := table.Find(test.method, test.path)
		got := match.Template + " allows " + strings.Join(match.Allowed, ", ")
		if found {
			got = fmt.Sprintf("%s %v", match.Value, match.Variables)
		}
		if got != test.want {
			t.Errorf("%s %s: got %q, want %q", test.method, test.path, got, test.want)
		}
	}
}

func TestFindByVariables(t *testing.T) {
	table := newTable(t, "GET /orders/{number}")
	for i, prefix := range []string{"a", "b"} {
		fits := func(variables map[string]string) bool { return strings.HasPrefix(variables["id"], prefix) }
		if err := table.AddFor(fits, "GET", "/orders/{id}", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"/orders/a1": "0", "/orders/b1": "1", "/orders/c1": "GET /orders/{number}"} {
		if match, found := table.Find("GET", path); !found || match.Value != want {
			t.Errorf("%s: got %q", path, match.Value)
		}
	}
	if err := table.Add("GET", "/orders/{key}", ""); err == nil {
		t.Error("a second entry for all values was added")
	}
}

func TestAddRejectsConflicts(t *testing.T) {
	table := newTable(t, "GET /orders/{id}", "POST /orders/{other}", "GET /orders/{id}.pdf")
	for _, pattern := range []string{"GET /orders/{id}", "GET /orders/{key}", "GET /orders/{key}.pdf", " /orders", "GET orders", "GET "} {
		method, template, _ := strings.Cut(pattern, " ")
		if err := table.Add(method, template, ""); err == nil {
			t.Errorf("%q: no error", pattern)
		}
	}
	if match, found := table.Find("POST", "/orders/7"); !found || !maps.Equal(match.Variables, map[string]string{"other": "7"}) {
		t.Errorf("got %+v, %v", match, found)
	}
}

func TestPathReplacesVariables(t *testing.T) {
	table := newTable(t, "GET /orders({key})/{name}.{ending}/ż", "GET /trailing/")
	for path, want := range map[string]string{
		"/orders(7)/a%2F.pdf/%C5%BC": "/orders%28key=7%29/name=a%2F.ending=pdf/%C5%BC",
		"/trailing/":                 "/trailing/",
	} {
		match, _ := table.Find("GET", path)
		if got := match.Path(func(name, value string) string { return name + "=" + value }); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestMaskKeepsKnownSegments(t *testing.T) {
	table := newTable(t, "GET /{organization}/orders/{id}", "GET /me")
	for path, want := range map[string]string{
		"/Kowalski/orders":      "/*/orders",
		"/%6De/Kowalski/o%20s":  "/me/*/*",
		strings.Repeat("/a", 9): strings.Repeat("/*", 9),
	} {
		if got := table.Mask(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := table.Mask(strings.Repeat("/Kowalski", 1000)); len(got) > 220 || !slices.Contains(strings.Split(got, "/"), "…") {
		t.Errorf("got %s", got)
	}
}
