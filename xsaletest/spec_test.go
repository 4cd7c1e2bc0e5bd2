package xsaletest_test

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

//go:embed testdata/pets.yaml
var petsSpec []byte

type pet struct {
	ID        int64
	Name      string
	Kind      string
	Tags      []string
	CreatedAt string
}

type petPage struct {
	Items   []pet
	Total   int
	Page    int
	HasMore bool
}

func TestSpecKeepsItems(t *testing.T) {
	pets := newCaller(t, xsaletest.WithSpec(petsSpec), xsaletest.WithSeed(xsaletest.Seed{Resources: map[string][]any{
		"/pets": {map[string]any{"name": "Mruczek", "kind": "cat", "tags": []string{"grey", "old"}}, `{"id":7,"name":"Azor","kind":"dog","createdAt":"2025-01-02T03:04:05Z"}`},
	}}))
	first := decode[petPage](t, pets.do("GET", "/pets", "", 200))
	if first.Total != 2 || first.Items[0].ID != 1 || first.Items[1].CreatedAt != "2025-01-02T03:04:05Z" {
		t.Fatalf("the seed is listed as %+v", first)
	}

	added := pets.do("POST", "/pets", `{"name":"Filemon","kind":"cat"}`, 201)
	created := decode[pet](t, added)
	if created.ID != 8 || created.Name != "Filemon" || created.Tags != nil || created.CreatedAt == "" || added.header.Get("Location") != "/pets/8" {
		t.Fatalf("created %+v at %q", created, added.header.Get("Location"))
	}
	if got := pets.do("GET", "/pets/8", "", 200).body; got != added.body {
		t.Errorf("read %s, created %s", got, added.body)
	}
	if changed := decode[pet](t, pets.do("PATCH", "/pets/8", `{"kind":"dog"}`, 200)); changed.Name != "Filemon" || changed.Kind != "dog" || changed.CreatedAt != created.CreatedAt {
		t.Errorf("changed to %+v", changed)
	}
	if replaced := decode[pet](t, pets.do("PUT", "/pets/8", `{"name":"Bonifacy"}`, 200)); replaced.Name != "Bonifacy" || replaced.Kind != "" || replaced.CreatedAt != created.CreatedAt {
		t.Errorf("replaced by %+v", replaced)
	}
	pets.do("DELETE", "/pets/8", "", 204)
	for _, gone := range []string{"GET", "DELETE"} {
		pets.do(gone, "/pets/8", "", 404)
	}
	if again := decode[pet](t, pets.do("POST", "/pets", `{"name":"Filemon"}`, 201)); again.ID != 9 {
		t.Errorf("the id %d was used before", again.ID)
	}
}

func TestSpecFiltersAndPages(t *testing.T) {
	pets := newCaller(t, xsaletest.WithSpec(petsSpec), xsaletest.WithSeed(xsaletest.Seed{Resources: map[string][]any{"/pets": {
		`{"name":"A","kind":"cat","tags":["x"]}`, `{"name":"B","kind":"dog","tags":["y"]}`,
		`{"name":"C","kind":"cat","tags":["x","y"]}`, `{"name":"D","kind":"cat"}`,
	}}}))
	for _, test := range []struct {
		query, names string
		total        int
		more         bool
	}{
		{"", "ABCD", 4, false},
		{"?kind=cat", "ACD", 3, false},
		{"?kind=cat&tags=y", "C", 1, false},
		{"?tags=x,y", "ABC", 3, false},
		{"?pageSize=3", "ABC", 4, true},
		{"?pageSize=3&page=2", "D", 4, false},
		{"?pageSize=1&page=2&kind=cat", "C", 3, true},
		{"?pageSize=3&page=9223372036854775807", "", 4, false},
	} {
		page := decode[petPage](t, pets.do("GET", "/pets"+test.query, "", 200))
		names := ""
		for _, pet := range page.Items {
			names += pet.Name
		}
		if names != test.names || page.Total != test.total || page.HasMore != test.more {
			t.Errorf("%s: got %s, %+v", test.query, names, page)
		}
	}
}

