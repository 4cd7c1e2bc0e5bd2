package evidence_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/evidence"
)

// vendor is an invented spec in the form of an ASP.NET service, as the pipeline returns it.
const vendor = `
openapi: 3.0.3
info: {title: Sales API, version: v1}
paths:
  /Me:
    get:
      tags: [Me]
      operationId: Me_Get
      responses:
        '200':
          description: Success
          content: {application/json: {schema: {$ref: '#/components/schemas/UserModel'}}}
        '401': {description: Unauthorized}
  /{organization}/Orders:
    get:
      tags: [Orders]
      operationId: Orders_Get
      parameters:
        - {name: organization, in: path, required: true, schema: {type: string}}
        - {name: statusIdIn, in: query, schema: {type: array, items: {type: integer, format: int32}}}
        - {name: statusNameIn, in: query, style: form, explode: false, schema: {type: array, items: {type: string}}}
        - {name: page, in: query, schema: {type: integer, format: int32, default: 1}}
      responses:
        '200':
          description: Success
          content: {application/json: {schema: {$ref: '#/components/schemas/OrderModelPagedResult'}}}
    post:
      tags: [Orders]
      operationId: Orders_Post
      parameters:
        - {name: organization, in: path, required: true, schema: {type: string}}
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/CreateOrderCommand'}}}
      responses:
        '200': {description: Success}
        '400':
          description: Bad Request
          content: {application/json: {schema: {$ref: '#/components/schemas/ProblemDetails'}}}
  /{organization}/Orders/{id}:
    get:
      tags: [Orders]
      operationId: Orders_GetById
      responses: {'200': {description: Success}}
components:
  schemas:
    UserModel:
      type: object
      additionalProperties: false
      properties:
        id: {type: integer, format: int32}
        Name: {type: string, nullable: true}
        Nickname: {type: string, nullable: true}
        Email: {type: string, nullable: true}
        EmailVerified: {type: boolean}
        Organizations: {type: array, nullable: true, items: {$ref: '#/components/schemas/OrganizationModel'}}
    OrganizationModel:
      type: object
      additionalProperties: false
      properties:
        Id: {type: string, format: uuid}
        ShortName: {type: string, nullable: true}
        Name: {type: string, nullable: true}
    OrderModelPagedResult:
      type: object
      additionalProperties: false
      properties:
        Items: {type: array, nullable: true, items: {$ref: '#/components/schemas/OrderModel'}}
        TotalCount: {type: integer, format: int32}
    OrderModel:
      type: object
      additionalProperties: false
      properties:
        Id: {type: integer, format: int64}
        Status: {allOf: [{$ref: '#/components/schemas/StatusModel'}], nullable: true}
        Items: {type: array, nullable: true, items: {$ref: '#/components/schemas/OrderItemModel'}}
    OrderItemModel:
      type: object
      additionalProperties: false
      properties:
        Order: {$ref: '#/components/schemas/OrderModel'}
        OrderItemArticles: {type: array, nullable: true, items: {$ref: '#/components/schemas/OrderItemArticleModel'}}
    OrderItemArticleModel:
      type: object
      additionalProperties: false
      properties:
        Quantity: {type: number, format: double}
    StatusModel: {type: object, additionalProperties: false, properties: {Id: {type: integer, format: int32}}}
    CreateOrderCommand:
      type: object
      additionalProperties: false
      required: [IntegrationId, PaymentFormId, PurchaseDate, BuyerId, RecipientId, PayerId, Lines]
      properties:
        IntegrationId: {type: integer, format: int32}
        PaymentFormId: {type: integer, format: int32}
        PurchaseDate: {type: string, format: date-time}
        BuyerId: {type: integer, format: int32}
        RecipientId: {type: integer, format: int32}
        PayerId: {type: integer, format: int32}
        Lines: {type: array, items: {$ref: '#/components/schemas/OrderItemModel'}}
    ProblemDetails: {type: object, additionalProperties: {}, properties: {title: {type: string, nullable: true}}}
`

func TestASPNETVendor(t *testing.T) {
	others, confirmed := confirm(t, ours(t), read(t, vendor))
	want := []string{
		`Orders_GetById operation: new, "", "GET /{organization}/Orders/{id}"`,
		`createOrder request Lines: new, "", "array of object, required"`,
		`documented createIntegration operation: missing, "POST /{organizationName}/integrations", ""`,
		`documented createOrder request PurchaseDate: contradicted, "string of the format date", "string of the format date-time"`,
		`documented createParameter operation: missing, "POST /{organizationName}/integrations/{id}/categories/{categoryId}/parameters", ""`,
		`documented getMe response Id: contradicted, "Id: integer of the format int64", "id: integer of the format int32"`,
		`documented getMe response Organizations[].Id: contradicted, "integer of the format int64", "string of the format uuid"`,
		`documented listOrders query statusidin: contradicted, "statusidin: array of integer of the format int64", "statusIdIn: array of integer of the format int32"`,
		`documented listOrders query statusnamein: contradicted, "statusnamein: array of string", "statusNameIn: array of string"`,
		`documented listStatuses operation: missing, "GET /{organizationName}/statuses", ""`,
		`inferred createOrder request Items: missing, "array of object", ""`,
		`inferred createOrder response: missing, "object", "200: no body"`,
		`inferred listOrders query statusnamein encoding: contradicted, "a key for each element", "one key, separated by commas"`,
		`inferred listOrders response default: missing, "default", ""`,
		`inferred listOrders response: contradicted, "array of object", "200: object, with the array in Items"`,
		`listOrders query page: new, "", "integer of the format int32"`,
		`listOrders response TotalCount: new, "", "integer of the format int32"`,
		`listOrders response [].Items[].Order: new, "", "object"`,
		`listOrders response [].Items[].OrderItemArticles[].Quantity: new, "", "number of the format double"`,
		`listOrders response [].Status: new, "", "object, nullable"`,
		`observed listTranslations operation: missing, "GET /{organizationName}/articles/{id}/translations", ""`,
		`observed setTranslation operation: missing, "PUT /{organizationName}/articles/{id}/translations", ""`,
	}
	if !slices.Equal(others, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(others, "\n"), strings.Join(want, "\n"))
	}
	if confirmed != 31 {
		t.Errorf("%d details confirmed", confirmed)
	}
}

