package call

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
)

func TestStatusStepPassesEverySuccess(t *testing.T) {
	for _, code := range []int{200, 201, 202, 204, 206, 299} {
		response, err := (&statusStep{next: &stub.Responses{Script: []func() (*http.Response, error){stub.Status(code)}}}).Do(stub.Request(t, "GET", "/me", ""))
		if err != nil || response.StatusCode != code {
			t.Errorf("%d: got %v, %v", code, response, err)
		}
	}
}

func TestStatusStepTurnsOtherStatusesIntoErrors(t *testing.T) {
	sentinels := map[int]error{
		302: ErrRedirect, 400: ErrBadRequest, 401: ErrUnauthorized, 403: ErrForbidden, 404: ErrNotFound, 409: ErrConflict,
		422: ErrBadRequest, 429: ErrRateLimited, 500: ErrServer, 503: ErrServer,
	}
	for code, sentinel := range sentinels {
		body := &stub.CloseRecorder{Reader: errorReader{io.EOF}}
		next := stub.DoerFunc(func(*http.Request) (*http.Response, error) {
			response := stub.Response(code, "", "X-Request-Id", "r-1", "Retry-After", "7")
			response.Body = body
			return response, nil
		})
		_, err := (&statusStep{next}).Do(stub.Request(t, "GET", "/me", ""))
		e, ok := errors.AsType[*Error](err)
		if !ok || e.StatusCode != code || e.RequestID != "r-1" || e.Method != "GET" || e.Route != "/me" || e.RetryAfter.Seconds() != 7 {
			t.Errorf("%d: got %#v", code, err)
		}
		for other, target := range sentinels {
			if errors.Is(err, target) != (target == sentinel) {
				t.Errorf("%d: errors.Is says %v of the sentinel of %d", code, errors.Is(err, target), other)
			}
		}
		if !body.Closed {
			t.Errorf("%d: the body is left open", code)
		}
	}
}

func TestStatusStepKeepsLoginFailuresApart(t *testing.T) {
	failure := &authn.Error{Reason: authn.ErrBlocked}
	_, err := (&statusStep{&stub.Responses{Script: []func() (*http.Response, error){stub.Broken(failure)}}}).Do(stub.Request(t, "GET", "/me", ""))
	if err != failure {
		t.Errorf("got %v", err)
	}
	lost := errors.New("connection lost")
	_, err = (&statusStep{&stub.Responses{Script: []func() (*http.Response, error){stub.Broken(lost)}}}).Do(stub.Request(t, "GET", "/me", ""))
	if e, ok := errors.AsType[*Error](err); !ok || e.StatusCode != 0 || !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestRedirectNamesItsTarget(t *testing.T) {
	for _, test := range []struct{ location, want, avoid string }{
		{"https://api.xsale.ai/acme/orders/?secret=1#secret", "redirect to https://api.xsale.ai/acme/orders/ not followed: correct the path", "secret"},
		{"/acme/orders/", "https://api.xsale.ai/acme/orders/ not followed: correct the path", ""},
		{"orders/?a=secret", "https://api.xsale.ai/acme/orders/ not followed: correct the path", "secret"},
		{"/v2/acme/orders", "https://api.xsale.ai/v2/acme/orders not followed: if the API has moved", ""},
		{"//other.example/acme/orders", "https://other.example/acme/orders not followed: if the API has moved", ""},
		{"https://user:secret@other.example:8443/a%2Fb", "https://other.example:8443/a%2Fb not followed: if the API has moved there, set WithBaseURL", "secret"},
		{"http://api.xsale.ai/acme/orders", "http://api.xsale.ai/acme/orders not followed", ""},
		{"http://other.example/x", "http://other.example/x not followed: tokens are sent over https only", ""},
		{"?page=secret", "https://api.xsale.ai/acme/orders not followed: correct", "secret"},
		{"https://[::1secret", "its Location is not a valid URL", "secret"},
		{"mailto:secret", "its Location is not a valid URL", "secret"},
		{"https://a.example/\u202ex\x1b[2J", "not a valid URL", "\x1b"},
		{"https://a.example/\u202ex", "redirect to https://a.example/%E2%80%AEx not", "\u202e"},
		{"", "302 Found", "redirect"},
	} {
		step := &statusStep{next: stub.DoerFunc(func(*http.Request) (*http.Response, error) {
			response := stub.Response(302, "")
			if test.location != "" {
				response.Header["Location"] = []string{test.location}
			}
			return response, nil
		})}
		_, err := step.Do(stub.Request(t, "GET", "/acme/orders", ""))
		if err == nil || !errors.Is(err, ErrRedirect) || !strings.Contains(err.Error(), test.want) || test.avoid != "" && strings.Contains(err.Error(), test.avoid) {
			t.Errorf("%q: got %v", test.location, err)
			continue
		}
		stub.CheckLine(t, err.Error(), maxErrorText)
	}
}