func TestSpecKeepsItemsOfEachParent(t *testing.T) {
	pets := newCaller(t, xsaletest.WithSpec(petsSpec), xsaletest.WithSeed(xsaletest.Seed{Resources: map[string][]any{
		"/pets/{petId}/visits": {}, "/pets/2/visits": {`{"reason":"teeth"}`},
	}}))
	type visit struct {
		ID, Reason string
		PetID      int64
	}
	created := decode[visit](t, pets.do("POST", "/pets/1/visits", `{"reason":"fleas"}`, 201))
	if created.PetID != 1 {
		t.Errorf("the visit belongs to %d", created.PetID)
	}
	for path, want := range map[string]string{"/pets/1/visits": "fleas", "/pets/2/visits": "teeth", "/pets/3/visits": ""} {
		reasons := ""
		for _, visit := range decode[[]visit](t, pets.do("GET", path, "", 200)) {
			reasons += visit.Reason
		}
		if reasons != want {
			t.Errorf("%s: got %q, want %q", path, reasons, want)
		}
	}
	pets.do("DELETE", "/pets/1", "", 204)
	pets.do("GET", "/pets/1/visits", "", 404)
	pets.do("POST", "/pets/1/groom", "", 404)
}

func TestSpecKeepsNothingElse(t *testing.T) {
	pets := newCaller(t, xsaletest.WithSpec(petsSpec))
	if got := pets.do("POST", "/pets/5/groom", "", 200).body; got != `{"at":"2025-05-01T10:00:00Z","petId":5}`+"\n" {
		t.Errorf("got %s, want the example with the id of the path", got)
	}
	for _, operation := range pets.sandbox.Operations() {
		if operation.Stateful == (operation.ID == "groomPet") {
			t.Errorf("%+v", operation)
		}
	}
}

// Logins and the control API precede the spec.
func TestSpecWithPathsOfTheSandbox(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithSpec([]byte(`
openapi: 3.0.3
info: {title: Own paths, version: "1"}
paths:
  /oauth/token: {get: {operationId: token, responses: {"200": {description: OK}}}}
  /oauth/keys: {get: {operationId: keys, responses: {"200": {description: OK}}}}
  /_sandbox/status: {get: {operationId: control, responses: {"200": {description: OK}}}}
`)))
	for _, operation := range sandbox.Operations() {
		if own := operation.Reason == "the sandbox itself serves this path"; own != (operation.ID != "keys") || operation.Stateful {
			t.Errorf("%+v", operation)
		}
	}
}

func TestSpecHasTheOrganizationsOfTheOption(t *testing.T) {
	pets := newCaller(t, xsaletest.WithSpec(petsSpec), xsaletest.WithOrganizations(xsale.OrganizationInfo{ID: 1, Name: "Zoo"}))
	if got := pets.sandbox.Organizations(); !slices.Equal(got, []string{"Zoo"}) {
		t.Errorf("got %v", got)
	}
	if _, err := pets.sandbox.Orders("Zoo").Add(xsaletest.SeedOrder{Order: "{}"}); err == nil {
		t.Error("another spec has orders of xSale")
	}
}

func TestSpecDescribesProblems(t *testing.T) {
	pets := newCaller(t, xsaletest.WithSpec(petsSpec))
	missing := pets.do("GET", "/pets/99", "", 404)
	if missing.header.Get("Content-Type") != "application/json" || missing.body != `{"code":404,"message":"There is no such item in /pets"}`+"\n" {
		t.Errorf("got %s %s, want the body of the spec", missing.header.Get("Content-Type"), missing.body)
	}
	undocumented := pets.do("DELETE", "/pets/99", "", 404)
	if undocumented.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %s, want problem details", undocumented.body)
	}
}

func TestSpecChecksRequests(t *testing.T) {
	findings := ""
	pets := newCaller(t, xsaletest.WithSpec(petsSpec), xsaletest.WithReport(func(_ int, lines string) { findings += lines }))
	pets.do("POST", "/pets", `{"name":""}`, 400)
	pets.do("GET", "/pets?colour=red", "", 200)
	for _, want := range []string{"addPet (POST /pets), request at /name", "query colour"} {
		if !strings.Contains(findings, want) {
			t.Errorf("no finding has %q:%s", want, findings)
		}
	}
	if reply := send(t, pets.sandbox, "GET", "/pets", "", nil); reply.status != http.StatusUnauthorized {
		t.Errorf("without tokens: status %d", reply.status)
	}
}

func TestSpecIsTheSameForTheSameSeed(t *testing.T) {
	body := func(options ...xsaletest.Option) string {
		return newCaller(t, append(options, xsaletest.WithSpec(petsSpec))...).do("GET", "/pets", "", 200).body
	}
	first := body()
	if again := body(); again != first {
		t.Errorf("got %s, then %s", first, again)
	}
	if other := body(xsaletest.WithValueSeed(2)); other == first {
		t.Errorf("another seed gives the same: %s", other)
	}
}

