package call_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// A relayed call returns any final status with its whole body, and what it did on the way.
func TestRelay(t *testing.T) {
	long := strings.Repeat("x", 2*call.MaxErrorBody)
	for name, test := range map[string]struct {
		method   string
		statuses []int
		status   int // 0 for an error
		want     call.Delivery
	}{
		"success":           {http.MethodGet, []int{200}, 200, call.Delivery{Attempts: 1}},
		"redirect":          {http.MethodGet, []int{302}, 302, call.Delivery{Attempts: 1}},
		"not found":         {http.MethodGet, []int{404}, 404, call.Delivery{Attempts: 1}},
		"read, then down":   {http.MethodGet, []int{503, 503}, 503, call.Delivery{Attempts: 2}},
		"read after 503":    {http.MethodGet, []int{503, 200}, 200, call.Delivery{Attempts: 2}},
		"create after 503":  {http.MethodPost, []int{503}, 503, call.Delivery{Attempts: 1, MaybeProcessed: true}},
		"rejected create":   {http.MethodPost, []int{400}, 400, call.Delivery{Attempts: 1}},
		"no connection":     {http.MethodPost, []int{0}, 0, call.Delivery{Attempts: 1, MaybeProcessed: true}},
		"no final status":   {http.MethodGet, []int{101}, 0, call.Delivery{Attempts: 1}},
		"unauthorized call": {http.MethodPost, []int{401, 401}, 401, call.Delivery{Attempts: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			statuses := test.statuses
			client := newTestClient(t, func(*http.Request) (*http.Response, error) {
				status := statuses[0]
				statuses = statuses[1:]
				if status == 0 {
					return nil, errors.New("cut")
				}
				return stub.Response(status, long), nil
			}, xsale.WithRetries(1), xsale.WithMaxResponseBytes(int64(len(long))))
			request, err := http.NewRequestWithContext(t.Context(), test.method, client.BaseURL()+"/orders", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, delivery, err := call.Relay(client.Doer(), request)
			if delivery != test.want || len(statuses) != 0 {
				t.Errorf("%+v, want %+v; %d responses left", delivery, test.want, len(statuses))
			}
			if test.status == 0 {
				if _, ok := errors.AsType[*call.Error](err); !ok {
					t.Errorf("%v is no Error", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if body, err := io.ReadAll(response.Body); response.StatusCode != test.status || string(body) != long || err != nil {
				t.Errorf("%d with %d bytes, %v", response.StatusCode, len(body), err)
			}
		})
	}
}
