package diff_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/spec/diff"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func read(t *testing.T, source string) tree.Object {
	t.Helper()
	document, err := tree.Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// edits alternate old strings, each unique in a spec, and new ones.
type edits []string

func (e edits) of(spec string) string {
	for i := 0; i < len(e); i += 2 {
		if count := strings.Count(spec, e[i]); count != 1 {
			panic(fmt.Sprintf("%q occurs %d times", e[i], count))
		}
		spec = strings.Replace(spec, e[i], e[i+1], 1)
	}
	return spec
}

func compare(t *testing.T, before, after tree.Object) *diff.Result {
	t.Helper()
	result, err := diff.Compare(before, after)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range result.Changes {
		if _, ok := tree.Lookup(before, change.Old); !ok {
			t.Errorf("%+v: old pointer not found", change)
		}
		if _, ok := tree.Lookup(after, change.New); !ok {
			t.Errorf("%+v: new pointer not found", change)
		}
		if change.Text == "" || change.Section == "" || change.Old+change.New == "" {
			t.Errorf("incomplete: %+v", change)
		}
	}
	return result
}

func summary(result *diff.Result) []string {
	var lines []string
	for _, change := range result.Changes {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", change.Level, change.ID, change.Operation)))
	}
	return lines
}

// TestSingleChanges makes one change to the sample and lists all expected findings.
func TestSingleChanges(t *testing.T) {
	for _, test := range []struct {
		name  string
		edits edits
		want  []string
	}{
		{"OpenAPI version", edits{"openapi: 3.0.3", "openapi: 3.0.1"}, []string{"info note-changed"}},
		{"title", edits{"title: Shop", "title: Shops"}, []string{"info note-changed"}},
		{"version", edits{"version: '1.0'", "version: '1.1'"}, []string{"info note-changed"}},
		{"server", edits{"example.test/v1", "example.test/v2"}, []string{"warning unjudged-change"}},
		{"security", edits{"security:\n  - token: []\n", ""}, []string{
			"info api-security-anonymous-access-added GET /{shop}/orders",
			"info api-security-anonymous-access-added POST /{shop}/orders",
			"info api-security-anonymous-access-added DELETE /{shop}/orders/{id}",
		}},
		{"security scheme", edits{"scheme: bearer", "scheme: basic"}, []string{"breaking api-security-component-http-scheme-changed"}},
		{"tag description", edits{"What people buy.", "What people have bought."}, []string{"info note-changed"}},
		{"tag", edits{"tags: [Orders]\n      summary", "tags: [Sales]\n      summary"}, []string{
			"info api-tag-added GET /{shop}/orders",
			"info api-tag-removed GET /{shop}/orders",
		}},
		{"summary", edits{"summary: List orders", "summary: List the orders"}, []string{"info note-changed GET /{shop}/orders"}},
		{"operation id", edits{"operationId: listOrders", "operationId: getOrders"}, []string{"warning api-operation-id-removed GET /{shop}/orders"}},
		{"operation removed", edits{"  /{shop}/orders/{id}:\n    delete:", "  /{shop}/orders/{id}:\n    x-delete:"}, []string{
			"breaking api-removed-without-deprecation DELETE /{shop}/orders/{id}",
			"info note-changed",
		}},
		{"operation renamed", edits{"  /{shop}/orders/{id}:", "  /{shop}/order/{id}:"}, []string{
			"breaking api-path-removed-without-deprecation DELETE /{shop}/orders/{id}",
			"info endpoint-added DELETE /{shop}/order/{id}",
		}},
		{"method", edits{"    delete:\n", "    patch:\n"}, []string{
			"breaking api-removed-without-deprecation DELETE /{shop}/orders/{id}",
			"info endpoint-added PATCH /{shop}/orders/{id}",
		}},
		{"name of a path parameter", edits{"orders/{id}:", "orders/{orderId}:", "name: id\n", "name: orderId\n"}, []string{
			"info note-changed",
			"info note-changed DELETE /{shop}/orders/{orderId}",
		}},
		{"type of a path parameter", edits{"type: string\n    get:", "type: integer\n    get:"}, []string{
			"breaking request-parameter-type-changed GET /{shop}/orders",
			"breaking request-parameter-type-changed POST /{shop}/orders",
		}},
		{"parameter renamed", edits{"name: page\n", "name: pageNumber\n"}, []string{
			"warning request-parameter-removed GET /{shop}/orders",
			"info new-optional-request-parameter GET /{shop}/orders",
		}},
		{"parameter required", edits{"name: page\n          in: query\n", "name: page\n          in: query\n          required: true\n"}, []string{
			"breaking request-parameter-became-required GET /{shop}/orders",
		}},
		{"encoding of an array", edits{"explode: true", "explode: false"}, []string{"warning unjudged-change GET /{shop}/orders"}},
		{"elements of a parameter", edits{"items:\n              type: integer\n              format: int64", "items:\n              type: string"}, []string{
			"warning request-parameter-property-type-changed GET /{shop}/orders",
		}},
		{"minimum", edits{"minimum: 1\n", "minimum: 2\n"}, []string{"breaking request-parameter-min-increased GET /{shop}/orders"}},
		{"maximum", edits{"maximum: 1000", "maximum: 100"}, []string{"breaking request-parameter-max-decreased GET /{shop}/orders"}},
		{"default", edits{"default: 1\n", "default: 2\n"}, []string{
			"info request-parameter-default-value-changed GET /{shop}/orders",
		}},
		{"format of a parameter", edits{"format: int32", "format: int64"}, []string{"info request-parameter-type-generalized GET /{shop}/orders"}},
		{"status code", edits{"'204'", "'200'"}, []string{
			"breaking response-success-status-removed DELETE /{shop}/orders/{id}",
			"info response-success-status-added DELETE /{shop}/orders/{id}",
		}},
		{"failure documented", edits{"        '404':\n          description: There is no such shop.\n", ""}, []string{
			"info response-non-success-status-removed GET /{shop}/orders",
		}},
		{"response description", edits{"The orders.", "Some orders."}, []string{"info note-changed GET /{shop}/orders"}},
		{"response header", edits{"X-Total:", "X-Count:"}, []string{
			"info optional-response-header-removed GET /{shop}/orders",
			"info response-header-added GET /{shop}/orders",
		}},
		{"response media type", edits{"application/json: # orders", "text/json:"}, []string{
			"breaking response-media-type-removed GET /{shop}/orders",
			"info response-media-type-added GET /{shop}/orders",
		}},
		{"request media type", edits{"application/json: # new order", "application/xml:"}, []string{
			"breaking request-body-media-type-removed POST /{shop}/orders",
			"info request-body-media-type-added POST /{shop}/orders",
		}},
		{"envelope", edits{"{type: array, items: {$ref: '#/components/schemas/Order'}}", "{type: object, properties: {Items: {type: array}}}"}, []string{
			"breaking response-body-type-changed GET /{shop}/orders",
			"warning unjudged-change GET /{shop}/orders",
			"info response-optional-property-added GET /{shop}/orders",
		}},
		{"example", edits{"example: []", "example: [{Id: 1}]"}, []string{"info note-changed GET /{shop}/orders"}},
		{"example of a property", edits{"Ring twice", "Ring once"}, []string{"info note-changed"}},
		{"request body optional", edits{"requestBody:\n        required: true", "requestBody:\n        required: false"}, []string{
			"info request-body-became-optional POST /{shop}/orders",
		}},
		{"other schema", edits{"{$ref: '#/components/schemas/Order'} # created", "{$ref: '#/components/schemas/Unused'}"}, []string{
			"breaking response-required-property-removed POST /{shop}/orders",
			"warning response-optional-property-removed POST /{shop}/orders",
			"warning response-optional-property-removed POST /{shop}/orders",
			"warning response-optional-property-removed POST /{shop}/orders",
			"warning response-optional-property-removed POST /{shop}/orders",
			"info note-changed POST /{shop}/orders",
		}},
		{"property renamed", edits{"        Note:\n", "        Remark:\n"}, []string{
			"warning response-optional-property-removed GET /{shop}/orders",
			"warning response-optional-property-removed POST /{shop}/orders",
			"info response-optional-property-added GET /{shop}/orders",
			"info response-optional-property-added POST /{shop}/orders",
		}},
		{"request property renamed", edits{"        Comment:\n", "        Remark:\n"}, []string{
			"warning request-property-removed POST /{shop}/orders",
			"info new-optional-request-property POST /{shop}/orders",
		}},
		{"required property renamed", edits{"required: [Id]", "required: [Number]", "Id:\n          type: integer # of an order", "Number:\n          type: integer"}, []string{
			"breaking response-required-property-removed GET /{shop}/orders",
			"breaking response-required-property-removed POST /{shop}/orders",
			"info response-required-property-added GET /{shop}/orders",
			"info response-required-property-added POST /{shop}/orders",
		}},
		{"type of a property", edits{"type: integer # of an order\n          format: int64\n", "type: string\n"}, []string{
			"breaking response-property-type-changed GET /{shop}/orders",
			"breaking response-property-type-changed POST /{shop}/orders",
		}},
		{"format of a property", edits{"format: double", "format: float"}, []string{"breaking request-property-type-changed POST /{shop}/orders"}},
		{"format added", edits{"        Note:\n          type: string\n", "        Note:\n          type: string\n          format: date\n"}, []string{
			"info response-property-type-specialized GET /{shop}/orders",
			"info response-property-type-specialized POST /{shop}/orders",
		}},
		{"request property required", edits{"required: [BuyerId]", "required: [BuyerId, Payment]"}, []string{
			"breaking request-property-became-required POST /{shop}/orders",
		}},
		{"request property optional", edits{"      required: [BuyerId]\n", ""}, []string{"info request-property-became-optional POST /{shop}/orders"}},
		{"response property optional", edits{"      required: [Id]\n", ""}, []string{
			"breaking response-property-became-optional GET /{shop}/orders",
			"breaking response-property-became-optional POST /{shop}/orders",
		}},
		{"new required property", edits{"required: [BuyerId]", "required: [BuyerId, PayerId]", "# more", "PayerId: {type: integer}"}, []string{
			"breaking new-required-request-property POST /{shop}/orders",
		}},
		{"request value removed", edits{"enum: [Card, Cash]", "enum: [Card]"}, []string{
			"breaking request-property-enum-value-removed POST /{shop}/orders",
		}},
		{"request value added", edits{"enum: [Card, Cash]", "enum: [Card, Cash, Cheque]"}, []string{
			"info request-property-enum-value-added POST /{shop}/orders",
		}},
		{"response value removed", edits{"enum: [New, Sent]", "enum: [New]"}, []string{
			"info response-property-enum-value-removed GET /{shop}/orders",
			"info response-property-enum-value-removed POST /{shop}/orders",
		}},
		{"response value added", edits{"enum: [New, Sent]", "enum: [New, Paid, Sent]"}, []string{
			"breaking response-property-enum-value-added GET /{shop}/orders",
			"breaking response-property-enum-value-added POST /{shop}/orders",
		}},
		{"order of values", edits{"enum: [Card, Cash]", "enum: [Cash, Card]"}, []string{"info note-changed"}},
		{"extension", edits{"x-enum-varnames: [New, Sent]", "x-enum-varnames: [Fresh, Sent]"}, []string{
			"info note-changed",
			"info note-changed",
		}},
		{"null in a response", edits{"Note:\n          type: string\n          nullable: true\n", "Note:\n          type: string\n"}, []string{
			"info response-property-became-not-nullable GET /{shop}/orders",
			"info response-property-became-not-nullable POST /{shop}/orders",
		}},
		{"no null in a request", edits{"Comment:\n          type: string\n          nullable: true\n", "Comment:\n          type: string\n"}, []string{
			"breaking request-property-became-not-nullable POST /{shop}/orders",
		}},
		{"length in a response", edits{"maxLength: 200\n          example", "maxLength: 300\n          example"}, []string{
			"breaking response-property-max-length-increased GET /{shop}/orders",
			"breaking response-property-max-length-increased POST /{shop}/orders",
		}},
		{"length in a request", edits{"maxLength: 200\n        Lines", "maxLength: 100\n        Lines"}, []string{
			"breaking request-property-max-length-decreased POST /{shop}/orders",
		}},
		{"number of elements", edits{"minItems: 1", "minItems: 2"}, []string{
			"breaking request-property-min-items-increased POST /{shop}/orders",
		}},
		{"additional properties", edits{"additionalProperties: true", "additionalProperties: false"}, []string{
			"warning unjudged-change",
		}},
		{"description", edits{"description: An order.", "description: What is bought."}, []string{"info note-changed"}},
		{"unused schema removed", edits{"    Unused:\n      type: object\n      deprecated: true\n", ""}, []string{
			"info api-schema-removed",
		}},
		{"unused schema changed", edits{"    Unused:\n      type: object\n", "    Unused:\n      type: string\n"}, []string{
			"warning unjudged-change",
		}},
		{"deprecated", edits{"operationId: deleteOrder\n", "operationId: deleteOrder\n      deprecated: true\n"}, []string{
			"info endpoint-deprecated DELETE /{shop}/orders/{id}",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := read(t, sample), read(t, test.edits.of(sample))
			result := compare(t, before, after)
			if got := summary(result); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			if back := compare(t, after, before); len(back.Changes) == 0 {
				t.Error("no changes in reverse")
			}
		})
	}
}

