package xsaletest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

func startSandbox(t *testing.T, options ...xsaletest.Option) *xsaletest.Sandbox {
	t.Helper()
	sandbox, err := xsaletest.Start(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sandbox.Close() })
	return sandbox
}

func TestFaultString(t *testing.T) {
	for want, fault := range map[string]xsaletest.Fault{
		"no fault":                           {},
		"Status(503).Processed().Times(3)":   xsaletest.Status(503, "secret").Processed().Times(3),
		`Status(200).WithHeader("X-Key", …)`: xsaletest.Status(200).WithHeader("x-key", "secret"),
		"RetryAfter(2s).Always()":            xsaletest.RetryAfter(2 * time.Second).Always(),
		"RetryAt(2025-05-05T08:00:00Z)":      xsaletest.RetryAt(time.Date(2025, time.May, 5, 8, 0, 0, 0, time.UTC)),
		"Delay(1m0s).Processed()":            xsaletest.Delay(time.Minute).Processed(),
		"Cut(BeforeResponse)":                xsaletest.Cut(xsaletest.BeforeResponse),
		"Cut(AfterHeaders).Chunked()":        xsaletest.Cut(xsaletest.AfterHeaders).Chunked(),
		"Cut(InBody)":                        xsaletest.Cut(xsaletest.InBody),
		"Truncated()":                        xsaletest.Truncated(),
		"Garbage()":                          xsaletest.Garbage(),
		"Trickle(8, 20ms)":                   xsaletest.Trickle(8, 20*time.Millisecond),
		"RevokedToken()":                     xsaletest.RevokedToken(),
		"ExpiredIDToken()":                   xsaletest.ExpiredIDToken(),
		"BlockedAccount()":                   xsaletest.BlockedAccount(),
		"ChangedSigningKey()":                xsaletest.ChangedSigningKey(),
	} {
		if got := fault.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if fault.IsZero() != (want == "no fault") {
			t.Errorf("%s: IsZero is %v", want, fault.IsZero())
		}
	}
}

func TestFailRejectsInvalidFaults(t *testing.T) {
	sandbox := startSandbox(t)
	const all = "createIntegration, createOrder, createParameter, getMe, listOrders, listStatuses, listTranslations, setTranslation"
	for name, test := range map[string]struct {
		operation string
		faults    []xsaletest.Fault
		says      string
	}{
		"unknown operation":      {"createOrdr", []xsaletest.Fault{xsaletest.Garbage()}, all},
		"no fault":               {"getMe", nil, "use Status, RetryAfter"},
		"zero fault":             {"getMe", []xsaletest.Fault{{}}, "use Status, RetryAfter"},
		"status":                 {"getMe", []xsaletest.Fault{xsaletest.Status(999)}, "from 200 to 599"},
		"body of a 304":          {"getMe", []xsaletest.Fault{xsaletest.Status(304, "x")}, "has no body"},
		"part of a second":       {"getMe", []xsaletest.Fault{xsaletest.RetryAfter(time.Millisecond)}, "whole seconds"},
		"no date":                {"getMe", []xsaletest.Fault{xsaletest.RetryAt(time.Time{})}, "not set"},
		"no delay":               {"getMe", []xsaletest.Fault{xsaletest.Delay(0)}, "positive"},
		"no bytes":               {"getMe", []xsaletest.Fault{xsaletest.Trickle(0, time.Second)}, "positive"},
		"other point":            {"getMe", []xsaletest.Fault{xsaletest.Cut(7)}, "InBody"},
		"no times":               {"getMe", []xsaletest.Fault{xsaletest.Garbage().Times(0)}, "Times"},
		"always processed":       {"getMe", []xsaletest.Fault{xsaletest.Garbage().Processed()}, "always processed"},
		"rejected and processed": {"getMe", []xsaletest.Fault{xsaletest.RevokedToken().Processed()}, "Processed is for"},
		"chunked status":         {"getMe", []xsaletest.Fault{xsaletest.Status(500).Chunked()}, "Chunked is for"},
		"header of a cut":        {"getMe", []xsaletest.Fault{xsaletest.Cut(xsaletest.InBody).WithHeader("A", "b")}, "WithHeader is for"},
		"header in two lines":    {"getMe", []xsaletest.Fault{xsaletest.Status(500).WithHeader("A", "b\r\nC: d")}, "one line"},
		"header with a space":    {"getMe", []xsaletest.Fault{xsaletest.Status(500).WithHeader("A b", "c")}, "ASCII"},
		"body of nothing":        {"setTranslation", []xsaletest.Fault{xsaletest.Truncated()}, "Cut(BeforeResponse)"},
		"after a permanent one":  {"getMe", []xsaletest.Fault{xsaletest.Garbage().Always(), xsaletest.Truncated()}, "ClearFaults"},
	} {
		err := sandbox.Fail(test.operation, test.faults...)
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), `xsaletest: Fail("`+test.operation+`"): `) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := &caller{t, sandbox, login(t, sandbox)}
	if reply := c.call(http.MethodGet, "/me", ""); reply.status != http.StatusOK {
		t.Errorf("a rejected fault was injected: got status %d", reply.status)
	}
}