func TestSpecReset(t *testing.T) {
	pets := newCaller(t, xsaletest.WithSpec(petsSpec))
	before := pets.do("GET", "/pets", "", 200).body
	pets.do("DELETE", "/pets/1", "", 204)
	if err := pets.sandbox.Reset(); err != nil {
		t.Fatal(err)
	}
	if after := pets.do("GET", "/pets", "", 200).body; after != before {
		t.Errorf("got %s after the reset, %s before", after, before)
	}
}

func TestSpecErrors(t *testing.T) {
	resources := func(path string, items ...any) xsaletest.Option {
		return xsaletest.WithSeed(xsaletest.Seed{Resources: map[string][]any{path: items}})
	}
	pets := xsaletest.WithSpec(petsSpec)
	for _, test := range []struct {
		want    string
		options []xsaletest.Option
	}{
		{"anyspec", []xsaletest.Option{xsaletest.WithSpec([]byte(`{"swagger":"2.0"}`))}},
		{"anyspec", []xsaletest.Option{xsaletest.WithSpec([]byte(strings.Replace(string(petsSpec), "paths:", "servers: [{url: /v1}]\npaths:", 1)))}},
		{"GET /pets has no operationId", []xsaletest.Option{xsaletest.WithSpec([]byte(strings.Replace(string(petsSpec), "operationId: listPets", "summary: x", 1)))}},
		{"another spec has only Resources", []xsaletest.Option{pets, xsaletest.WithSeed(xsaletest.Seed{Orders: []xsaletest.SeedOrder{{Order: "{}"}}})}},
		{"/Resources: only another spec", []xsaletest.Option{resources("/orders")}},
		{"/Resources/~1cats: no stateful collection", []xsaletest.Option{pets, resources("/cats")}},
		{"/Resources/~1pets/1/name: ", []xsaletest.Option{pets, resources("/pets", `{"name":"A"}`, `{"name":5}`)}},
		{"/Resources/~1pets/1/id: is already used", []xsaletest.Option{pets, resources("/pets", `{"id":1,"name":"A"}`, `{"id":1,"name":"B"}`)}},
		{"WithHandler: GET /pets/x/y/: want an operationId of the spec, or", []xsaletest.Option{pets, xsaletest.WithHandler("GET /pets/x/y/", http.NotFound)}},
		{"WithHandler: groomPet: groomPet is registered twice", []xsaletest.Option{pets, xsaletest.WithHandler("groomPet", http.NotFound), xsaletest.WithHandler("groomPet", http.NotFound)}},
		{"is listed twice", []xsaletest.Option{pets, xsaletest.WithSeed(xsaletest.Seed{Resources: map[string][]any{"/pets/{petId}/visits": {}, "/pets/{id}/visits": {}}})}},
		{"/Resources/~1pets/0: ", []xsaletest.Option{pets, resources("/pets", func() {})}},
		{"/Resources/~1pets/0: want a JSON object", []xsaletest.Option{pets, resources("/pets", json.RawMessage(`[]`))}},
	} {
		sandbox, err := xsaletest.Start(test.options...)
		if err == nil {
			sandbox.Close()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}

func TestSpecOperationIsReplaced(t *testing.T) {
	groomed := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"petId":`+r.PathValue("petId")+`,"at":"2030-01-01T00:00:00Z"}`)
	}
	pets := newCaller(t, xsaletest.WithSpec(petsSpec), xsaletest.WithHandler("groomPet", groomed), xsaletest.WithInvalidRequests())
	const want = `{"petId":3,"at":"2030-01-01T00:00:00Z"}`
	for range 2 {
		if got := pets.do("POST", "/pets/3/groom", "", 200).body; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if err := pets.sandbox.Reset(); err != nil {
			t.Fatal(err)
		}
	}
	if err := pets.sandbox.HandleFunc("DELETE /pets/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }); err != nil {
		t.Fatal(err)
	}
	pets.do("DELETE", "/pets/1234", "", 204)
	pets.do("DELETE", "/pets/x", "", 400)
	if requests := pets.sandbox.Requests("deletePet"); len(requests) != 2 {
		t.Errorf("got %d requests by the operation's name", len(requests))
	}
	if err := pets.sandbox.HandleFunc("GET /pets/{petId}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"one"}`)
	}); err != nil {
		t.Fatal(err)
	}
	if broken := pets.do("GET", "/pets/1", "", 500); !strings.Contains(broken.body, "/id") {
		t.Errorf("got %s, want the field that breaks the spec", broken.body)
	}
	pets.sandbox.ClearHandlers()
	pets.do("GET", "/pets/1", "", 200)
}
