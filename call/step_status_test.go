package call

import (
	"errors"
	"io"
	"net/http"
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