func TestFailFailsTheTest(t *testing.T) {
	test := &recordedTest{TB: t}
	err := xsaletest.New(test, xsaletest.WithOrders(0)).Fail("createOrdr", xsaletest.Garbage())
	if err == nil || !slices.Equal(test.errors, []string{err.Error()}) {
		t.Errorf("got %v, and the test reports %q", err, test.errors)
	}
}

func TestFaultsAreInjectedInOrder(t *testing.T) {
	c := newCaller(t)
	status := func() int { return c.call(http.MethodGet, ":/statuses", "").status }
	c.sandbox.Fail("listStatuses", xsaletest.Status(500).Times(2), xsaletest.Status(404))
	c.sandbox.Fail(xsaletest.AnyOperation, xsaletest.Status(418))
	c.sandbox.Fail("listStatuses", xsaletest.Status(502))
	var got []int
	for range 6 {
		got = append(got, status())
	}
	if want := []int{500, 500, 404, 502, 418, 200}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	c.sandbox.Fail("listStatuses", xsaletest.Status(500).Always())
	got = []int{status(), status(), status()}
	c.sandbox.ClearFaults()
	if got = append(got, status()); !slices.Equal(got, []int{500, 500, 500, 200}) {
		t.Errorf("%v", got)
	}
	for i, request := range c.sandbox.Requests() {
		want := []xsaletest.Fault{
			xsaletest.Status(500), xsaletest.Status(500), xsaletest.Status(404), xsaletest.Status(502), xsaletest.Status(418), {},
			xsaletest.Status(500), xsaletest.Status(500), xsaletest.Status(500), {},
		}[i]
		if request.Fault != want {
			t.Errorf("request %d had %v, want %v", i+1, request.Fault, want)
		}
	}
}

// A fault for any operation waits for one that it fits.
func TestFaultsForAnyOperationWait(t *testing.T) {
	c := newCaller(t)
	c.sandbox.Fail(xsaletest.AnyOperation, xsaletest.Garbage())
	c.setTranslation(`{"LanguageId":2}`)
	if reply := c.call(http.MethodGet, "/no-such-path", ""); reply.status != http.StatusNotFound || !strings.Contains(reply.body, "garbage") {
		t.Errorf("status %d, body %q", reply.status, reply.body)
	}
}

