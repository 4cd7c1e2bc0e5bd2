package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// lying changes the answers to one kind of request on their way.
type lying struct {
	next           http.RoundTripper
	method, suffix string // of the path
	status         int
	body           string
	old, new       string // instead of a whole body
}

func (l *lying) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != l.method || !strings.HasSuffix(request.URL.Path, l.suffix) {
		return l.next.RoundTrip(request)
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

// The demo fails, and names the step, wherever an answer differs from what is expected.
func TestDemoNoticesEveryDifference(t *testing.T) {
	for name, test := range map[string]struct {
		lie  lying
		says string
	}{
		"no organization":       {lying{method: "GET", suffix: "/me", status: 200, body: `{}`}, "step 1: the user has no organization"},
		"integration refused":   {lying{method: "POST", suffix: "/integrations", status: 403}, "step 2: POST"},
		"integration lacks id":  {lying{method: "POST", suffix: "/integrations", status: 201, body: `{}`}, "step 2: the new integration has no id"},
		"order lacks id":        {lying{method: "POST", suffix: "/orders", status: 201}, "step 3: the new order has no id"},
		"order not listed":      {lying{method: "GET", suffix: "/orders", status: 200, body: `[]`}, "step 4: order 301 is not among"},
		"price rounded":         {lying{method: "GET", suffix: "/orders", old: "149.90", new: "149.9"}, "step 4: price 149.9 "},
		"no statuses":           {lying{method: "GET", suffix: "/statuses", status: 200, body: `[]`}, `step 5: there is no status "Nowe"`},
		"no translations":       {lying{method: "GET", suffix: "/translations", status: 200, body: `[]`}, "step 6: article 16519 has no translation"},
		"translation lost":      {lying{method: "PUT", suffix: "/translations", status: 204}, "step 7: the English translation was not stored"},
		"parameter refused":     {lying{method: "POST", suffix: "/parameters", status: 400}, "step 8: POST"},
		"unknown path is known": {lying{method: "GET", suffix: "/contractors", status: 200, body: `[]`}, "step 9: the sandbox does not have this path"},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := xsaletest.New(t)
			test.lie.next = sandbox.HTTPClient().Transport
			tap := &wiretap{next: &test.lie}
			client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: tap}))
			err := (&demo{client: client, wiretap: tap, out: io.Discard}).run(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}
