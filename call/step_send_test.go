package call

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/internal/httpx"
)

func newSendStep(given *http.Client, timeout time.Duration, userAgent string) *sendStep {
	client, _ := httpx.NewClient(given)
	return &sendStep{client.Transport, timeout, []string{userAgent}}
}

func TestSendStepBoundsTheTimeOfAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := stub.RoundTripFunc(func(request *http.Request) (*http.Response, error) {
			<-request.Context().Done()
			return nil, request.Context().Err()
		})
		start := time.Now()
		_, err := newSendStep(&http.Client{Transport: silent}, 5*time.Second, "test").Do(stub.Request(t, "GET", "/me", ""))
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 5*time.Second {
			t.Errorf("%v after %v", err, took)
		}

		dripping := stub.RoundTripFunc(func(request *http.Request) (*http.Response, error) {
			response := stub.Response(200, "")
			response.Body = &stub.HangingBody{Reader: strings.NewReader("[1,"), Context: request.Context()}
			return response, nil
		})
		step := newSendStep(&http.Client{Transport: dripping}, 5*time.Second, "test")
		start = time.Now()
		response, err := step.Do(stub.Request(t, "GET", "/me", ""))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(response.Body)
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 5*time.Second {
			t.Errorf("body: %v after %v", err, took)
		}

		ctx, cancel := context.WithTimeout(withState(t.Context(), &state{facts: facts{reading: readByElements}}), time.Hour)
		defer cancel()
		if response, err = step.Do(stub.Request(t, "GET", "/me", "").WithContext(ctx)); err != nil {
			t.Fatal(err)
		}
		if _, err := response.Body.Read(make([]byte, 3)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // what the reader does between two reads does not count
		start = time.Now()
		_, err = io.ReadAll(response.Body)
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 5*time.Second {
			t.Errorf("a list that stands still: %v after %v", err, took)
		}
	})
}

func TestSendStepSaysWhyNothingCame(t *testing.T) {
	refused := errors.New("connection refused")
	transport := stub.RoundTripFunc(func(*http.Request) (*http.Response, error) { return nil, refused })
	_, err := newSendStep(&http.Client{Transport: transport}, time.Minute, "test").Do(stub.Request(t, "GET", "/me?nip=canary", ""))
	if !errors.Is(err, refused) || errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func TestSendStepBoundsTheErrorOfAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalled := stub.RoundTripFunc(func(request *http.Request) (*http.Response, error) {
			response := stub.Response(404, "")
			response.Body = &stub.HangingBody{Reader: strings.NewReader("{"), Context: request.Context()}
			return response, nil
		})
		chain := &statusStep{newSendStep(&http.Client{Transport: stalled}, 5*time.Second, "test")}
		start := time.Now()
		_, err := chain.Do(stub.Request(t, "GET", "/me", "").WithContext(withState(t.Context(), &state{facts: facts{reading: readByElements}})))
		if took := time.Since(start); !errors.Is(err, ErrNotFound) || took != 5*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

func TestSendStepFollowsNoRedirect(t *testing.T) {
	var reached bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(other.URL, code))
		request, err := http.NewRequestWithContext(t.Context(), "GET", server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := newSendStep(nil, time.Minute, "test").Do(request)
		if err != nil || response.StatusCode != code || reached {
			t.Errorf("%d: %v, %v, reached the other server: %v", code, response, err, reached)
		}
		response.Body.Close()
		server.Close()
	}
}

func TestSendStepIntroducesItself(t *testing.T) {
	var got http.Header
	transport := stub.RoundTripFunc(func(request *http.Request) (*http.Response, error) {
		got = request.Header
		return stub.Response(200, ""), nil
	})
	step := newSendStep(&http.Client{Transport: transport}, time.Minute, "shop xsale-go/1")
	if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil {
		t.Fatal(err)
	}
	if got.Get("User-Agent") != "shop xsale-go/1" || got.Get("Accept") != "application/json" {
		t.Errorf("sent %v", got)
	}
}
