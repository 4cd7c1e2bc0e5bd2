package xsaletest_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestRequestsAreRecorded(t *testing.T) {
	c := newCaller(t, xsaletest.WithInvalidRequests())
	c.call(http.MethodPost, ":/orders", validOrder)
	c.call(http.MethodGet, ":/orders?statusidin=1&statusidin=2", "")
	c.call(http.MethodPut, ":/articles/16519/translations", `{"LanguageId":"two"}`)
	c.call(http.MethodGet, "/no/such/path", "")
	c.call(http.MethodDelete, "/me", "")
	c.sandbox.Fail("getMe", xsaletest.Cut(xsaletest.AfterHeaders))
	c.sandbox.Fail("getMe", xsaletest.Status(503))
	if response, err := c.sandbox.HTTPClient().Get(c.sandbox.URL() + "/me"); err == nil {
		response.Body.Close()
	}
	send(t, c.sandbox, http.MethodGet, "/me", "", http.Header{"Cookie": {"secret"}})

	organization := map[string]string{"organizationName": xsaletest.Organization}
	want := []xsaletest.Request{
		{Operation: "createOrder", Method: "POST", Route: "/{organizationName}/orders", PathValues: organization, Body: []byte(validOrder), Status: 201},
		{Operation: "listOrders", Method: "GET", Route: "/{organizationName}/orders", PathValues: organization, Query: map[string][]string{"statusidin": {"1", "2"}}, Status: 200},
		{Operation: "setTranslation", Method: "PUT", Route: "/{organizationName}/articles/{id}/translations", PathValues: map[string]string{"organizationName": xsaletest.Organization, "id": "16519"}, Body: []byte(`{"LanguageId":"two"}`), Status: 400,
			Findings: []xsaletest.Finding{{Severity: "error", Location: "/LanguageId", Detail: "string, want integer of the format int64"}}},
		{Method: "GET", Route: "/no/such/path", Status: 404},
		{Method: "DELETE", Route: "/me", Status: 405},
		{Operation: "getMe", Method: "GET", Route: "/me", PathValues: map[string]string{}, Status: 401, Fault: xsaletest.Cut(xsaletest.AfterHeaders)},
		{Operation: "getMe", Method: "GET", Route: "/me", PathValues: map[string]string{}, Status: 503, Fault: xsaletest.Status(503)},
	}
	// The client of the cut one goes on before the sandbox does.
	got, err := c.sandbox.WaitForRequests(t.Context(), len(want), func(xsaletest.Request) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || c.sandbox.Calls() != len(want) || c.sandbox.DroppedRequests() != 0 {
		t.Fatalf("%d requests, %d calls, %d dropped", len(got), c.sandbox.Calls(), c.sandbox.DroppedRequests())
	}
	for i, request := range got {
		want[i].Number, want[i].Header, want[i].Time, want[i].Ended = i+1, request.Header, request.Time, true
		want[i].Path = strings.ReplaceAll(strings.ReplaceAll(want[i].Route, "{organizationName}", xsaletest.Organization), "{id}", "16519")
		if age := time.Since(request.Time); age < 0 || age > time.Minute {
			t.Errorf("request %d: time %v", i+1, request.Time)
		}
		if want[i].Query == nil {
			want[i].Query = map[string][]string{}
		}
		if want[i].Body == nil {
			want[i].Body = []byte{}
		}
		if !reflect.DeepEqual(request, want[i]) {
			t.Errorf("request %d:\n%+v\n%+v", i+1, request, want[i])
		}
	}
	if header := got[0].Header; header.Get("Authorization") != "[redacted]" || header.Get("x-id-token") != "[redacted]" || header.Get("Content-Type") != "application/json" {
		t.Errorf("header %v", header)
	}
	if header := got[6].Header; header.Get("Cookie") != "[redacted]" {
		t.Errorf("header %v", header)
	}
	creates := c.sandbox.Requests("createOrder", "setTranslation")
	if len(creates) != 2 || creates[0].Number != 1 || creates[1].Number != 3 {
		t.Errorf("filtered: %v", creates)
	}

	creates[0].Body[0], creates[0].PathValues["id"] = 'x', "x"
	creates[0].Header.Set("A", "x")
	if again := c.sandbox.Requests("createOrder"); !reflect.DeepEqual(again[0], got[0]) {
		t.Error("the returned requests are shared")
	}
}

func TestDecode(t *testing.T) {
	c := newCaller(t, xsaletest.WithInvalidRequests())
	c.call(http.MethodPost, ":/orders", validOrder)
	c.call(http.MethodPost, ":/orders", `{"BuyerId":"Kowalski"}`)
	requests := c.sandbox.Requests("createOrder")
	order, err := xsaletest.Decode[xsale.CreateOrder](requests[0])
	if err != nil || order.BuyerID != 7 || order.Items[0].PriceGross.String() != "149.90" {
		t.Errorf("%+v, %v", order, err)
	}
	if plain, err := xsaletest.Decode[map[string]any](requests[0]); err != nil || plain["BuyerId"] != 7.0 {
		t.Errorf("%v, %v", plain, err)
	}
	order, err = xsaletest.Decode[xsale.CreateOrder](requests[1])
	if err == nil || !reflect.DeepEqual(order, xsale.CreateOrder{}) {
		t.Fatalf("%+v, %v", order, err)
	}
	if text := err.Error(); !strings.Contains(text, "request 2, POST /{organizationName}/orders, as gen.CreateOrder") || !strings.Contains(text, "/BuyerId") || strings.Contains(text, "Kowalski") {
		t.Error(text)
	}
}

// The number and the size of kept requests are bounded.
func TestOldestRequestsAreDropped(t *testing.T) {
	sandbox := xsaletest.New(t)
	body := strings.Repeat("x", 9<<20)
	for range 9 { // without tokens, so that nothing is processed
		send(t, sandbox, http.MethodPost, "/"+xsaletest.Organization+"/orders", body, nil)
	}
	if requests := sandbox.Requests(); len(requests) != 7 || requests[0].Number != 3 || sandbox.DroppedRequests() != 2 || sandbox.Calls() != 9 {
		t.Errorf("%d requests kept, %d dropped", len(requests), sandbox.DroppedRequests())
	}
	xsaletest.FillRequests(sandbox, 10_000)
	if requests := sandbox.Requests(); len(requests) != 10_000 || requests[0].Number != 10 || sandbox.DroppedRequests() != 9 {
		t.Errorf("%d requests kept, %d dropped", len(requests), sandbox.DroppedRequests())
	}
}

// A body beyond the limit is rejected, and kept up to the limit.
func TestLongBodiesAreTruncated(t *testing.T) {
	c := newCaller(t)
	if reply := c.call(http.MethodPost, ":/orders", strings.Repeat(" ", 10<<20+1)); reply.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", reply.status)
	}
	if kept := len(c.sandbox.Requests()[0].Body); kept != 10<<20 {
		t.Errorf("%d bytes kept", kept)
	}
}

