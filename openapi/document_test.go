package openapi_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/openapi"
)

// load reads and validates a spec, including its examples.
func load(t *testing.T, data []byte) (*openapi3.T, error) {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	return document, document.Validate(t.Context(), openapi3.EnableExamplesValidation())
}

func mustLoad(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := load(t, openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestSpecIsValid(t *testing.T) {
	document := mustLoad(t)
	if document.OpenAPI != "3.0.3" {
		t.Errorf("got OpenAPI version %s", document.OpenAPI)
	}
	if len(document.Servers) != 1 || document.Servers[0].URL != "https://api.xsale.ai" {
		t.Errorf("got servers %v", document.Servers)
	}
	for path, item := range document.Paths.Map() {
		if len(item.Servers) > 0 {
			t.Errorf("%s has its own servers", path)
		}
		for method, operation := range item.Operations() {
			if operation.Servers != nil {
				t.Errorf("%s %s has its own servers", method, path)
			}
		}
	}
}

// TestWrongExamples checks that validation compares all kinds of examples with their schemas.
func TestWrongExamples(t *testing.T) {
	for _, change := range [][2]string{
		{"                Id: 1\n", "                Id: one\n"},
		{"                EmailVerified: true\n", "                EmailVerified: 'true'\n"},
		{"                  IntegrationType: 28\n", ""},
		{"              LanguageId: 2\n", "              LanguageId: English\n"},
		{"          example: ECOM\n", "          example: 1\n"},
		{"        example: 16519\n", "        example: a\n"},
	} {
		broken := strings.Replace(string(openapi.Spec()), change[0], change[1], 1)
		if broken == string(openapi.Spec()) {
			t.Errorf("the spec does not contain %q", change[0])
		}
		if _, err := load(t, []byte(broken)); err == nil {
			t.Errorf("accepted %q instead of %q", change[1], change[0])
		}
	}
}

func TestOperations(t *testing.T) {
	var got []string
	for path, item := range mustLoad(t).Paths.Map() {
		for method, operation := range item.Operations() {
			got = append(got, fmt.Sprintf("%s %s %s", operation.OperationID, method, path))
		}
	}
	slices.Sort(got)
	want := []string{
		"createIntegration POST /{organizationName}/integrations",
		"createOrder POST /{organizationName}/orders",
		"createParameter POST /{organizationName}/integrations/{id}/categories/{categoryId}/parameters",
		"getMe GET /me",
		"listOrders GET /{organizationName}/orders",
		"listStatuses GET /{organizationName}/statuses",
		"listTranslations GET /{organizationName}/articles/{id}/translations",
		"setTranslation PUT /{organizationName}/articles/{id}/translations",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestOperationsRequireBothTokens(t *testing.T) {
	document := mustLoad(t)
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			security := document.Security
			if operation.Security != nil {
				security = *operation.Security
			}
			// Two alternatives with one scheme each would mean that one token is enough.
			if len(security) != 1 || !slices.Equal(slices.Sorted(maps.Keys(security[0])), []string{"accessToken", "idToken"}) {
				t.Errorf("%s %s requires %v", method, path, security)
			}
		}
	}
	schemes := document.Components.SecuritySchemes
	if access := schemes["accessToken"].Value; access.Type != "http" || access.Scheme != "bearer" {
		t.Errorf("got accessToken %+v", access)
	}
	if id := schemes["idToken"].Value; id.Type != "apiKey" || id.In != "header" || id.Name != "x-id-token" {
		t.Errorf("got idToken %+v", id)
	}
}

func TestRequiredOrderProperties(t *testing.T) {
	schemas := mustLoad(t).Components.Schemas
	order, line := schemas["CreateOrder"].Value, schemas["CreateOrderItem"].Value

	orderProperties := []string{"BuyerId", "IntegrationId", "Items", "PayerId", "PaymentFormId", "PurchaseDate", "RecipientId"}
	if got := slices.Sorted(slices.Values(order.Required)); !slices.Equal(got, orderProperties) {
		t.Errorf("an order requires %v", got)
	}
	lineProperties := []string{"OfferId", "Quantity", "VariantId"}
	if got := slices.Sorted(slices.Values(line.Required)); !slices.Equal(got, lineProperties) {
		t.Errorf("an order line requires %v", got)
	}
	var prices []string
	for _, alternative := range line.AnyOf {
		prices = append(prices, alternative.Value.Required...)
	}
	if slices.Sort(prices); !slices.Equal(prices, []string{"PriceGross", "PriceNet"}) {
		t.Errorf("an order line requires one of %v", prices)
	}

	newLine := func() map[string]any {
		return map[string]any{"OfferId": 6.0, "VariantId": 7.0, "Quantity": 1.5, "PriceGross": 10.5, "Discount": "unknown properties are allowed"}
	}
	newOrder := func(lines ...any) map[string]any {
		return map[string]any{
			"IntegrationId": 1.0, "PaymentFormId": 2.0, "PurchaseDate": "2024-10-25", "BuyerId": 3.0, "RecipientId": 4.0, "PayerId": 5.0,
			"Items": lines, "Currency": "unknown properties are allowed",
		}
	}
	if err := order.VisitJSON(newOrder(newLine())); err != nil {
		t.Errorf("a complete order: %v", err)
	}
	for _, name := range orderProperties {
		incomplete := newOrder(newLine())
		delete(incomplete, name)
		if order.VisitJSON(incomplete) == nil {
			t.Errorf("an order without %s is valid", name)
		}
		if order.Properties[name] == nil {
			t.Errorf("%s of an order is required but not described", name)
		}
	}
	for _, name := range append(lineProperties, "PriceGross") {
		incomplete := newLine()
		delete(incomplete, name)
		if order.VisitJSON(newOrder(incomplete)) == nil {
			t.Errorf("an order line without %s is valid", name)
		}
		if line.Properties[name] == nil {
			t.Errorf("%s of an order line is required but not described", name)
		}
	}
	for _, names := range [][]string{{"PriceNet"}, {"PriceNet", "PriceGross"}} {
		priced := newLine()
		delete(priced, "PriceGross")
		for _, name := range names {
			priced[name] = 8.5
		}
		if err := order.VisitJSON(newOrder(priced)); err != nil {
			t.Errorf("an order line with %v: %v", names, err)
		}
	}
	if order.VisitJSON(newOrder()) == nil {
		t.Error("an order without lines is valid")
	}
}

func TestObjectsAreOpen(t *testing.T) {
	if closed := closedObjects(publishedSpec(t)); len(closed) > 0 {
		t.Errorf("without additionalProperties: true:\n%s", strings.Join(closed, "\n"))
	}
	count := 0
	walk(publishedSpec(t), func(o object) {
		if objectSchema(o) {
			count++
		}
	})
	if schemas := len(mustLoad(t).Components.Schemas); count < schemas {
		t.Errorf("found %d objects in %d schemas", count, schemas)
	}
}

func TestClosedObjects(t *testing.T) {
	const at = "schema #/components/schemas/Me (line 1)"
	for schema, want := range map[string][]string{
		"{type: object, additionalProperties: true}": nil,
		"{type: object}":   {at},
		"{properties: {}}": {at},
		"{type: object, additionalProperties: false}":          {at},
		"{type: object, additionalProperties: 'true'}":         {at},
		"{type: object, additionalProperties: {type: string}}": {at},
		"{type: string}": nil,
		"{allOf: [{$ref: '#/components/schemas/Me'}]}":                                nil,
		"{items: {type: object}}":                                                     {"schema #/components/schemas/Me/items (line 1)"},
		"{type: object, additionalProperties: true, properties: {A: {type: object}}}": {"property #/components/schemas/Me/properties/A (line 1)"},
	} {
		if got := closedObjects(parseYAML(t, "components: {schemas: {Me: "+schema+"}}")); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", schema, got, want)
		}
	}
}

// closedObjects lists the object schemas that do not explicitly allow additional properties.
func closedObjects(document *yaml.Node) []string {
	var closed []string
	walk(document, func(o object) {
		if additional := o.field("additionalProperties"); objectSchema(o) && (additional == nil || additional.Tag != "!!bool" || additional.Value != "true") {
			closed = append(closed, o.String())
		}
	})
	return closed
}

func objectSchema(o object) bool {
	return (o.kind == "schema" || o.kind == "property") &&
		(o.value("type") == "object" || o.field("properties") != nil || o.field("additionalProperties") != nil)
}

func TestSpecMatchesFile(t *testing.T) {
	file, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	first := openapi.Spec()
	if !bytes.Equal(first, file) {
		t.Error("the spec differs from openapi.yaml")
	}
	clear(first)
	if !bytes.Equal(openapi.Spec(), file) {
		t.Error("changing a copy changed the spec")
	}
}
