package xsaleotel

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
)

const (
	canaryEmail = "jan.canary@example.pl"
	canaryNIP   = "5260250274"
)

// secretBody is a response body with data that must not be recorded.
const secretBody = `{"message":"canary ` + canaryEmail + ` ` + canaryNIP + `"}`

var recordings = []struct {
	name      string
	responses []response
	login     response
	call      func(context.Context, *xsale.Client) error
	spans     string // of the call and below
	metrics   string
}{
	{
		name:      "a success",
		responses: []response{{200, `{"Email":"` + canaryEmail + `"}`, nil}},
		call:      me,
		spans: `
  getMe client http.request.method=GET http.response.status_code=200 url.template=/me xsale.operation=getMe Unset
  - xsale.attempt http.response.status_code=200 xsale.duration=1
    of the user`,
		metrics: `
http.client.request.duration http.request.method=GET http.response.status_code=200 url.template=/me xsale.operation=getMe: 1 in 1s
xsale.client.attempts http.request.method=GET http.response.status_code=200 url.template=/me xsale.operation=getMe: 1
xsale.client.call.duration http.request.method=GET http.response.status_code=200 url.template=/me xsale.operation=getMe: 1 in 1s`,
	},
	{
		name:      "not found",
		responses: []response{{404, secretBody, nil}},
		call: func(ctx context.Context, client *xsale.Client) error {
			return client.Organization("").Articles.SetTranslation(ctx, 5260250274, xsale.Translation{LanguageID: 2}, call.Query("nip", canaryNIP))
		},
		spans: `
  setTranslation client error.type=404 http.request.method=PUT http.response.status_code=404 url.template=/{organizationName}/articles/{id}/translations xsale.operation=setTranslation Error
  - xsale.attempt error.type=404 http.response.status_code=404 xsale.duration=1
    of the user`,
		metrics: `
http.client.request.duration error.type=404 http.request.method=PUT http.response.status_code=404 url.template=/{organizationName}/articles/{id}/translations xsale.operation=setTranslation: 1 in 1s
xsale.client.attempts error.type=404 http.request.method=PUT http.response.status_code=404 url.template=/{organizationName}/articles/{id}/translations xsale.operation=setTranslation: 1
xsale.client.call.duration error.type=404 http.request.method=PUT http.response.status_code=404 url.template=/{organizationName}/articles/{id}/translations xsale.operation=setTranslation: 1 in 1s`,
	},
	{
		name:      "a server that fails and is then busy",
		responses: []response{{503, secretBody, http.Header{"Retry-After": {"5"}}}, {429, secretBody, http.Header{"Retry-After": {"7"}}}, {200, `{}`, nil}},
		call:      me,
		spans: `
  getMe client http.request.method=GET http.request.resend_count=2 http.response.status_code=200 url.template=/me xsale.operation=getMe Unset
  - xsale.attempt error.type=503 http.response.status_code=503 xsale.duration=1
  - xsale.retry error.type=503 http.request.resend_count=1 http.response.status_code=503 xsale.wait=5
  - xsale.attempt error.type=429 http.request.resend_count=1 http.response.status_code=429 xsale.duration=1
  - xsale.retry error.type=429 http.request.resend_count=2 http.response.status_code=429 xsale.wait=7
  - xsale.attempt http.request.resend_count=2 http.response.status_code=200 xsale.duration=1
    of the user
    of the user
    of the user`,
		metrics: `
http.client.request.duration error.type=429 http.request.method=GET http.response.status_code=429 url.template=/me xsale.operation=getMe: 1 in 1s
http.client.request.duration error.type=503 http.request.method=GET http.response.status_code=503 url.template=/me xsale.operation=getMe: 1 in 1s
http.client.request.duration http.request.method=GET http.response.status_code=200 url.template=/me xsale.operation=getMe: 1 in 1s
xsale.client.attempts error.type=429 http.request.method=GET http.response.status_code=429 url.template=/me xsale.operation=getMe: 1
xsale.client.attempts error.type=503 http.request.method=GET http.response.status_code=503 url.template=/me xsale.operation=getMe: 1
xsale.client.attempts http.request.method=GET http.response.status_code=200 url.template=/me xsale.operation=getMe: 1
xsale.client.call.duration http.request.method=GET http.response.status_code=200 url.template=/me xsale.operation=getMe: 1 in 15s
xsale.client.retries error.type=429 http.request.method=GET http.response.status_code=429 url.template=/me xsale.operation=getMe: 1
xsale.client.retries error.type=503 http.request.method=GET http.response.status_code=503 url.template=/me xsale.operation=getMe: 1`,
	},
	{
		name:      "a lost connection",
		responses: []response{{}},
		call: func(ctx context.Context, client *xsale.Client) error {
			_, err := client.Organization("").Integrations.Create(ctx, xsale.CreateIntegration{Name: "canary", IntegrationType: xsale.IntegrationTypeOwnShop})
			return err
		},
		spans: `
  createIntegration client error.type=connection http.request.method=POST url.template=/{organizationName}/integrations xsale.operation=createIntegration Error
  - xsale.attempt error.type=connection xsale.duration=1
    of the user`,
		metrics: `
http.client.request.duration error.type=connection http.request.method=POST url.template=/{organizationName}/integrations xsale.operation=createIntegration: 1 in 1s
xsale.client.attempts error.type=connection http.request.method=POST url.template=/{organizationName}/integrations xsale.operation=createIntegration: 1
xsale.client.call.duration error.type=connection http.request.method=POST url.template=/{organizationName}/integrations xsale.operation=createIntegration: 1 in 1s`,
	},
	{
		name:      "a list",
		responses: []response{{200, `[{"Id":1},{"Id":2,"Buyer":"` + canaryEmail + `"}]`, nil}},
		call: func(ctx context.Context, client *xsale.Client) error {
			_, err := call.Collect(client.Organization("").Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"canary"}}))
			return err
		},
		spans: `
  listOrders client http.request.method=GET http.response.status_code=200 url.template=/{organizationName}/orders xsale.operation=listOrders Unset
  - xsale.attempt http.response.status_code=200 xsale.duration=1
    of the user`,
		metrics: `
http.client.request.duration http.request.method=GET http.response.status_code=200 url.template=/{organizationName}/orders xsale.operation=listOrders: 1 in 1s
xsale.client.attempts http.request.method=GET http.response.status_code=200 url.template=/{organizationName}/orders xsale.operation=listOrders: 1
xsale.client.call.duration http.request.method=GET http.response.status_code=200 url.template=/{organizationName}/orders xsale.operation=listOrders: 1 in 1s`,
	},
	{
		name:      "a raw call",
		responses: []response{{400, secretBody, nil}},
		call: func(ctx context.Context, client *xsale.Client) error {
			_, err := client.Call(ctx, "POST", "/contractors/"+canaryEmail+"?nip="+canaryNIP, []byte(secretBody), call.Header("X-Canary", "canary"))
			return err
		},
		spans: `
  POST client error.type=400 http.request.method=POST http.response.status_code=400 Error
  - xsale.attempt error.type=400 http.response.status_code=400 xsale.duration=1
    of the user`,
		metrics: `
http.client.request.duration error.type=400 http.request.method=POST http.response.status_code=400: 1 in 1s
xsale.client.attempts error.type=400 http.request.method=POST http.response.status_code=400: 1
xsale.client.call.duration error.type=400 http.request.method=POST http.response.status_code=400: 1 in 1s`,
	},
	{
		name:      "an unknown method",
		responses: []response{{204, "", nil}},
		call: func(ctx context.Context, client *xsale.Client) error {
			_, err := client.Call(ctx, "CANARY", "/x", nil)
			return err
		},
		spans: `
  HTTP client http.request.method=_OTHER http.response.status_code=204 Unset
  - xsale.attempt http.response.status_code=204 xsale.duration=1
    of the user`,
		metrics: `
http.client.request.duration http.request.method=_OTHER http.response.status_code=204: 1 in 1s
xsale.client.attempts http.request.method=_OTHER http.response.status_code=204: 1
xsale.client.call.duration http.request.method=_OTHER http.response.status_code=204: 1 in 1s`,
	},
	{
		name:  "a failed login",
		login: response{403, `{"error":"invalid_grant","error_description":"canary-password is wrong"}`, nil},
		call:  me,
		spans: `
  getMe client error.type=login http.request.method=GET url.template=/me xsale.operation=getMe Error`,
		metrics: `
xsale.client.call.duration error.type=login http.request.method=GET url.template=/me xsale.operation=getMe: 1 in 0s`,
	},
}

