package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// TestFaultMatrix runs every call of the client into every fault of the sandbox, once and always.
// The expected result follows from the rules in expect. It runs in synctest bubbles.
func TestFaultMatrix(t *testing.T) {
	for _, invoke := range matrixCalls {
		for _, fault := range matrixFaults {
			for _, always := range []bool{false, true} {
				given := fault.Fault
				if always {
					given = given.Always()
				}
				t.Run(invoke.name+"/"+given.String(), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { testMatrixCase(t, invoke, fault, given) })
				})
			}
		}
	}
}

// matrixCall is a call of the client.
type matrixCall struct {
	name, operation string
	body            bodyUse
	creates         bool   // and must so not be repeated
	list            string // path, of lists
	run             func(context.Context, *xsale.Client) (value string, err error)
}

// bodyUse is what a call does with the body of a success.
type bodyUse int

const (
	readsWhole bodyUse = iota
	readsRaw           // whole, and the caller decodes
	readsList
	readsFirst // of a list that is broken off
	readsNone  // no such response
)

const (
	matrixOrders  = 5
	matrixArticle = "/articles/16519/translations"
)

var matrixCalls = []matrixCall{
	{name: "Me", operation: "getMe", run: func(ctx context.Context, client *xsale.Client) (string, error) {
		me, err := client.Me(ctx)
		return me.Name, err
	}},
	{name: "Orders.List", operation: "listOrders", body: readsList, list: "/orders", run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return idsOf(client.Organization("").Orders.List(ctx, xsale.ListOrdersParams{}), 0, func(o xsale.Order) int64 { return o.ID })
	}},
	{name: "Orders.List broken off", operation: "listOrders", body: readsFirst, list: "/orders", run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return idsOf(client.Organization("").Orders.List(ctx, xsale.ListOrdersParams{}), 1, func(o xsale.Order) int64 { return o.ID })
	}},
	{name: "Orders.Create", operation: "createOrder", creates: true, run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return idOf(client.Organization("").Orders.Create(ctx, xsale.CreateOrder{
			IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
			Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")}},
		}))
	}},
	{name: "Statuses.List", operation: "listStatuses", body: readsList, list: "/statuses", run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return idsOf(client.Organization("").Statuses.List(ctx), 0, func(s xsale.Status) int64 { return s.ID })
	}},
	{name: "Integrations.Create", operation: "createIntegration", creates: true, run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return idOf(client.Organization("").Integrations.Create(ctx, xsale.CreateIntegration{Name: "shop", IntegrationType: 28}))
	}},
	{name: "Integrations.CreateParameter", operation: "createParameter", creates: true, run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return idOf(client.Organization("").Integrations.CreateParameter(ctx, 1, 1, xsale.ParameterDefinition{}))
	}},
	{name: "Articles.ListTranslations", operation: "listTranslations", body: readsList, list: matrixArticle, run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return idsOf(client.Organization("").Articles.ListTranslations(ctx, 16519), 0, func(t xsale.Translation) int64 { return t.LanguageID })
	}},
	{name: "Articles.SetTranslation", operation: "setTranslation", body: readsNone, run: func(ctx context.Context, client *xsale.Client) (string, error) {
		return "", client.Organization("").Articles.SetTranslation(ctx, 16519, xsale.Translation{LanguageID: 2})
	}},
	{name: "Call", operation: "listStatuses", body: readsRaw, run: func(ctx context.Context, client *xsale.Client) (string, error) {
		response, err := client.Organization("").Call(ctx, http.MethodGet, "/statuses", nil)
		if err != nil {
			return "", err
		}
		var statuses []xsale.Status
		if err := response.Decode(&statuses); err != nil {
			return "", err
		}
		return fmt.Sprint(len(statuses)), nil
	}},
}

// idOf returns the id of the created object.
func idOf(created xsale.Created, err error) (string, error) { return fmt.Sprint(created.ID), err }

// idsOf returns the ids of a list up to a number of elements, or of all of it.
func idsOf[T any](list iter.Seq2[T, error], limit int, id func(T) int64) (string, error) {
	var ids []int64
	for element, err := range list {
		if err != nil {
			return fmt.Sprint(ids), err
		}
		if ids = append(ids, id(element)); len(ids) == limit {
			break
		}
	}
	return fmt.Sprint(ids), nil
}

// matrixFault is a fault and its effect on a request.
type matrixFault struct {
	xsaletest.Fault
	does      effect
	status    int  // of responses
	processed bool // the request
	half      bool // the body comes up to its middle, otherwise all of it is useless
}

type effect int