func TestOrderOfFindings(t *testing.T) {
	theirs := strings.Replace(vendor, "        Quantity: {", "        A: {}\n        B: {}\n        C: {}\n        D: {}\n        Quantity: {", 1)
	findings := evidence.Confirm(ours(t), read(t, theirs))
	var got []string
	for i, finding := range findings {
		group := strings.TrimSpace(finding.Evidence + " " + string(finding.Verdict))
		if len(got) == 0 || got[len(got)-1] != group {
			got = append(got, group)
		} else if before := findings[i-1]; slices.Compare([]string{before.Path, before.Method, before.Detail}, []string{finding.Path, finding.Method, finding.Detail}) >= 0 {
			t.Errorf("%+v is before %+v", before, finding)
		}
	}
	want := []string{
		"inferred contradicted", "inferred missing", "inferred confirmed", "observed missing",
		"documented contradicted", "documented missing", "documented confirmed", "new",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for range 10 { // map order must not matter
		if !slices.Equal(findings, evidence.Confirm(ours(t), read(t, theirs))) {
			t.Fatal("the order differs between runs")
		}
	}
}

// TestServerBasePath compares specs with different server URLs.
func TestServerBasePath(t *testing.T) {
	for server, reached := range map[string]bool{
		"https://api.example.test":     true,
		"https://api.example.test/":    true,
		"/":                            true,
		"https://api.example.test/v2":  false,
		"https://api.example.test/v2/": false,
		"/api":                         false,
		"http://[":                     true,
	} {
		theirs := ours(t)
		set("/servers/0/url", `"`+server+`"`)(theirs)
		others, confirmed := confirm(t, ours(t), theirs)
		if confirmed > 0 != reached || len(others) == 0 != reached {
			t.Errorf("%s: %d details confirmed; others: %q", server, confirmed, others)
		}
	}
	theirs := ours(t)
	set("/servers/0/url", "https://api.example.test/v2")(theirs)
	if others, confirmed := confirm(t, theirs, theirs); len(others) > 0 || confirmed == 0 {
		t.Errorf("the same base path: %d details confirmed; others: %q", confirmed, others)
	}
}

// TestRecursiveSchemas checks that the comparison ends and compares the same two schemas only once.
func TestRecursiveSchemas(t *testing.T) {
	tree := func(schemas string) string {
		return `{"openapi": "3.0.3", "paths": {"/tree": {"get": {"operationId": "getTree", "x-evidence": "observed", "responses": {"200": {"content":
			{"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}}}}}, "components": {"schemas": ` + schemas + `}}`
	}
	own := tree(`{"Node": {"properties": {"Id": {"type": "integer"}, "Left": {"$ref": "#/components/schemas/Node"}, "Right": {"$ref": "#/components/schemas/Node"}}}}`)
	for name, test := range map[string]struct {
		theirs string
		want   []string
	}{
		"the same": {own, nil},
		"two in turn": {
			tree(`{"Node": {"properties": {"Id": {"type": "integer"}, "Left": {"$ref": "#/components/schemas/Other"}, "Right": {"$ref": "#/components/schemas/Other"}}},
				"Other": {"properties": {"Id": {"type": "string"}, "Left": {"$ref": "#/components/schemas/Node"}}}}`),
			[]string{
				`observed getTree response Left.Id: contradicted, "integer", "string"`,
				`observed getTree response Left.Right: missing, "object", ""`,
			},
		},
		"made of itself":   {tree(`{"Node": {"allOf": [{"$ref": "#/components/schemas/Node"}]}}`), []string{`observed getTree response: missing, "object", "200: any type"`}},
		"array of itself":  {tree(`{"Node": {"items": {"$ref": "#/components/schemas/Node"}}}`), []string{`observed getTree response: contradicted, "object", "200: array of array of array of array of array of array"`}},
		"nothing but name": {tree(`{"Node": {"$ref": "#/components/schemas/Node"}}`), []string{`observed getTree response: missing, "object", "200: any type"`}},
	} {
		if others, _ := confirm(t, read(t, own), read(t, test.theirs)); !slices.Equal(others, test.want) {
			t.Errorf("%s: got %q", name, others)
		}
	}
	arrays := tree(`{"Node": {"items": {"$ref": "#/components/schemas/Node"}}}`)
	if others, confirmed := confirm(t, read(t, arrays), read(t, arrays)); len(others) > 0 || confirmed != 2 {
		t.Errorf("arrays of themselves: %d details confirmed; others: %q", confirmed, others)
	}
}

func TestFindingsAsJSON(t *testing.T) {
	data, err := json.Marshal(evidence.Confirm(read(t, `{"paths": {"/a": {"get": {"operationId": "getA", "x-evidence": "observed"}}}}`), read(t, "{}")))
	want := `[{"operationId":"getA","method":"GET","path":"/a","detail":"operation","evidence":"observed","verdict":"missing","ours":"GET /a","oursPointer":"/paths/~1a/get"}]`
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v", data, err)
	}
	if data, err := json.Marshal(evidence.Confirm(read(t, "{}"), read(t, "{}"))); err != nil || string(data) != "[]" {
		t.Errorf("empty specs: %s, %v", data, err)
	}
}