func TestFaultsReplaceTheResponse(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(0))
	date := time.Date(2025, time.May, 5, 8, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		fault                         xsaletest.Fault
		status                        int
		retryAfter, contentType, body string
		created                       int
	}{
		{xsaletest.Status(503, `{"a":1}`).WithHeader("Retry-After", "7"), 503, "7", "application/json", `{"a":1}`, 0},
		{xsaletest.Status(502, "<html>").Processed(), 502, "", "text/plain; charset=utf-8", "<html>", 1},
		{xsaletest.Status(304), 304, "", "", "", 0},
		{xsaletest.Status(204).Processed(), 204, "", "", "", 1},
		{xsaletest.RetryAfter(3 * time.Second), 429, "3", "application/problem+json", "", 0},
		{xsaletest.RetryAfter(0).Processed(), 429, "0", "application/problem+json", "", 1},
		{xsaletest.RetryAt(date), 429, "Mon, 05 May 2025 08:00:00 GMT", "application/problem+json", "", 0},
	} {
		before := len(c.listOrders(""))
		c.sandbox.Fail("createOrder", test.fault)
		reply := c.call(http.MethodPost, ":/orders", validOrder)
		if reply.status != test.status || reply.header.Get("Retry-After") != test.retryAfter || reply.header.Get("Content-Type") != test.contentType {
			t.Errorf("%v: status %d, %v", test.fault, reply.status, reply.header)
		}
		if test.contentType == "application/problem+json" {
			wantProblem(t, reply, test.status)
		} else if reply.body != test.body {
			t.Errorf("%v: body %q", test.fault, reply.body)
		}
		if created := len(c.listOrders("")) - before; created != test.created {
			t.Errorf("%v: %d orders", test.fault, created)
		}
	}
}

// rawResponse sends a create and returns the response, what it read of the body, and the error.
func (c *caller) rawResponse() (*http.Response, string, error) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.sandbox.URL()+"/"+xsaletest.Organization+"/integrations", strings.NewReader(`{"Name":"shop","IntegrationType":28}`))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header = c.tokens.header()
	request.Header.Set("Content-Type", "application/json")
	response, err := c.sandbox.HTTPClient().Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

func TestFaultsBreakTheBody(t *testing.T) {
	c := newCaller(t)
	const whole, half = 9, 4 // bytes of {"Id":2} and a newline
	for _, test := range []struct {
		fault  xsaletest.Fault
		length int64 // Content-Length, -1 for chunks
		body   string
		breaks bool
	}{
		{xsaletest.Cut(xsaletest.AfterHeaders), whole, "", true},
		{xsaletest.Cut(xsaletest.AfterHeaders).Chunked(), -1, "", true},
		{xsaletest.Cut(xsaletest.InBody), whole, `{"Id`, true},
		{xsaletest.Cut(xsaletest.InBody).Chunked(), -1, `{"Id`, true},
		{xsaletest.Truncated(), half, `{"Id`, false},
		{xsaletest.Truncated().Chunked(), -1, `{"Id`, false},
		{xsaletest.Trickle(4, time.Microsecond), whole, "{\"Id\":8}\n", false},
		{xsaletest.Trickle(100, time.Hour).Chunked(), -1, "{\"Id\":9}\n", false},
	} {
		c.sandbox.Fail("createIntegration", test.fault)
		response, body, err := c.rawResponse()
		if response == nil {
			t.Errorf("%v: %v", test.fault, err)
			continue
		}
		if response.StatusCode != http.StatusCreated || response.ContentLength != test.length || body != test.body {
			t.Errorf("%v: status %d, length %d, body %q", test.fault, response.StatusCode, response.ContentLength, body)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) != test.breaks {
			t.Errorf("%v: %v", test.fault, err)
		}
	}
	c.sandbox.Fail("createIntegration", xsaletest.Garbage())
	if response, body, err := c.rawResponse(); err != nil || response.StatusCode != http.StatusCreated || response.ContentLength != int64(len(body)) || !strings.Contains(body, "garbage") {
		t.Errorf("%v, %q, %v", response, body, err)
	}
	c.sandbox.Fail("createIntegration", xsaletest.Cut(xsaletest.BeforeResponse), xsaletest.Cut(xsaletest.BeforeResponse).Processed())
	for range 2 {
		if _, _, err := c.rawResponse(); !errors.Is(err, io.EOF) {
			t.Errorf("got %v", err)
		}
	}
	// One existed. Eight broken bodies, one of garbage, and one of the two cut requests created
	// more.
	if id := c.create(":/integrations", `{"Name":"shop","IntegrationType":28}`); id != 1+9+1+1 {
		t.Errorf("the next integration is %d", id)
	}
}

