package xsaletest_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/xsaletest"
)

// start returns a sandbox and a client of it. A test uses New and Sandbox.Client instead.
func start(options ...xsaletest.Option) (*xsaletest.Sandbox, *xsale.Client) {
	sandbox, err := xsaletest.Start(options...)
	if err != nil {
		log.Fatal(err)
	}
	client, err := xsale.New(sandbox.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	return sandbox, client
}

// A test gets a sandbox and a client that close with it.
func ExampleNew() {
	_ = func(t *testing.T) {
		sandbox := xsaletest.New(t)
		client := sandbox.Client(t, xsale.WithRetries(0))
		if _, err := client.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Operations lists what the sandbox serves.
func ExampleSandbox_Operations() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	for _, operation := range sandbox.Operations() {
		if operation.Method == http.MethodGet {
			fmt.Println(operation.ID, operation.Path, operation.Stateful)
		}
	}
	// Output:
	// getMe /me true
	// listOrders /{organizationName}/orders true
	// listStatuses /{organizationName}/statuses true
	// listTranslations /{organizationName}/articles/{id}/translations true
}

// A program in any language can use the sandbox.
func ExampleStart() {
	sandbox, err := xsaletest.Start(xsaletest.WithAddress("127.0.0.1:0"), xsaletest.WithOrders(10))
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()

	fmt.Println(strings.HasPrefix(sandbox.TokenURL(), sandbox.URL()))
	fmt.Println(sandbox.Credentials().Username)
	for _, variable := range sandbox.Environment() {
		name, _, _ := strings.Cut(variable, "=")
		fmt.Println(name)
	}
	response, err := sandbox.HTTPClient().Get(sandbox.URL() + "/swagger/v1/swagger.json")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output:
	// true
	// loremipsum@futuriti.pl
	// XSALE_BASE_URL
	// XSALE_TOKEN_URL
	// XSALE_AUDIENCE
	// XSALE_SCOPE
	// XSALE_CLIENT_ID
	// XSALE_CLIENT_SECRET
	// XSALE_USERNAME
	// XSALE_PASSWORD
	// XSALE_ORGANIZATION
	// 200 OK
}

// A lost response: the integration was created, but the client cannot know.
func ExampleSandbox_Fail() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	if err := sandbox.Fail("createIntegration", xsaletest.Cut(xsaletest.BeforeResponse).Processed()); err != nil {
		log.Fatal(err)
	}
	_, err := client.Integrations.Create(context.Background(), xsale.CreateIntegration{Name: "domenasklepu.pl", IntegrationType: 28})
	fmt.Println(errors.Is(err, xsale.ErrMaybeProcessed))

	for _, request := range sandbox.Requests("createIntegration") {
		sent, err := xsaletest.Decode[xsale.CreateIntegration](request)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(request.Number, request.Fault, sent.Name)
	}
	// Output:
	// true
	// 1 Cut(BeforeResponse).Processed() domenasklepu.pl
}

// Requests for tokens fail like others. The client logs in again after the first failure.
func ExampleSandbox_Fail_login() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	if err := sandbox.Fail(xsaletest.Login, xsaletest.Status(http.StatusServiceUnavailable)); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Me(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(sandbox.TokenRequests(), sandbox.Logins())
	// Output:
	// 2 1
}

// All faults, with their modifiers.
func ExampleFault() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	for _, fault := range []xsaletest.Fault{
		xsaletest.Status(http.StatusServiceUnavailable, `{"error":"maintenance"}`).WithHeader("Retry-After", "2").Processed(),
		xsaletest.RetryAfter(2 * time.Second).Times(3),
		xsaletest.RetryAt(time.Date(2025, time.May, 5, 8, 0, 0, 0, time.UTC)),
		xsaletest.Delay(time.Second),
		xsaletest.Cut(xsaletest.InBody).Chunked(),
		xsaletest.Truncated(),
		xsaletest.Garbage(),
		xsaletest.Trickle(8, 20*time.Millisecond),
		xsaletest.RevokedToken(),
		xsaletest.ExpiredIDToken(),
		xsaletest.ChangedSigningKey(),
		xsaletest.BlockedAccount().Always(),
	} {
		if err := sandbox.Fail("getMe", fault); err != nil {
			log.Fatal(err)
		}
		fmt.Println(fault)
	}
	sandbox.ClearFaults()

	if _, err := client.Me(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(sandbox.Requests()[0].Fault.IsZero())
	// Output:
	// Status(503).WithHeader("Retry-After", …).Processed()
	// RetryAfter(2s).Times(3)
	// RetryAt(2025-05-05T08:00:00Z)
	// Delay(1s)
	// Cut(InBody).Chunked()
	// Truncated()
	// Garbage()
	// Trickle(8, 20ms)
	// RevokedToken()
	// ExpiredIDToken()
	// ChangedSigningKey()
	// BlockedAccount().Always()
	// true
}

// Invalid faults are errors that list what is possible.
func ExampleFault_Times() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	fmt.Println(sandbox.Fail("listOrders", xsaletest.Status(503).Times(3)))
	err := sandbox.Fail("listOrder", xsaletest.RetryAfter(2*time.Second))
	message, operations, _ := strings.Cut(err.Error(), ": want one of ")
	fmt.Println(message)
	fmt.Println(strings.Contains(operations, "listOrders"))
	// Output:
	// <nil>
	// xsaletest: Fail("listOrder"): no such operation
	// true
}