// TestEveryRemovalShows removes each value of the sample in turn.
func TestEveryRemovalShows(t *testing.T) {
	before := read(t, sample)
	all := pointersIn("", before)
	if len(all) < 150 {
		t.Fatalf("only %d pointers", len(all))
	}
	for i, pointer := range all {
		if i%fewer.UnderRace(1, 8) != 0 {
			continue
		}
		result, err := diff.Compare(before, without(before, pointer))
		if _, ok := errors.AsType[*tree.Problem](err); err == nil && len(result.Changes) == 0 || err != nil && !ok {
			t.Errorf("%s: got %+v, %v", pointer, result, err)
		}
	}
}

func pointersIn(pointer string, value any) []string {
	var all []string
	visit := func(token string, value any) {
		inner := tree.Join(pointer, token)
		all = append(append(all, inner), pointersIn(inner, value)...)
	}
	switch value := value.(type) {
	case tree.Object:
		for name, inner := range tree.Fields(value) {
			visit(name, inner)
		}
	case []any:
		for i, element := range value {
			visit(strconv.Itoa(i), element)
		}
	}
	return all
}

func without(document tree.Object, pointer string) tree.Object {
	tokens, _ := tree.Split(pointer)
	var remove func(value any, tokens []string) any
	remove = func(value any, tokens []string) any {
		switch value := value.(type) {
		case tree.Object:
			if len(tokens) == 1 {
				delete(value, tokens[0])
			} else {
				value[tokens[0]] = remove(value[tokens[0]], tokens[1:])
			}
		case []any:
			i, err := strconv.Atoi(tokens[0])
			if err != nil {
				panic(err)
			}
			if len(tokens) == 1 {
				return slices.Delete(value, i, i+1)
			}
			value[i] = remove(value[i], tokens[1:])
		}
		return value
	}
	return remove(tree.Clone(document), tokens).(tree.Object)
}

