package normalize

import "testing"

func TestNameOperations(t *testing.T) {
	testDocuments(t, nameOperations, []documentTest{
		{"ids", inPaths(`{"/a": {"get": {"operationId": "a"}, "put": {"operationId": "A"}}}`), "", ""},
		{"none", inPaths(`{"/api/v1/orders/{id}/items": {"get": {}, "post": {"operationId": ""}}, "/": {"get": {}}, "/v2.1/api/zamówienia.json": {"delete": {}}}`),
			inPaths(`{"/api/v1/orders/{id}/items": {"get": {"operationId": "getOrdersByIdItems"}, "post": {"operationId": "postOrdersByIdItems"}}, "/": {"get": {"operationId": "get"}},
				"/v2.1/api/zamówienia.json": {"delete": {"operationId": "deleteZamowieniaJson"}}}`),
			"/paths/~1/get/operationId /paths/~1api~1v1~1orders~1{id}~1items/get/operationId /paths/~1api~1v1~1orders~1{id}~1items/post/operationId /paths/~1v2.1~1api~1zamówienia.json/delete/operationId"},
		{"versions", inPaths(`{"/api/v1/orders": {"get": {}}, "/api/v2/orders": {"get": {}}, "/api/v2/api": {"get": {}}}`),
			inPaths(`{"/api/v1/orders": {"get": {"operationId": "getApiV1Orders"}}, "/api/v2/orders": {"get": {"operationId": "getApiV2Orders"}}, "/api/v2/api": {"get": {"operationId": "get"}}}`),
			"/paths/~1api~1v1~1orders/get/operationId /paths/~1api~1v2~1api/get/operationId /paths/~1api~1v2~1orders/get/operationId"},
		{"shared ones", inPaths(`{"/a": {"get": {"operationId": "same"}}, "/b": {"get": {"operationId": "same"}}, "/c": {"get": {"operationId": "getA"}}}`),
			inPaths(`{"/a": {"get": {"operationId": "getA2"}}, "/b": {"get": {"operationId": "getB"}}, "/c": {"get": {"operationId": "getA"}}}`),
			"/paths/~1a/get/operationId /paths/~1b/get/operationId"},
		{"names that become equal", inPaths(`{"/a-b": {"get": {}}, "/a_b": {"get": {}}, "/ż": {"get": {}}}`),
			inPaths(`{"/a-b": {"get": {"operationId": "getAB"}}, "/a_b": {"get": {"operationId": "getAB2"}}, "/ż": {"get": {"operationId": "getZ"}}}`),
			"/paths/~1a-b/get/operationId /paths/~1a_b/get/operationId /paths/~1ż/get/operationId"},
		{"an ID that is not a string", inPaths(`{"/a": {"get": {"operationId": {"a": 1}}}}`), inPaths(`{"/a": {"get": {"operationId": "getA"}}}`), "/paths/~1a/get/operationId"},
	})
}

// The ID of an operation does not depend on the operations before it.
func TestOperationIDsAreStable(t *testing.T) {
	one, _ := apply(t, nameOperations, inPaths(`{"/orders": {"get": {}}}`))
	if want := asJSON(t, asTree(t, inPaths(`{"/orders": {"get": {"operationId": "getOrders"}}}`))); one != want {
		t.Errorf("got %s", one)
	}
	two, _ := apply(t, nameOperations, inPaths(`{"/archive/orders": {"get": {}}, "/orders": {"get": {}}}`))
	if want := asJSON(t, asTree(t, inPaths(`{"/archive/orders": {"get": {"operationId": "getArchiveOrders"}}, "/orders": {"get": {"operationId": "getOrders"}}}`))); two != want {
		t.Errorf("got %s", two)
	}
}
