package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestDemo(t *testing.T) {
	r := execute(t, "", "demo").expect(t, exitOK,
		"  1  log in                      once, as Lorem Ipsum of Futuriti\n",
		"still 149.90 and 0.750\n",
		"  6  tokens revoked              one new login; the call succeeded\n",
		"ErrMaybeProcessed; not sent again; a look finds one order, 302\n",
		"waited 1s as asked, then got the 8 statuses\n",
		"8 steps, 13 API requests, 2 logins.\n",
		"Next, with xsale installed\n  xsale sandbox ",
	)
	if strings.Contains(r.stdout, "\x1b") {
		t.Errorf("colors without a terminal: %q", r.stdout)
	}
	if strings.Contains(r.stdout, xsaletest.Organization) {
		t.Errorf("the long name of the organization: %s", r.stdout)
	}
}

// lie replaces the responses to one kind of request.
type lie struct {
	method, suffix string // of the path
	after          int32  // true responses before the first lie
	status         int
	body           string
	old, new       string // edits a true response instead of replacing it
	twice          bool   // sends the request twice; returns the error of the first or the second response
}

// liar is a transport that lies.
type liar struct {
	next http.RoundTripper
	lie
	seen atomic.Int32
}

func (l *liar) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != l.method || !strings.HasSuffix(request.URL.Path, l.suffix) || l.seen.Add(1) <= l.after {
		return l.next.RoundTrip(request)
	}
	if l.twice {
		var body []byte
		if request.Body != nil {
			body, _ = io.ReadAll(request.Body)
		}
		send := func() (*http.Response, error) {
			again := request.Clone(request.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
			return l.next.RoundTrip(again)
		}
		first, err := send()
		second, secondErr := send()
		if err != nil {
			second.Body.Close()
			return nil, err
		}
		first.Body.Close()
		return second, secondErr
	}
	if l.old != "" {
		response, err := l.next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		response.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(data), l.old, l.new)))
		return response, err
	}
	return &http.Response{StatusCode: l.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(l.body)), Request: request}, nil
}

func TestDemoDetectsWrongResults(t *testing.T) {
	for name, test := range map[string]struct {
		lie  lie
		want string
	}{
		"no organization":         {lie{method: "GET", suffix: "/me", status: 200, body: `{}`}, "step 1, log in: the user has no organization"},
		"two logins":              {lie{method: "POST", suffix: "/oauth/token", twice: true}, "step 1, log in: 2 logins so far, want 1"},
		"integration rejected":    {lie{method: "POST", suffix: "/integrations", status: 403}, "step 2, create an integration: POST"},
		"integration without id":  {lie{method: "POST", suffix: "/integrations", status: 201, body: `{}`}, "step 2, create an integration: the new integration has no id"},
		"order without id":        {lie{method: "POST", suffix: "/orders", status: 201}, "step 3, create an order: the new order has no id"},
		"order not listed":        {lie{method: "GET", suffix: "/orders", status: 200, body: `[]`}, "step 4, list orders by status: order 301 is not among"},
		"price rounded":           {lie{method: "GET", suffix: "/orders", old: "149.90", new: "149.9"}, "step 4, list orders by status: got price 149.9 "},
		"no translations":         {lie{method: "GET", suffix: "/translations", status: 200, body: `[]`}, "step 5, translate an article: the English translation was not stored"},
		"translation lost":        {lie{method: "PUT", suffix: "/translations", status: 204}, "step 5, translate an article: the English translation was not stored"},
		"tokens never expire":     {lie{method: "GET", suffix: "/orders", after: 1, status: 200, body: `[]`}, "step 6, tokens revoked: 1 logins so far, want 2"},
		"login rejected":          {lie{method: "POST", suffix: "/oauth/token", after: 1, status: 403, body: `{"error":"invalid_grant"}`}, "step 6, tokens revoked: login failed"},
		"create succeeds":         {lie{method: "POST", suffix: "/orders", after: 1, status: 201, body: `{"Id":302}`}, "step 7, response of a create lost: got <nil>, want xsale.ErrMaybeProcessed"},
		"create rejected":         {lie{method: "POST", suffix: "/orders", after: 1, status: 400}, "step 7, response of a create lost: got POST"},
		"order created twice":     {lie{method: "POST", suffix: "/orders", after: 1, twice: true}, "step 7, response of a create lost: 2 orders were created, want 1"},
		"lost order never listed": {lie{method: "GET", suffix: "/orders", after: 4, status: 200, body: `[]`}, "step 7, response of a create lost: 0 orders were created, want 1"},
		"no 429":                  {lie{method: "GET", suffix: "/statuses", status: 200, body: `[]`}, "step 8, 429 Too Many Requests: 0 requests, want a 429 and its retry"},
		"retry rejected":          {lie{method: "GET", suffix: "/statuses", after: 1, status: 403}, "step 8, 429 Too Many Requests: GET"},
		"429 not waited out":      {lie{method: "GET", suffix: "/statuses", twice: true}, "step 8, 429 Too Many Requests: waited "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := xsaletest.New(t)
			client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{
				Transport: &liar{next: sandbox.HTTPClient().Transport, lie: test.lie},
			}))
			err := (&demo{client: client, sandbox: sandbox, out: io.Discard}).run(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestDemoColors(t *testing.T) {
	if got := (&demo{color: true}).paint(green, "x"); got != "\x1b[32mx\x1b[0m" {
		t.Errorf("got %q", got)
	}
	if got := (&demo{}).paint(green, "x"); got != "x" {
		t.Errorf("got %q", got)
	}
	if output.Colorful(io.Discard) {
		t.Error("a writer that is not a terminal gets colors")
	}
}