// The client renews revoked tokens.
func ExampleSandbox_RevokeTokens() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	for range 2 {
		if _, err := client.Me(context.Background()); err != nil {
			log.Fatal(err)
		}
		sandbox.RevokeTokens()
	}
	fmt.Println(sandbox.Calls(), sandbox.Logins())
	// Output:
	// 3 2
}

// A blocked account stays blocked until somebody unblocks it.
func ExampleSandbox_Unblock() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	if err := sandbox.Fail("getMe", xsaletest.BlockedAccount()); err != nil {
		log.Fatal(err)
	}
	_, err := client.Me(context.Background())
	fmt.Println(errors.Is(err, authn.ErrBlocked))

	sandbox.Unblock(xsaletest.Username)
	restarted, err := xsale.New(sandbox.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	defer restarted.Close()
	_, err = restarted.Me(context.Background())
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

// The same seed injects the same faults.
func ExampleWithRandomFaults() {
	sandbox, client := start(
		xsaletest.WithRandomFaults(1, 0.5, xsaletest.Status(http.StatusBadGateway)),
		xsaletest.WithRandomLatency(1, 0, time.Millisecond))
	defer sandbox.Close()
	defer client.Close()

	for range 3 {
		if _, err := client.Me(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(sandbox.Calls() > 3, sandbox.DroppedRequests())
	// Output:
	// true 0
}

// A slow API: the call is bounded by its timeout.
func ExampleWithLatency() {
	sandbox, client := start(xsaletest.WithLatency(time.Minute))
	defer sandbox.Close()
	defer client.Close()

	_, err := client.Me(context.Background(), call.Timeout(10*time.Millisecond))
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// true
}

// The client keeps fields that it does not know.
func ExampleWithUnknownFields() {
	sandbox, client := start(xsaletest.WithUnknownFields("getMe"))
	defer sandbox.Close()
	defer client.Close()

	me, err := client.Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	added, _ := me.Get("AddedDecimal")
	fmt.Println(string(added))
	// Output:
	// 12345678901234567890.123456789012345678
}

// Code that compares JSON instead of decoded strings fails with escapes.
func ExampleWithEscapedStrings() {
	sandbox, client := start(xsaletest.WithEscapedStrings())
	defer sandbox.Close()
	defer client.Close()

	response, err := client.Organization("").Call(context.Background(), http.MethodGet, "/statuses", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(string(response.Body), `"Wys\u0142ane"`))
	// Output:
	// true
}

// A sandbox outside a test reports what a test would fail for.
func ExampleWithReport() {
	sandbox, client := start(xsaletest.WithReport(func(number int, findings string) {
		fmt.Printf("request %d:%s\n", number, findings)
	}))
	defer sandbox.Close()
	defer client.Close()

	for _, err := range client.Orders.List(context.Background(), xsale.ListOrdersParams{}, call.Query("page", "1")) {
		if err != nil {
			log.Fatal(err)
		}
		break
	}
	// Output:
	// request 1:
	//   notice: listOrders (GET /{organizationName}/orders), request at query page: a query parameter, want none of this name
}

// A test that breaks the spec on purpose.
func ExampleWithInvalidRequests() {
	_ = func(t *testing.T) {
		sandbox := xsaletest.New(t, xsaletest.WithInvalidRequests())
		client := sandbox.Client(t)
		_, err := client.Call(t.Context(), http.MethodGet, "/"+xsaletest.Organization+"/orders", nil, call.Query("statusidin", "new"))
		if !errors.Is(err, xsale.ErrBadRequest) {
			t.Error(err)
		}
	}
}

// A clock lets tokens expire without waiting.
func ExampleWithClock() {
	var elapsed atomic.Int64
	began := time.Date(2025, time.May, 5, 8, 0, 0, 0, time.UTC)
	sandbox, client := start(
		xsaletest.WithClock(func() time.Time { return began.Add(time.Duration(elapsed.Load())) }),
		xsaletest.WithTokenLifetimes(2*time.Hour, time.Hour))
	defer sandbox.Close()
	defer client.Close()

	for range 2 {
		if _, err := client.Me(context.Background()); err != nil {
			log.Fatal(err)
		}
		elapsed.Add(int64(90 * time.Minute)) // expires the ID token
	}
	fmt.Println(sandbox.Logins())
	// Output:
	// 2
}

// TLS uses a certificate authority of the sandbox, and the listener may be any.
func ExampleWithTLS() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	sandbox, client := start(xsaletest.WithTLS(), xsaletest.WithListener(listener))
	defer sandbox.Close()
	defer client.Close()

	trusted := x509.NewCertPool()
	fmt.Println(trusted.AppendCertsFromPEM(sandbox.CertificatePEM()))
	fmt.Println(strings.HasPrefix(sandbox.URL(), "https://127.0.0.1:"))
	// Output:
	// true
	// true
}

// A path of the vendor's Swagger, as this test knows it: the shipped spec lacks the status change.
func ExampleSandbox_HandleFunc() {
	sandbox, client := start(xsaletest.WithOrders(10))
	defer sandbox.Close()
	defer client.Close()

	const changeStatus = "PUT /{organizationName}/orders/{id}/status"
	err := sandbox.HandleFunc(changeStatus, func(w http.ResponseWriter, r *http.Request) {
		var change struct{ Name string }
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err == nil {
			err = json.NewDecoder(r.Body).Decode(&change)
		}
		if err == nil {
			err = sandbox.Orders(r.PathValue("organizationName")).SetStatus(id, change.Name)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := sandbox.Fail(changeStatus, xsaletest.Status(http.StatusServiceUnavailable)); err != nil {
		log.Fatal(err)
	}

	body := map[string]string{"Name": "Zaimportowano do ERP"}
	if _, err := client.Organization("").Call(context.Background(), http.MethodPut, "/orders/10/status", body); err != nil {
		log.Fatal(err)
	}
	_, status, err := sandbox.Orders("").Get(10)
	fmt.Println(status, err)
	for _, request := range sandbox.Requests(changeStatus) {
		fmt.Println(request.PathValues["id"], request.Status)
	}
	// Output:
	// Zaimportowano do ERP <nil>
	// 10 503
	// 10 204
}

// A test adds an order while the client under test runs, and looks at it later.
func ExampleSandbox_Orders() {
	sandbox, client := start(xsaletest.WithSeed(xsaletest.Seed{}))
	defer sandbox.Close()
	defer client.Close()

	orders := sandbox.Orders("")
	id, err := orders.Add(xsaletest.SeedOrder{Order: `{"TotalGross":149.90,"Items":[]}`, Status: "Nowe"})
	if err != nil {
		log.Fatal(err)
	}
	if err := orders.SetStatus(id, "Anulowane"); err != nil {
		log.Fatal(err)
	}
	order, status, err := orders.Get(id)
	fmt.Println(string(order), status, err)
	fmt.Println(orders.SetStatus(id, "Gotowe"))
	// Output:
	// {"TotalGross":149.90,"Items":[],"Id":1} Anulowane <nil>
	// xsaletest: order 1: there is no such status
}

func ExampleWithSeed() {
	sandbox, client := start(xsaletest.WithSeed(xsaletest.Seed{
		Orders: []xsaletest.SeedOrder{
			{Order: `{"Id":7,"TotalGross":149.90,"Items":[]}`, Status: "Nowe"},
			{Order: `{"Id":8,"Items":[]}`, Status: "Wysłane"},
		},
	}))
	defer sandbox.Close()
	defer client.Close()
	for order, err := range client.Orders.List(context.Background(), xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}) {
		if err != nil {
			log.Fatal(err)
		}
		total, _ := order.Get("TotalGross")
		fmt.Println(order.ID, string(total))
	}

	_, err := xsaletest.Start(xsaletest.WithSeed(xsaletest.Seed{Orders: []xsaletest.SeedOrder{{Order: `{"Id":"seven"}`}}}))
	fmt.Println(err)
	// Output:
	// 7 149.90
	// xsaletest: WithSeed: /Orders/0/Order/Id: string, want integer of the format int64
}

// The sandbox serves another spec, and keeps its data. To pass Swagger 2.0 or a spec that a service
// serves, import package anyspec.
func ExampleWithSpec() {
	spec := []byte(`
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{name: name, in: query, schema: {type: string}}]
      responses: {"200": {description: Pets., content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}}}
    post:
      operationId: addPet
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"201": {description: The pet., content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}
  /pets/{id}:
    delete:
      operationId: deletePet
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"204": {description: Deleted.}}
components:
  schemas:
    Pet: {type: object, properties: {id: {type: integer}, name: {type: string}}}
`)
	sandbox, client := start(xsaletest.WithSpec(spec), xsaletest.WithValueSeed(7), xsaletest.WithHandler("deletePet",
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer sandbox.Close()
	defer client.Close()

	ctx := context.Background()
	created, err := client.Call(ctx, http.MethodPost, "/pets", map[string]string{"name": "Filemon"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", created.Body)
	listed, err := client.Call(ctx, http.MethodGet, "/pets?name=Filemon", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", listed.Body)
	for _, operation := range sandbox.Operations() {
		fmt.Println(operation.ID, operation.Reason)
	}
	// Output:
	// {"id":4,"name":"Filemon"}
	// [{"id":4,"name":"Filemon"}]
	// addPet adds an item to /pets
	// deletePet replaced by a handler
	// listPets lists the items of /pets
}