const (
	answers    effect = iota // with another status
	breaks                   // the connection before the response
	breaksBody               // the connection in the response
	spoilsBody               // which HTTP takes for whole
	stalls                   // before the response, until the attempt ends
	stallsBody
	delays  // not for too long
	drips   // likewise
	refuses // the tokens
	blocks  // the account
)

var matrixFaults = []matrixFault{
	{Fault: xsaletest.Status(302), status: 302},
	{Fault: xsaletest.Status(304), status: 304},
	{Fault: xsaletest.Status(400), status: 400},
	{Fault: xsaletest.Status(401), status: 401},
	{Fault: xsaletest.Status(403, "<html>"), status: 403},
	{Fault: xsaletest.Status(404), status: 404},
	{Fault: xsaletest.Status(408), status: 408},
	{Fault: xsaletest.Status(409), status: 409},
	{Fault: xsaletest.Status(418, ""), status: 418},
	{Fault: xsaletest.Status(422, `{"Code":1}`), status: 422},
	{Fault: xsaletest.Status(500), status: 500},
	{Fault: xsaletest.Status(500).Processed(), status: 500, processed: true},
	{Fault: xsaletest.Status(501), status: 501},
	{Fault: xsaletest.Status(503).WithHeader("Retry-After", "1"), status: 503},
	{Fault: xsaletest.RetryAfter(0), status: 429},
	{Fault: xsaletest.RetryAfter(2 * time.Second), status: 429},
	{Fault: xsaletest.RetryAfter(time.Minute), status: 429},                                         // longer than a client waits
	{Fault: xsaletest.RetryAt(time.Date(2000, time.January, 1, 0, 0, 5, 0, time.UTC)), status: 429}, // 5 seconds into a bubble
	{Fault: xsaletest.Cut(xsaletest.BeforeResponse), does: breaks},
	{Fault: xsaletest.Cut(xsaletest.BeforeResponse).Processed(), does: breaks, processed: true},
	{Fault: xsaletest.Cut(xsaletest.AfterHeaders), does: breaksBody, processed: true},
	{Fault: xsaletest.Cut(xsaletest.AfterHeaders).Chunked(), does: breaksBody, processed: true},
	{Fault: xsaletest.Cut(xsaletest.InBody), does: breaksBody, processed: true, half: true},
	{Fault: xsaletest.Cut(xsaletest.InBody).Chunked(), does: breaksBody, processed: true, half: true},
	{Fault: xsaletest.Truncated(), does: spoilsBody, processed: true, half: true},
	{Fault: xsaletest.Truncated().Chunked(), does: spoilsBody, processed: true, half: true},
	{Fault: xsaletest.Garbage(), does: spoilsBody, processed: true},
	{Fault: xsaletest.Garbage().Chunked(), does: spoilsBody, processed: true},
	{Fault: xsaletest.Delay(2 * time.Hour), does: stalls},
	{Fault: xsaletest.Delay(2 * time.Hour).Processed(), does: stalls, processed: true},
	{Fault: xsaletest.Delay(time.Second), does: delays, processed: true},
	{Fault: xsaletest.Delay(time.Second).Processed(), does: delays, processed: true},
	{Fault: xsaletest.Trickle(1, 2*time.Hour), does: stallsBody, processed: true},
	{Fault: xsaletest.Trickle(5, 10*time.Millisecond), does: drips, processed: true},
	{Fault: xsaletest.Trickle(5, 10*time.Millisecond).Chunked(), does: drips, processed: true},
	{Fault: xsaletest.RevokedToken(), does: refuses},
	{Fault: xsaletest.ExpiredIDToken(), does: refuses},
	{Fault: xsaletest.ChangedSigningKey(), does: refuses},
	{Fault: xsaletest.BlockedAccount(), does: blocks},
}

// aboutBodies reports whether the fault needs a response body.
func (f matrixFault) aboutBodies() bool {
	return f.does == breaksBody || f.does == spoilsBody || f.does == stallsBody || f.does == drips
}

// expectation is the expected result of a call.
type expectation struct {
	is       []error // of all sentinels, those that match; nil is a success
	status   int     // of the *Error; 0 without a response
	attempts int
	created  int
	logins   int
	elements int // of a list, that are read
}

const allElements = -1

