package selection

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const sample = `{
	"tags": [{"name": "orders"}, {"name": "items"}, {"name": "nobody"}, "odd"],
	"paths": {
		"x-a": {"get": {}}, "/empty": {"summary": "s"},
		"/orders": {"get": {"operationId": "listOrders", "tags": ["orders"]}, "post": {"operationId": "createOrder", "tags": ["orders", "items"], "requestBody": {"schema": {"$ref": "#/components/schemas/Order"}}}},
		"/orders/{id}": {"get": {"operationId": "getOrder", "tags": ["orders"], "responses": {"default": {"$ref": "#/components/responses/R"}}}},
		"/orders-archive": {"get": {"operationId": "listArchive", "tags": [1]}},
		"/animals": {"get": {"operationId": "listAnimals", "schema": {"$ref": "#/components/schemas/Animal"}}},
		"/names": {"put": {"operationId": "setName", "items": [{"$ref": "#/components/schemas/A~1B"}, {"$ref": "#/components/schemas/C/properties/d"}]}}},
	"components": {
		"responses": {"R": {"schema": {"$ref": "#/components/schemas/Failure"}}},
		"schemas": {
			"Order": {"properties": {"items": {"items": {"$ref": "#/components/schemas/Item"}}}}, "Item": {"properties": {"order": {"$ref": "#/components/schemas/Order"}, "unit": {"allOf": [{"$ref": "#/components/schemas/Unit"}]}}}, "Unit": {},
			"Animal": {"discriminator": {"propertyName": "k", "mapping": {"cat": "#/components/schemas/Cat", "odd": 1}}}, "Cat": {"allOf": [{"$ref": "#/components/schemas/Animal"}, {"$ref": "#/components/schemas/Paw"}]}, "Paw": {}, "Dog": {},
			"A/B": {}, "C": {"properties": {"d": {"$ref": "#/components/schemas/D"}}}, "D": {}, "Failure": {}, "Alone": {"items": {"$ref": "#/components/schemas/Alone"}}}}}`

func read(t *testing.T, source string) tree.Object {
	t.Helper()
	document, err := tree.Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestSelect(t *testing.T) {
	const orderSchemas = "Failure Item Order Unit"
	for _, test := range []struct {
		name                      string
		filter                    Filter
		operations, tags, schemas string
	}{
		{"all", Filter{}, "listAnimals setName listOrders createOrder listArchive getOrder", "orders items nobody", "A/B Alone Animal C Cat D Dog Failure Item Order Paw Unit"},
		{"a tag", Filter{Tags: []string{"orders"}}, "listOrders createOrder getOrder", "orders items", orderSchemas},
		{"another tag", Filter{Tags: []string{"items"}}, "createOrder", "orders items", orderSchemas},
		{"two tags", Filter{Tags: []string{"orders", "items"}}, "listOrders createOrder getOrder", "orders items", orderSchemas},
		{"an id", Filter{Operations: []string{"getOrder"}}, "getOrder", "orders", "Failure"},
		{"two ids", Filter{Operations: []string{"setName", "getOrder"}}, "setName getOrder", "orders", "A/B C D Failure"},
		{"a path", Filter{Paths: []string{"/orders"}}, "listOrders createOrder getOrder", "orders items", orderSchemas},
		{"a path with a slash", Filter{Paths: []string{"/orders/"}}, "listOrders createOrder getOrder", "orders items", orderSchemas},
		{"a whole path", Filter{Paths: []string{"/orders/{id}"}}, "getOrder", "orders", "Failure"},
		{"all paths", Filter{Paths: []string{"/"}}, "listAnimals setName listOrders createOrder listArchive getOrder", "orders items", "A/B Animal C Cat D Failure Item Order Paw Unit"},
		{"a method", Filter{Methods: []string{"PUT"}}, "setName", "", "A/B C D Failure"},
		{"two methods", Filter{Methods: []string{"Put", "post"}}, "setName createOrder", "orders items", "A/B C D Failure Item Order Unit"},
		{"two kinds", Filter{Tags: []string{"orders"}, Methods: []string{"get"}}, "listOrders getOrder", "orders", "Failure"},
		{"all kinds", Filter{Tags: []string{"orders"}, Methods: []string{"get", "post"}, Paths: []string{"/orders"}, Operations: []string{"createOrder", "getOrder"}}, "createOrder getOrder", "orders items", orderSchemas},
		{"a discriminator", Filter{Operations: []string{"listAnimals"}}, "listAnimals", "", "Animal Cat Failure Paw"},
	} {
		t.Run(test.name, func(t *testing.T) {
			document := read(t, sample)
			if err := Select(document, test.filter); err != nil {
				t.Fatal(err)
			}
			var operations, tags []string
			for _, operation := range tree.Operations(document) {
				operations = append(operations, idOf(operation))
			}
			for _, value := range tree.ListAt(document, "tags") {
				if tag, ok := value.(tree.Object); ok {
					tags = append(tags, tree.String(tag["name"]))
				}
			}
			schemas := slices.Sorted(maps.Keys(tree.Schemas(document)))
			for what, lists := range map[string][2]string{
				"operations": {strings.Join(operations, " "), test.operations}, "tags": {strings.Join(tags, " "), test.tags}, "schemas": {strings.Join(schemas, " "), test.schemas},
			} {
				if lists[0] != lists[1] {
					t.Errorf("%s: got %q, want %q", what, lists[0], lists[1])
				}
			}
			_, hasEmpty := tree.ObjectAt(document, "paths")["/empty"]
			if _, hasExtension := tree.ObjectAt(document, "paths")["x-a"]; !hasExtension || hasEmpty != test.filter.IsZero() {
				t.Errorf("got paths %v", document["paths"])
			}
		})
	}
}

func TestUnknownValues(t *testing.T) {
	for _, test := range []struct {
		name, want string
		filter     Filter
	}{
		{"a tag", `--tag "order": the spec has no such tag; did you mean orders? there are: items, orders`, Filter{Tags: []string{"orders", "order"}}},
		{"an id", `--operation "getorder": the spec has no such operation; did you mean getOrder? there are: createOrder, getOrder, listAnimals, listArchive, listOrders, setName`, Filter{Operations: []string{"getorder"}}},
		{"half a segment", `--path "/order": the spec has no such path; did you mean /orders? there are: /animals, /names, /orders, /orders-archive, /orders/{id}`, Filter{Paths: []string{"/order"}}},
		{"several", "--tag \"a\": the spec has no such tag; there are: items, orders\n--method \"head\": the spec has no such method; there are: get, post, put", Filter{Tags: []string{"a"}, Methods: []string{"get", "head"}}},
		{"nothing in common", "no operation matches the whole selection; an operation must match one value of each kind: widen one of them", Filter{Tags: []string{"orders"}, Methods: []string{"put"}}},
	} {
		if err := Select(read(t, sample), test.filter); err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
	for name, source := range map[string]string{"no tags": `{"paths": {"/a": {"get": {}}}}`, "no operations": `{}`} {
		err := Select(read(t, source), Filter{Tags: []string{"a"}})
		if err == nil || err.Error() != `--tag "a": the spec has no such tag; it has no tags` {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLongListsAreCut(t *testing.T) {
	paths := tree.Object{}
	for i := range 50 {
		paths[fmt.Sprintf("/%02d", i)] = tree.Object{"get": tree.Object{}}
	}
	err := Select(tree.Object{"paths": paths}, Filter{Paths: []string{"/none"}})
	if err == nil || !strings.Contains(err.Error(), "/39 and 10 more") || strings.Contains(err.Error(), "/40") {
		t.Errorf("got %v", err)
	}
}