func TestTokenFaults(t *testing.T) {
	for _, test := range []struct {
		fault   xsaletest.Fault
		words   string
		headers []string
	}{
		{xsaletest.RevokedToken(), "revoked", []string{accessTokenHeader, idTokenHeader}},
		{xsaletest.ExpiredIDToken(), "expired", []string{idTokenHeader}},
		{xsaletest.BlockedAccount(), "revoked", []string{accessTokenHeader, idTokenHeader}},
		{xsaletest.ChangedSigningKey(), "signature", []string{accessTokenHeader, idTokenHeader}},
	} {
		c := newCaller(t)
		before := send(t, c.sandbox, http.MethodGet, "/.well-known/jwks.json", "", nil).body
		c.sandbox.Fail("getMe", test.fault)
		for range 2 { // the fault, and its effect
			wantUnauthorized(t, c.call(http.MethodGet, "/me", ""), test.words, test.headers...)
		}
		after := send(t, c.sandbox, http.MethodGet, "/.well-known/jwks.json", "", nil).body
		if changed := before != after; changed != (test.fault == xsaletest.ChangedSigningKey()) {
			t.Errorf("%v: the key set has changed: %v", test.fault, changed)
		}
		if test.fault == xsaletest.BlockedAccount() {
			if reply := tryLogin(t, c.sandbox); reply.status != http.StatusTooManyRequests || !strings.Contains(reply.body, "too_many_attempts") {
				t.Errorf("login: status %d, %s", reply.status, reply.body)
			}
			c.sandbox.Unblock(xsaletest.Username)
		}
		old := c.tokens
		c.tokens = login(t, c.sandbox)
		if reply := c.call(http.MethodGet, "/me", ""); reply.status != http.StatusOK {
			t.Errorf("%v: new tokens: status %d, %s", test.fault, reply.status, reply.body)
		}
		if test.fault == xsaletest.ChangedSigningKey() { // back to the first key
			c.sandbox.Fail("getMe", test.fault)
			c.call(http.MethodGet, "/me", "")
			c.tokens = old
			wantUnauthorized(t, c.call(http.MethodGet, "/me", ""), "revoked", accessTokenHeader, idTokenHeader)
		}
	}
}

func TestRandomFaultsDependOnTheSeed(t *testing.T) {
	run := func(options ...xsaletest.Option) (faults []string) {
		c := newCaller(t, append(options, xsaletest.WithOrders(0))...)
		for range 100 {
			c.call(http.MethodGet, ":/statuses", "")
		}
		for _, request := range c.sandbox.Requests() {
			faults = append(faults, request.Fault.String())
		}
		return faults
	}
	count := func(faults []string, name string) (count int) {
		for _, fault := range faults {
			if fault == name {
				count++
			}
		}
		return count
	}
	two := []xsaletest.Fault{xsaletest.Status(500), xsaletest.Status(503)}
	first, second := run(xsaletest.WithRandomFaults(1, 0.5, two...)), run(xsaletest.WithRandomFaults(1, 0.5, two...))
	if !slices.Equal(first, second) {
		t.Errorf("first %v, then %v", first, second)
	}
	if slices.Equal(first, run(xsaletest.WithRandomFaults(2, 0.5, two...))) {
		t.Error("another seed gives the same result")
	}
	if none := count(first, "no fault"); none < 35 || none > 65 || count(first, "Status(500)") < 10 || count(first, "Status(503)") < 10 {
		t.Errorf("want about half of both kinds, got %v", first)
	}
	if faults := run(xsaletest.WithRandomFaults(1, 0)); count(faults, "no fault") != 100 {
		t.Errorf("faults at a rate of 0: %v", faults)
	}
}