// expect applies the client's rules: a failure passes on the next attempt unless the fault is
// always there, and the call is retried up to three times where that is safe.
func (c *matrixCall) expect(f matrixFault, always bool, inHalf int) expectation {
	want := expectation{attempts: 1, logins: 1, elements: allElements}
	success := http.StatusOK
	if c.creates {
		success = http.StatusCreated
	}
	mayPass, harmless, mayHaveActed := true, !c.creates, true
	switch f.does {
	case delays, drips:
		want.created = 1
		return want
	case blocks: // no second request, because there are no tokens for it
		want.is, want.logins, want.elements = []error{authn.ErrBlocked}, 1, 0
		return want
	case refuses:
		want.status, want.is = http.StatusUnauthorized, []error{xsale.ErrUnauthorized}
	case answers:
		want.status = f.status
		want.is = sentinelsOf(f.status)
		mayPass = f.status == 408 || f.status == 429 || f.status >= 500 && f.status != 501
		harmless = harmless || f.status == 429
		mayHaveActed = f.status == 408 || f.status >= 500 && f.status != 501
		if f.Fault == xsaletest.RetryAfter(time.Minute) {
			mayPass = false
		}
	case breaks:
		want.is = []error{errNoSentinel}
	case stalls:
		want.is = []error{context.DeadlineExceeded}
	case breaksBody, spoilsBody, stallsBody:
		want.status, want.is = success, []error{xsale.ErrDecode}
		if f.does == stallsBody {
			want.is = append(want.is, context.DeadlineExceeded)
		}
		// A list is already being read; JSON is decoded once the response is complete.
		mayPass = c.body != readsList && c.body != readsFirst && f.does != spoilsBody
	}
	if want.status == http.StatusUnauthorized { // with a new login, once
		want.attempts, want.logins = 2, 2
		mayPass, harmless, mayHaveActed = false, true, false
		if !always {
			want.is, want.created = nil, 1
			return want
		}
	}
	if f.half && c.body == readsFirst && inHalf > 0 { // the caller leaves before the body breaks
		want.is = nil
		return want
	}
	if mayPass && harmless {
		if !always {
			want.is, want.attempts, want.created = nil, 2, 1
			return want
		}
		want.attempts = 4
	}
	if f.processed {
		want.created = 1
	}
	if c.creates && mayHaveActed {
		want.is = append(want.is, xsale.ErrMaybeProcessed)
	}
	want.elements = 0
	if f.half {
		want.elements = inHalf
	}
	return want
}

// errNoSentinel is a failure without a sentinel.
var errNoSentinel = errors.New("no sentinel")

var matrixSentinels = []error{
	xsale.ErrBadRequest, xsale.ErrUnauthorized, xsale.ErrForbidden, xsale.ErrNotFound, xsale.ErrConflict, xsale.ErrRateLimited,
	xsale.ErrServer, xsale.ErrRedirect, xsale.ErrDecode, xsale.ErrTooLarge, xsale.ErrInvalid, xsale.ErrDryRun, xsale.ErrMaybeProcessed,
	authn.ErrBlocked, authn.ErrRateLimited, authn.ErrUnavailable, context.DeadlineExceeded, context.Canceled,
}

func sentinelsOf(status int) []error {
	switch {
	case status == 400, status == 422:
		return []error{xsale.ErrBadRequest}
	case status == 401:
		return []error{xsale.ErrUnauthorized}
	case status == 403:
		return []error{xsale.ErrForbidden}
	case status == 404:
		return []error{xsale.ErrNotFound}
	case status == 409:
		return []error{xsale.ErrConflict}
	case status == 429:
		return []error{xsale.ErrRateLimited}
	case status/100 == 3:
		return []error{xsale.ErrRedirect}
	case status >= 500:
		return []error{xsale.ErrServer}
	}
	return []error{errNoSentinel}
}