// TestAdjacentChanges makes a change that a rule covers next to one that no rule covers.
func TestAdjacentChanges(t *testing.T) {
	for name, test := range map[string]struct {
		edits edits
		want  string // prefix of the text of a change
	}{
		"of the same operation": {
			edits{"operationId: listOrders", "operationId: getOrders", "summary: List orders", "summary: Orders"},
			`/paths/~1{shop}~1orders/get/summary changed from "List orders" to "Orders"`,
		},
		"of the same property": {
			edits{"maxLength: 200\n          example: Ring twice", "maxLength: 300\n          example: Ring once"},
			`/components/schemas/Order/properties/Note/example changed from "Ring twice" to "Ring once"`,
		},
		"of the same scheme": {
			edits{"scheme: bearer", "scheme: basic\n      description: In clear."},
			`/components/securitySchemes/token/description was added: "In clear."`,
		},
		"of a parameter next to a new one": {
			edits{"        - name: statusIds\n", "        - name: new\n          in: query\n        - name: statusIds\n          description: Ids.\n"},
			`/paths/~1{shop}~1orders/get/parameters/1/description was added: "Ids."`,
		},
		"of a path with a renamed variable": {
			edits{"orders/{id}:", "orders/{orderId}:", "name: id\n", "name: orderId\n", "description: Gone.", "description: Away."},
			`/paths/~1{shop}~1orders~1{orderId}/delete/responses/204/description changed from "Gone." to "Away."`,
		},
		"of a parameter of a whole path": {
			edits{"type: string\n    get:", "type: integer\n          example: 1\n    get:"},
			`/paths/~1{shop}~1orders/parameters/0/schema/example was added: 1`,
		},
		"of a property named like a keyword": {
			edits{"Level: {type: integer}", "Level: {type: string}", "security: {", "security: {title: Safety, "},
			`/components/schemas/Order/properties/security/title was added: "Safety"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			result := compare(t, read(t, sample), read(t, test.edits.of(sample)))
			if !slices.ContainsFunc(result.Changes, func(change diff.Change) bool { return strings.HasPrefix(change.Text, test.want) }) {
				t.Errorf("%q is not in %+v", test.want, result.Changes)
			}
			if !slices.ContainsFunc(result.Changes, func(change diff.Change) bool { return !strings.HasPrefix(change.Text, test.want) }) {
				t.Error("the other change is missing")
			}
		})
	}
}

func TestEqualSpecs(t *testing.T) {
	document := read(t, sample)
	data, err := tree.JSON(document)
	if err != nil {
		t.Fatal(err)
	}
	result := compare(t, document, read(t, string(data)))
	if len(result.Changes) > 0 {
		t.Errorf("got %+v", result.Changes)
	}
	if data, err := json.Marshal(result); err != nil || string(data) != `{"changes":[]}` {
		t.Errorf("as JSON: %s, %v", data, err)
	}
}

func TestBreaking(t *testing.T) {
	after := edits{"enum: [Card, Cash]", "enum: [Card]", "enum: [New, Sent]", "enum: [New, Paid, Sent]", "title: Shop", "title: Shops"}.of(sample)
	if result := compare(t, read(t, sample), read(t, after)); result.Breaking() != 3 || len(result.Changes) != 4 {
		t.Errorf("%d of %+v", result.Breaking(), result.Changes)
	}
}

func TestUnreadableSpecs(t *testing.T) {
	good, bad := read(t, sample), read(t, `{"openapi": "3.0.3", "paths": {"/a": {"get": 1}}}`)
	for name, test := range map[string][2]tree.Object{"old": {bad, good}, "new": {good, bad}} {
		_, err := diff.Compare(test[0], test[1])
		if problem, ok := errors.AsType[*tree.Problem](err); !ok || !strings.Contains(problem.Message, "the "+name+" spec") || problem.Remedy == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