// Every default fault is valid, and those that break a body need one.
func TestRandomFaultsFitTheOperation(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithRandomFaults(3, 1, xsaletest.Garbage()))
	c := &caller{t, sandbox, login(t, sandbox)}
	c.setTranslation(`{"LanguageId":2}`)
	c.call(http.MethodGet, "/me", "")
	requests := sandbox.Requests()
	if !requests[0].Fault.IsZero() || requests[1].Fault != xsaletest.Garbage() {
		t.Errorf("%v and %v", requests[0].Fault, requests[1].Fault)
	}
}

// Each of these would take an hour. The clock of the bubble shows that nobody waited.
func TestCloseEndsWaits(t *testing.T) {
	for name, test := range map[string]struct {
		options []xsaletest.Option
		fault   xsaletest.Fault
	}{
		"delay":           {fault: xsaletest.Delay(time.Hour)},
		"processed delay": {fault: xsaletest.Delay(time.Hour).Processed()},
		"trickle":         {fault: xsaletest.Trickle(1, time.Hour)},
		"latency":         {options: []xsaletest.Option{xsaletest.WithLatency(time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listener := newPipeListener()
				sandbox, err := xsaletest.Start(append(test.options, xsaletest.WithListener(listener))...)
				if err != nil {
					t.Fatal(err)
				}
				if !test.fault.IsZero() {
					if err := sandbox.Fail("getMe", test.fault); err != nil {
						t.Fatal(err)
					}
				}
				start := time.Now()
				transport := &http.Transport{DialContext: listener.dial}
				done := make(chan error)
				go func() {
					done <- func() error {
						response, err := (&http.Client{Transport: transport}).Get(sandbox.URL() + "/me")
						if err != nil {
							return err
						}
						defer response.Body.Close()
						_, err = io.ReadAll(response.Body)
						return err
					}()
				}()
				synctest.Wait()
				if err := sandbox.Close(); err != nil {
					t.Error(err)
				}
				if err := <-done; err == nil {
					t.Error("the request succeeded")
				}
				transport.CloseIdleConnections()
				if waited := time.Since(start); waited > time.Second {
					t.Errorf("Close waited %v", waited)
				}
			})
		})
	}
}

// If the client leaves, the request is not processed.
func TestLeavingEndsADelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		sandbox, err := xsaletest.Start(xsaletest.WithListener(listener), xsaletest.WithOrders(0))
		if err != nil {
			t.Fatal(err)
		}
		transport := &http.Transport{DialContext: listener.dial}
		client := &http.Client{Transport: transport, Timeout: time.Minute}
		if err := errors.Join(
			sandbox.Fail("createOrder", xsaletest.Delay(time.Hour), xsaletest.Delay(time.Hour).Processed(), xsaletest.Delay(90*time.Second)),
		); err != nil {
			t.Fatal(err)
		}
		pair := pipeLogin(t, client, sandbox)
		create := func() (string, error) {
			request, err := http.NewRequest(http.MethodPost, sandbox.URL()+"/"+xsaletest.Organization+"/orders", strings.NewReader(validOrder))
			if err != nil {
				t.Fatal(err)
			}
			request.Header = pair.header()
			request.Header.Set("Content-Type", "application/json")
			response, err := client.Do(request)
			if err != nil {
				return "", err
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			return string(body), err
		}
		for range 2 {
			if _, err := create(); err == nil {
				t.Error("got a response")
			}
		}
		time.Sleep(2 * time.Hour) // in the bubble: the delays would be over
		client.Timeout = time.Hour
		// Only the delay after processing has created. 90 seconds exceed the server's own limits.
		if body, err := create(); body != "{\"Id\":2}\n" || err != nil {
			t.Errorf("a delay of 90 seconds: %q, %v", body, err)
		}
		var statuses []int
		for _, request := range sandbox.Requests("createOrder") {
			statuses = append(statuses, request.Status)
		}
		if fmt.Sprint(statuses) != "[0 0 201]" {
			t.Errorf("statuses %v", statuses)
		}
		transport.CloseIdleConnections()
		if err := sandbox.Close(); err != nil {
			t.Error(err)
		}
	})
}
