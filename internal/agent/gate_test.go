package agent_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/agent"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/xsaletest"
)

const gateSpec = `openapi: 3.0.3
info: {title: Gate, version: "1"}
paths:
  /v1/orders:
    get: {operationId: listOrders, responses: {"200": {description: ok}}}
    post: {operationId: createOrder, responses: {"200": {description: ok}}}
  /v1/orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getOrder, responses: {"200": {description: ok}}}
    delete: {operationId: deleteOrder, responses: {"200": {description: ok}}}
  /v1/orders/{id}/cancel:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: orderCancel, responses: {"200": {description: ok}}}
  /v1/deleteAll:
    get: {operationId: all, responses: {"200": {description: ok}}}
  /v1/counter:
    get: {operationId: counter, x-idempotent: false, responses: {"200": {description: ok}}}
  /v1/orders/search:
    post: {operationId: searchOrders, summary: Search orders, responses: {"200": {description: ok}}}
  /v1/usun:
    get: {operationId: "Zamowienia_Usuń", responses: {"200": {description: ok}}}
`

// The gate is the last thing before the network: it does not trust the tools, nor the client.
func TestGate(t *testing.T) {
	document, err := contract.Load([]byte(gateSpec))
	if err != nil {
		t.Fatal(err)
	}
	var sent []string
	gate := agent.NewGate(transport(func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Method+" "+r.URL.Path)
		return httptest.NewRecorder().Result(), nil
	}))
	send := func(method, target string, header ...string) error {
		request := httptest.NewRequest(method, target, strings.NewReader("x"))
		request.Header.Set("Authorization", "Bearer x")
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := gate.RoundTrip(request)
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	sandbox := xsaletest.New(t)
	client := sandbox.Client(t)
	base := client.BaseURL()
	if err := send("GET", base+"/v1/orders"); err == nil {
		t.Error("a gate without rules let a request through")
	}
	server, err := agent.New(agent.Config{Client: client, Gate: gate, Document: document, AllowWrite: []string{"create-order", "orderCancel"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	for _, allowed := range []string{"GET /v1/orders", "GET /v1/orders/1", "POST /v1/orders", "GET /v1/orders/1/cancel"} {
		method, path, _ := strings.Cut(allowed, " ")
		if err := send(method, base+path); err != nil {
			t.Errorf("%s: %v", allowed, err)
		}
	}
	sent = nil
	for _, blocked := range []string{
		"DELETE /v1/orders/1", "PUT /v1/orders/1", "PATCH /v1/orders", "POST /v1/orders/1", "TRACE /v1/orders", "CONNECT /v1/orders", "OPTIONS /v1/orders",
		"delete /v1/orders/1", "post /v1/orders", "GET /v1/deleteAll", "GET /v1/counter", "POST /v1/orders/search", "GET /v1/usun", "GET /v1/unknown",
		"GET /", "GET /v2/orders", "GET /v1/orders?_method=DELETE", "GET /v1/orders?X-HTTP-Method-Override=DELETE", "GET /v1//orders",
	} {
		method, path, _ := strings.Cut(blocked, " ")
		if err := send(method, base+path); err == nil {
			t.Errorf("%s was sent", blocked)
		}
	}
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X_Method_Override", "X-Original-URL"} {
		if err := send("GET", base+"/v1/orders", name, "DELETE"); err == nil {
			t.Errorf("the header %s was sent", name)
		}
	}
	if err := send("GET", "https://other.example/v1/orders"); err == nil {
		t.Error("a request to another origin was sent with tokens")
	}
	if len(sent) > 0 {
		t.Errorf("sent: %v", sent)
	}
	login := httptest.NewRequest("POST", base+"/oauth/token", nil)
	if response, err := gate.RoundTrip(login); err != nil {
		t.Errorf("a login: %v", err)
	} else {
		response.Body.Close()
	}
	withoutTokens := httptest.NewRequest("POST", base+"/v1/orders/search", nil)
	if response, err := gate.RoundTrip(withoutTokens); err == nil {
		response.Body.Close()
		t.Error("a write without tokens was sent")
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func TestReads(t *testing.T) {
	for name, want := range map[string]bool{
		"getOrders": true, "Orders_List": true, "ListCancellations": true, "getDeletedOrders": true, "orders.find": true, "Updates_Get": true,
		"deleteOrder": false, "Order_Delete": false, "orders.cancel": false, "order-archive": false, "usuńZamówienie": false, "DELETE_order": false,
		"settings": true, "postalCodes": true,
	} {
		o := &operation.Operation{Name: name, Method: "GET", Path: "/x", Idempotent: true}
		if got := agent.Reads(o); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "get"} {
		if agent.Reads(&operation.Operation{Name: "list", Method: method, Path: "/x", Idempotent: true}) {
			t.Errorf("%s counts as reading", method)
		}
	}
}

// What a GET changes shows in any part of its name, path or summary.
func TestReadsByNamePathAndSummary(t *testing.T) {
	for line, want := range map[string]bool{
		"bulkDelete /orders/bulkDelete":                                     false,
		"OrderCancel /api/OrderCancel/{id} Order cancellation":              false,
		"getOrdersCancel /orders/{id}/cancel/{reason}":                      false,
		"getOrdersSetStatus /orders/{id}/setstatus/{status}":                false,
		"ordersMarkAsPaid /orders/{id}/paid":                                false,
		"massUpdate /mass-update":                                           false,
		"forceSync /erp/forceSync":                                          false,
		"deleteorder /deleteorder/{id}":                                     false,
		"purgeall /all":                                                     false,
		"stock /stock/reserve":                                              false,
		"shipment /shipments/{id}/book":                                     false,
		"card /payments/{id}/charge":                                        false,
		"cart /cart/empty Empties the cart":                                 false,
		"potwierdz /zamowienia/{id}/potwierdz":                              false,
		"faktura /zamowienia/{id}/wystawFakturę":                            false,
		"getOrder /order/{id} Permanently removes an order":                 false,
		"getOrder /order/{id} This deletes the order":                       false,
		"getOrder /order/{id} Publishes the order":                          false,
		"getNext /queue/next Gets and locks the next order":                 false,
		"getAndLock /queue/next":                                            false,
		"getLabel /labels/{id} Prints and assigns a label":                  false,
		"getStatusChange /orders/{id}/changes Gets the changes of a status": true,
		"GetOrderImports /imports Lists the imports of orders":              true,
		"Article_GetReservedAmount /products/reservedamount Queries it":     true,
		"getUpdates /updates/{since}/orders Returns updates and news":       true,
		"listCancellations /cancellations List cancellations":               true,
		"orderCancellation /orders/{id}/cancellation":                       true,
		"listLinks /orders/{id}/payment-links Returns links for a payment":  true,
	} {
		parts := append(strings.SplitN(line, " ", 3), "")
		o := &operation.Operation{Name: parts[0], Method: "GET", Path: parts[1], Summary: parts[2], Idempotent: true}
		if got := agent.Reads(o); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}