func me(ctx context.Context, client *xsale.Client) error {
	_, err := client.Me(ctx)
	return err
}

// The spans of a call are below the caller's. The call has its events and metrics, without secrets.
func TestCallsAreRecorded(t *testing.T) {
	for _, test := range recordings {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t, test.responses...)
				if test.login.status != 0 {
					r.login = test.login
				}
				ctx, span := r.tracers.Tracer("").Start(t.Context(), "caller")
				err := test.call(ctx, r.client)
				span.End()
				spans, metrics := r.spans(t), r.metrics(t)
				if failed := strings.Contains(test.spans, " Error"); failed != (err != nil) {
					t.Errorf("the call ended with %v", err)
				}
				if spans != "caller"+test.spans {
					t.Errorf("got\n%s\nwant\ncaller%s", spans, test.spans)
				}
				if "\n"+metrics != test.metrics {
					t.Errorf("got\n%s\nwant%s", metrics, test.metrics)
				}
				if found := r.canary(t); found != "" {
					t.Errorf("recorded: %s", found)
				}
			})
		})
	}
}

// Hooks that start spans or lose the context do not disturb each other.
func TestSpansOfOtherHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, response{200, `{}`, nil})
		hooks := (&spans{r.tracers.Tracer(""), server{"api.xsale.ai", 443}})
		ctx := hooks.start(t.Context(), call.Event{Operation: "first"})
		other, span := r.tracers.Tracer("").Start(ctx, "other")
		hooks.attempt(other, call.Event{Operation: "first", Attempt: 1, Status: 200})
		hooks.end(other, call.Event{Operation: "first", Attempt: 1, Status: 200})
		hooks.end(context.Background(), call.Event{Operation: "first"})
		span.End()
		want := "first client http.request.method=_OTHER http.response.status_code=200 url.template= xsale.operation=first Unset\n" +
			"- xsale.attempt http.response.status_code=200 xsale.duration=0\n  other"
		if got := r.spans(t); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestServerOf(t *testing.T) {
	for address, want := range map[string]server{
		"": {"api.xsale.ai", 443}, "http://localhost": {"localhost", 80}, "https://a.example:8443/x": {"a.example", 8443}, "http://[::1]:9": {"::1", 9},
	} {
		if got, err := serverOf(address); err != nil || got != want {
			t.Errorf("%s: %v, %v", address, got, err)
		}
	}
	for _, address := range []string{"canary", "user:canary@host", "https://", ":"} {
		if _, err := Hooks(nil, nil, address); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
