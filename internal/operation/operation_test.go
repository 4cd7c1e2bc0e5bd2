package operation_test

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/operation"
)

func shipped(t *testing.T) *operation.Catalog {
	t.Helper()
	catalog, err := operation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func find(t *testing.T, catalog *operation.Catalog, name string) *operation.Operation {
	t.Helper()
	found, err := catalog.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func flags(inputs []*operation.Parameter) string {
	var names []string
	for _, p := range inputs {
		name := p.Flag
		if p.Required {
			name += "!"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestFindTakesOtherSpellings(t *testing.T) {
	catalog := shipped(t)
	for _, name := range []string{"listOrders", "list-orders", "LISTORDERS", "get /{organizationName}/orders"} {
		if got := find(t, catalog, name); got.Name != "listOrders" {
			t.Errorf("%s: got %s", name, got.Name)
		}
	}
	for name, want := range map[string]string{"listOrder": "listOrders", "translations": "listTranslations", "quaternion": ""} {
		_, err := catalog.Find(name)
		unknown, ok := errors.AsType[*operation.UnknownError](err)
		if !ok || want != "" && !slices.Contains(unknown.Similar, want) || want == "" && len(unknown.Similar) > 0 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSearchRanks(t *testing.T) {
	var names []string
	for _, o := range shipped(t).Search("Zamówienia create") {
		names = append(names, o.Name)
	}
	if len(names) != 0 { // no operation has both words
		t.Errorf("got %q", names)
	}
	for _, o := range shipped(t).Search("orders") {
		names = append(names, o.Name)
	}
	if len(names) < 2 || names[0] != "listOrders" {
		t.Errorf("got %q", names)
	}
}

func TestFlags(t *testing.T) {
	catalog := shipped(t)
	for name, want := range map[string]string{
		"listOrders":        "organization-name! statusidin statusnamein",
		"createIntegration": "organization-name! integration-type! name! is-active order-synchronization.erp-document-serial-number order-synchronization.export-to-warehouse order-synchronization.export-without-transport",
	} {
		if got := flags(find(t, catalog, name).Inputs()); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestBuild(t *testing.T) {
	catalog := shipped(t)
	request, err := catalog.Build(find(t, catalog, "createIntegration"), operation.Input{
		JSON: []byte(`{"Unlisted": 1.10, "Name": "a"}`),
		Values: map[string]any{
			"organization-name": "a/b", "name": "shop", "IntegrationType": json.Number("28"), "order-synchronization.export-to-warehouse": "MAG-1",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := request.HTTP("https://host")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(sent.Body)
	const want = `{"Unlisted":1.10,"Name":"shop","IntegrationType":28,"OrderSynchronization":{"ExportToWarehouse":"MAG-1"}}`
	if err != nil || string(body) != want {
		t.Errorf("got %s, %v", body, err)
	}
	if got := sent.Method + " " + sent.URL.EscapedPath(); got != "POST /a%2Fb/integrations" {
		t.Errorf("got %s", got)
	}
}

func TestBuildReportsAll(t *testing.T) {
	catalog := shipped(t)
	_, err := catalog.Build(find(t, catalog, "createIntegration"), operation.Input{
		JSON:   []byte(`{"IsActiv": true}`),
		Values: map[string]any{"organization-name": "a", "integration-type": "28"},
	})
	invalid, ok := errors.AsType[*operation.InvalidError](err)
	if !ok || !errors.Is(err, call.ErrInvalid) {
		t.Fatal(err)
	}
	got := invalid.Text(func(p *operation.Parameter) string { return "--" + p.Flag })
	const want = `/IsActiv: the spec has no such field: did you mean IsActive?; --integration-type "28": want integer of the format int64; --name is missing: want string`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The API reads names without case, keeps one of two fields that differ only in it, and ignores those
// that it does not know.
func TestBuildRejectsMisspelledFields(t *testing.T) {
	catalog := shipped(t)
	for body, want := range map[string]string{
		`{"Name":"a","IntegrationType":28,"name":"b"}`:                                        "/name: the field Name is there as well: want one of them",
		`{"name":"a","IntegrationType":28}`:                                                   "/name: the spec has no such field: did you mean Name?; --name is missing: want string",
		`{"Name":"a","IntegrationType":28,"IsActive ":false}`:                                 `/"IsActive ": the spec has no such field: did you mean IsActive?`,
		`{"Name":"a","IntegrationType":28,"Is\nActive":false,"jan@example.com":1}`:            `/"Is\nActive": the spec has no such field: did you mean IsActive?`,
		`{"Name":"a","IntegrationType":28,"OrderSynchronization":{"Export To Warehouse":""}}`: `/OrderSynchronization/"Export To Warehouse": the spec has no such field: did you mean ExportToWarehouse?`,
	} {
		_, err := catalog.Build(find(t, catalog, "createIntegration"), operation.Input{
			JSON: []byte(body), Values: map[string]any{"organization-name": "a"},
		})
		invalid, ok := errors.AsType[*operation.InvalidError](err)
		if !ok {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got := invalid.Text(func(p *operation.Parameter) string { return "--" + p.Flag }); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", body, got, want)
		}
	}
}