func TestWaitForRequests(t *testing.T) {
	c := newCaller(t)
	hold := make(chan struct{})
	if err := c.sandbox.HandleFunc("GET /held", func(http.ResponseWriter, *http.Request) { <-hold }); err != nil {
		t.Fatal(err)
	}
	c.call(http.MethodGet, "/me", "")
	finished := make(chan reply)
	go func() { finished <- c.call(http.MethodGet, "/held", "") }()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	// An ended context returns what there is: the request that is held has not ended.
	ended, err := c.sandbox.WaitForRequests(canceled, 2, func(xsaletest.Request) bool { return true })
	if !errors.Is(err, context.Canceled) || len(ended) != 1 || ended[0].Operation != "getMe" {
		t.Errorf("%+v, %v", ended, err)
	}
	waited := make(chan []xsaletest.Request)
	go func() {
		held, err := c.sandbox.WaitForRequests(t.Context(), 1, func(r xsaletest.Request) bool { return r.Operation == "GET /held" && r.Status == 200 })
		if err != nil {
			t.Error(err)
		}
		waited <- held
	}()
	close(hold)
	if held := <-waited; len(held) != 1 || held[0].Number != 2 || !held[0].Ended {
		t.Errorf("%+v", held)
	}
	<-finished
}

// What was forgotten does not count, although it ended while somebody waited.
func TestClearedRequestsAreNotAwaited(t *testing.T) {
	c := newCaller(t)
	seen, waited := make(chan struct{}, 3), make(chan []xsaletest.Request)
	go func() {
		requests, err := c.sandbox.WaitForRequests(t.Context(), 2, func(xsaletest.Request) bool {
			seen <- struct{}{}
			return true
		})
		if err != nil {
			t.Error(err)
		}
		waited <- requests
	}()
	c.call(http.MethodGet, "/me", "")
	<-seen
	c.sandbox.ClearRequests()
	c.call(http.MethodGet, "/me", "")
	c.call(http.MethodGet, "/me", "")
	if requests := <-waited; len(requests) != 2 || requests[0].Number != 2 || requests[1].Number != 3 {
		t.Errorf("%+v", requests)
	}
}

// Waiting does not delay the end of the sandbox.
func TestCloseEndsWaiting(t *testing.T) {
	sandbox, err := xsaletest.Start()
	if err != nil {
		t.Fatal(err)
	}
	waited := make(chan error)
	go func() {
		_, err := sandbox.WaitForRequests(context.Background(), 1, func(xsaletest.Request) bool { return true })
		waited <- err
	}()
	if err := sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("got %v", err)
	}
}

// A request has ended even if the client leaves or the connection is cut.
func TestEveryRequestEnds(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithLatency(time.Hour))
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, sandbox.URL()+"/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	go sandbox.HTTPClient().Do(request)
	for sandbox.Calls() == 0 {
		runtime.Gosched()
	}
	leave()
	requests, err := sandbox.WaitForRequests(t.Context(), 1, func(xsaletest.Request) bool { return true })
	if err != nil || requests[0].Status != 0 {
		t.Errorf("%+v, %v", requests, err)
	}
}