func testMatrixCase(t *testing.T, call matrixCall, fault matrixFault, given xsaletest.Fault) {
	network := NewNetwork()
	sandbox, err := xsaletest.Start(xsaletest.WithListener(network.Listen()), xsaletest.WithOrders(matrixOrders))
	if err != nil {
		t.Fatal(err)
	}
	// Without reused connections, on which net/http would replay a GET.
	transport := &http.Transport{DialContext: network.Dial, DisableKeepAlives: true}
	bodies := &stub.BodyCounter{Next: transport}
	newClient := func() *xsale.Client {
		client, err := xsale.New(append(sandbox.Options(),
			xsale.WithHTTPClient(&http.Client{Transport: bodies}),
			xsale.WithTimeout(24*time.Hour), // so that the rate which the client learns from 429 does not end a call
		)...)
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	end := func(client *xsale.Client) {
		client.Close()
		transport.CloseIdleConnections()
		if err := sandbox.Close(); err != nil {
			t.Error(err)
		}
	}
	client := newClient()
	if err := sandbox.Fail(call.operation, given); err != nil {
		if call.body != readsNone || !fault.aboutBodies() {
			t.Error(err)
		}
		end(client)
		return
	}

	value, err := call.run(t.Context(), client)

	synctest.Wait() // for the handlers of requests that the client has left
	if opened, closed := bodies.Opened.Load(), bodies.Closed.Load(); opened != closed {
		t.Errorf("of %d bodies only %d are closed", opened, closed)
	}
	if open := network.Open.Load(); open != 0 {
		t.Errorf("%d ends of connections are open after the call", open)
	}
	requests, logins := len(sandbox.Requests()), sandbox.Logins()
	client.Close()
	sandbox.ClearFaults()
	sandbox.Unblock(xsaletest.Username)

	direct := newClient()
	elements, inHalf := call.elements(t, direct)
	want := call.expect(fault, given != fault.Fault, inHalf)
	call.check(t, value, err, want, elements)
	if requests != want.attempts || logins != want.logins {
		t.Errorf("%d requests and %d logins instead of %d and %d: %v", requests, logins, want.attempts, want.logins, err)
	}
	if call.creates {
		next, err := call.run(t.Context(), direct)
		if expected := fmt.Sprint(call.firstID() + int64(want.created)); err != nil || next != expected {
			t.Errorf("the next create has id %s instead of %s: %v", next, expected, err)
		}
	}
	end(direct)
	synctest.Wait()
	if open := network.Open.Load(); open != 0 {
		t.Errorf("%d ends of connections are left open", open)
	}
	if opened, closed := bodies.Opened.Load(), bodies.Closed.Load(); opened != closed {
		t.Errorf("of %d bodies only %d are closed at the end", opened, closed)
	}
}

// firstID is the id of the first created object.
func (c *matrixCall) firstID() int64 {
	switch c.operation {
	case "createOrder":
		return matrixOrders + 1
	case "createIntegration":
		return 2
	}
	return 1
}

// elements returns the ids of a list, and how many elements are complete in the first half.
func (c *matrixCall) elements(t *testing.T, direct *xsale.Client) (ids []int64, inHalf int) {
	if c.list == "" {
		return nil, 0
	}
	response, err := direct.Organization("").Call(t.Context(), http.MethodGet, c.list, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all []struct{ Id, LanguageId int64 }
	if err := response.Decode(&all); err != nil {
		t.Fatal(err)
	}
	for _, element := range all {
		ids = append(ids, element.Id+element.LanguageId)
	}
	decoder := json.NewDecoder(bytes.NewReader(response.Body[:len(response.Body)/2]))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		var element json.RawMessage
		if decoder.Decode(&element) != nil {
			break
		}
		inHalf++
	}
	return ids, inHalf
}

// check compares what a call returned.
func (c *matrixCall) check(t *testing.T, value string, err error, want expectation, elements []int64) {
	t.Helper()
	if got := c.wantedValue(want, elements); value != got {
		t.Errorf("read %q instead of %q", value, got)
	}
	if (err == nil) != (want.is == nil) {
		t.Errorf("got %v instead of %v", err, want.is)
		return
	}
	for _, sentinel := range matrixSentinels {
		if errors.Is(err, sentinel) != slices.Contains(want.is, sentinel) {
			t.Errorf("errors.Is(%v, %v) is %v", err, sentinel, errors.Is(err, sentinel))
		}
	}
	if err == nil {
		return
	}
	failure, ok := errors.AsType[*xsale.Error](err)
	switch {
	case slices.Contains(want.is, error(authn.ErrBlocked)):
		if login, failedLogin := errors.AsType[*authn.Error](err); ok || !failedLogin || login.Code != "too_many_attempts" {
			t.Errorf("not a failed login: %v", err)
		}
	case c.body == readsRaw && want.attempts == 1 && slices.Contains(want.is, xsale.ErrDecode): // of Response.Decode
		if ok {
			t.Errorf("an error of the caller's own reading: %v", err)
		}
	case !ok || failure.StatusCode != want.status || failure.Attempts != want.attempts || c.body != readsRaw && failure.Operation != c.operation:
		t.Errorf("%#v: instead of status %d after %d attempts", failure, want.status, want.attempts)
	}
}

// wantedValue is the value that the call must return.
func (c *matrixCall) wantedValue(want expectation, elements []int64) string {
	failed := want.is != nil
	switch {
	case c.body == readsFirst && !failed:
		return fmt.Sprint(elements[:1])
	case c.list != "" && want.elements == allElements:
		return fmt.Sprint(elements)
	case c.body == readsFirst:
		return fmt.Sprint([]int64{})
	case c.list != "":
		return fmt.Sprint(elements[:want.elements])
	case c.creates && failed:
		return "0"
	case c.creates:
		return fmt.Sprint(c.firstID())
	case c.body == readsRaw && !failed:
		return "8"
	case c.body == readsWhole && !failed:
		return "Lorem Ipsum"
	}
	return ""
}
