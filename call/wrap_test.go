package call_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// around decorates a Client's Doer, as a program might.
func around(client *xsale.Client) call.Doer {
	return stub.DoerFunc(func(request *http.Request) (*http.Response, error) { return client.Doer().Do(request) })
}

// A call through a decorated Client is judged by the Client alone.
func TestWrapLeavesAClientBelowAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []call.Event
		hooks := call.Hooks{CallDone: func(_ context.Context, event call.Event) { events = append(events, event) }}
		client := newTestClient(t, always(200, `<html>`), xsale.WithHooks(hooks))
		_, err := call.Fetch[thing](t.Context(), getThing, nil, through(around(client), "GET"))
		if !errors.Is(err, call.ErrDecode) || len(events) != 1 || events[0].Class != "response" || !errors.Is(events[0].Err, call.ErrDecode) {
			t.Errorf("%v, events %+v", err, events)
		}

		size := fewer.UnderRace(call.DefaultMaxResponseBytes, 1<<10)
		client = newTestClient(t, always(200, `{"Name":"`+strings.Repeat("x", size)+`"}`), xsale.WithMaxResponseBytes(2*call.DefaultMaxResponseBytes))
		if _, err := call.Fetch[thing](t.Context(), getThing, nil, through(around(client), "GET")); err != nil {
			t.Errorf("a body below the Client's limit: %v", err)
		}

		server := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(429, "Retry-After", "0"), stub.Status(204)}}
		client = newTestClient(t, server.Do)
		if err := call.Execute(t.Context(), getThing, []call.Option{call.Idempotent(false)}, through(around(client), "GET")); err != nil || len(server.Requests) != 2 {
			t.Errorf("%v after %d requests", err, len(server.Requests))
		}
	})
}

// Requests through other Doers arrive as they were built.
func TestWrapLeavesRequestsAlone(t *testing.T) {
	var sent *http.Request
	doer := stub.DoerFunc(func(request *http.Request) (*http.Response, error) {
		sent = request
		return stub.Response(200, `{}`), nil
	})
	post := call.Operation{Method: "POST", Route: "/things/{id}"}
	err := call.Execute(t.Context(), post, []call.Option{call.Header("Idempotency-Key", "k")}, through(doer, "POST"))
	if err != nil || sent.Header.Get("Idempotency-Key") != "k" {
		t.Errorf("%v, sent %v", err, sent.Header)
	}
}

// A dry run without an organization fails for that reason, and stores no request of an earlier one.
func TestDryRunReportsWhyNoRequestCanBeBuilt(t *testing.T) {
	source, _ := stub.Source(t)
	client, err := xsale.New(xsale.WithTokenSource(source))
	if err != nil {
		t.Fatal(err)
	}
	request, response := &http.Request{}, &call.Response{}
	_, err = call.Collect(client.Orders.List(t.Context(), xsale.ListOrdersParams{}, call.DryRun(&request)))
	if !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), "no organization") || request != nil {
		t.Errorf("%v, %v", request, err)
	}
	for _, path := range []string{"bad", "/a/../b"} {
		request, response = &http.Request{}, &call.Response{}
		if _, err := client.Call(t.Context(), "GET", path, nil, call.DryRun(&request), call.Capture(&response)); !errors.Is(err, call.ErrInvalid) || request != nil || response != nil {
			t.Errorf("%s: %v, %v, %v", path, request, response, err)
		}
	}
}
