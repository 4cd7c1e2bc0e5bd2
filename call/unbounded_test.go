package call_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestUnboundedResponses(t *testing.T) {
	const length = call.DefaultMaxResponseBytes + 1<<20
	serve := func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "")
		response.Body = io.NopCloser(io.LimitReader(&endless{}, length))
		return response, nil
	}
	forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
		response, err := call.Open(t.Context(), getThing, []call.Option{call.Unbounded()}, through(doer, "GET"))
		if err != nil {
			t.Fatal(err)
		}
		if read, err := io.Copy(io.Discard, response.Body); err != nil || read != length {
			t.Errorf("%d bytes are read, %v", read, err)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A long response may take any time, but a connection that stands still does not.
func TestUnboundedResponsesMayTakeLong(t *testing.T) {
	for _, test := range []struct {
		length int
		stands bool
	}{{5 << 20, false}, {5 << 20, true}, {10, true}} {
		synctest.Test(t, func(t *testing.T) {
			client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
				body := io.LimitReader(&endless{}, int64(test.length))
				response := stub.Response(200, "")
				if test.stands {
					response.Body = &stub.HangingBody{Reader: body, Context: request.Context()}
				} else {
					response.Body = io.NopCloser(slowly{body})
				}
				return response, nil
			}, xsale.WithAttemptTimeout(30*time.Second), xsale.WithTimeout(time.Minute), xsale.WithRetries(0))
			start := time.Now()
			response, err := call.Open(t.Context(), getThing, []call.Option{call.Unbounded()}, through(client.Doer(), "GET"))
			var read int64
			if err == nil {
				read, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
			took := time.Since(start)
			if test.stands && (err == nil || took != 30*time.Second) || !test.stands && (err != nil || read != int64(test.length) || took < 10*time.Minute) {
				t.Errorf("%+v: %d bytes in %v, %v", test, read, took, err)
			}
		})
	}
}

// slowly returns 32 KiB every 20 seconds.
type slowly struct{ io.Reader }

func (s slowly) Read(p []byte) (int, error) {
	time.Sleep(20 * time.Second)
	return s.Reader.Read(p[:min(len(p), 32<<10)])
}

// A short response behaves like any other: it is read again if the connection breaks, and may report a
// failure.
func TestUnboundedResponsesThatAreShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			response := stub.Response(200, `{"Id":1}`)
			if attempts++; attempts < 3 {
				response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"I`), iotest.ErrReader(io.ErrUnexpectedEOF)))
			}
			return response, nil
		})
		response, err := client.Open(t.Context(), "GET", "/things", nil, call.Unbounded())
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != `{"Id":1}` || attempts != 3 {
			t.Errorf("%s, %v after %d attempts", body, err, attempts)
		}
	})
	client := newTestClient(t, always(200, `{"Success":false,"Message":"no such thing"}`))
	if _, err := client.Open(t.Context(), "GET", "/things", nil, call.Unbounded()); !errors.Is(err, call.ErrReportedFailure) {
		t.Errorf("got %v", err)
	}
}
