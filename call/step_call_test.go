package call_test

import (
	"context"
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

	"github.com/xsale-go/xsale/authn"
)

// silent is a server that never responds.
func silent(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// The timeout of a call covers every phase. The error names the timeout and keeps the latest
// response.
func TestCallTimeoutBoundsTheWholeCall(t *testing.T) {
	dripping := func(request *http.Request) (*http.Response, error) {
		response := stub.Response(200, "")
		response.Body = &stub.HangingBody{Reader: strings.NewReader(`{"Id":`), Context: request.Context()}
		return response, nil
	}
	for _, test := range []struct {
		name    string
		serve   func(*http.Request) (*http.Response, error)
		options []xsale.Option
		call    []call.Option
		took    time.Duration
		says    string
		is      error
	}{
		{"an attempt", silent, []xsale.Option{xsale.WithTimeout(7 * time.Second)}, nil, 7 * time.Second, "WithTimeout", nil},
		{"an attempt, by its own bound", silent, []xsale.Option{xsale.WithTimeout(time.Hour), xsale.WithRetries(0)}, nil, time.Minute, "WithAttemptTimeout", nil},
		{"several attempts", silent, []xsale.Option{xsale.WithTimeout(5 * time.Second), xsale.WithAttemptTimeout(3 * time.Second)}, nil, 5 * time.Second, "WithTimeout", nil},
		{"reading the response", dripping, []xsale.Option{xsale.WithTimeout(7 * time.Second)}, nil, 7 * time.Second, "WithTimeout", call.ErrDecode},
		{"by default", silent, []xsale.Option{xsale.WithAttemptTimeout(time.Hour)}, nil, 5 * time.Minute, "5m0s", nil},
		{"by an option of the call", silent, []xsale.Option{xsale.WithTimeout(time.Second)}, []call.Option{call.Timeout(9 * time.Second)}, 9 * time.Second, "Timeout", nil},
		{"the attempt, by an option of the call", silent, []xsale.Option{xsale.WithRetries(0)}, []call.Option{call.AttemptTimeout(2 * time.Second)}, 2 * time.Second, "AttemptTimeout", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := newTestClient(t, test.serve, test.options...)
				start := time.Now()
				_, err := client.Me(t.Context(), test.call...)
				if took := time.Since(start); took != test.took {
					t.Errorf("it took %v", took)
				}
				if _, ok := errors.AsType[*call.Error](err); !ok || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), test.says) || test.is != nil && !errors.Is(err, test.is) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// slowSource logs in until the context of the call ends.
type slowSource struct{}

func (slowSource) Token(ctx context.Context) (*authn.Token, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}
func (slowSource) Current() *authn.Token        { return nil }
func (slowSource) Invalidate(*authn.Token) bool { return false }
func (slowSource) Confirm(*authn.Token)         {}
func (slowSource) Replacement(context.Context, *authn.Token) (*authn.Token, error) {
	return nil, nil
}

func TestCallTimeoutBoundsTheLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := newDoer(t, slowSource{})
		start := time.Now()
		_, err := chain.Do(stub.Request(t, "POST", "/acme/orders", "{}"))
		if took := time.Since(start); took != 4*time.Second || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, call.ErrMaybeProcessed) {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// If a call times out in a later attempt, the error keeps the earlier response.
func TestCallTimeoutKeepsTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				return stub.Response(503, "", "X-Request-Id", "r-1"), nil
			}
			return silent(request)
		}, xsale.WithTimeout(10*time.Second))
		_, err := client.Me(t.Context())
		e, ok := errors.AsType[*call.Error](err)
		if !ok || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, call.ErrServer) || e.RequestID != "r-1" || e.Attempts != 2 {
			t.Errorf("got %#v", err)
		}
	})
}

func TestCallTimeoutOfAListEndsWithItsFirstByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			response := stub.Response(200, "")
			response.Body = reader
			context.AfterFunc(request.Context(), func() { reader.CloseWithError(request.Context().Err()) })
			return response, nil
		}, xsale.WithTimeout(5*time.Second), xsale.WithAttemptTimeout(4*time.Second))
		go func() {
			for _, part := range []string{"[", `{"Id":1},`, `{"Id":2},`, `{"Id":3}`, "]"} {
				time.Sleep(3 * time.Second)
				io.WriteString(writer, part)
			}
			writer.Close()
		}()
		start := time.Now()
		statuses, err := call.Collect(client.Organization("").Statuses.List(t.Context()))
		if took := time.Since(start); err != nil || len(statuses) != 3 || took != 15*time.Second {
			t.Errorf("%d elements after %v, %v", len(statuses), took, err)
		}

		client = newTestClient(t, silent, xsale.WithTimeout(5*time.Second))
		start = time.Now()
		_, err = call.Collect(client.Organization("").Statuses.List(t.Context()))
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 5*time.Second {
			t.Errorf("without a first byte: %v after %v", err, took)
		}
	})
}

// After the first byte of a list, only the attempt timeout applies, even if the call timeout is
// shorter.
func TestAListThatStandsStillNamesItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			response := stub.Response(200, "")
			response.Body = &stub.HangingBody{Reader: strings.NewReader("["), Context: request.Context()}
			return response, nil
		}, xsale.WithTimeout(5*time.Second), xsale.WithAttemptTimeout(8*time.Second))
		start := time.Now()
		_, err := call.Collect(client.Organization("").Statuses.List(t.Context()))
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "WithAttemptTimeout") || took != 8*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// The timeout covers a body that the caller reads, until it is closed.
func TestCallTimeoutBoundsWhatTheCallerReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			response := stub.Response(200, "")
			response.Body = &stub.HangingBody{Reader: strings.NewReader("a"), Context: request.Context()}
			return response, nil
		}, xsale.WithTimeout(5*time.Second))
		response, err := call.Open(t.Context(), getThing, nil, through(client.Doer(), "GET"))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := io.ReadAll(response.Body); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "WithTimeout") {
			t.Errorf("got %v", err)
		}
	})
}

// recorder records the events of hooks.
type recorder struct{ events []string }

func (r *recorder) hooks() call.Hooks {
	add := func(kind string) func(context.Context, call.Event) {
		return func(ctx context.Context, event call.Event) {
			kind := kind
			if span, ok := ctx.Value(spanKey{}).(string); ok {
				kind = span + " " + kind
			}
			r.events = append(r.events, kind+" "+describe(event))
		}
	}
	return call.Hooks{
		CallStart: func(ctx context.Context, event call.Event) context.Context {
			add("start")(ctx, event)
			return context.WithValue(ctx, spanKey{}, "span")
		},
		AttemptDone: add("attempt"), Retry: add("retry"), CallDone: add("done"),
	}
}

type spanKey struct{}

func describe(event call.Event) string {
	var parts []string
	part := func(set bool, s string) {
		if set {
			parts = append(parts, s)
		}
	}
	part(true, event.Operation+event.Route)
	part(event.Attempt > 0, "#"+string(rune('0'+event.Attempt)))
	part(event.Status != 0, http.StatusText(event.Status))
	part(event.Class != "", event.Class)
	part(event.Err != nil, "err")
	part(event.RetryWait > 0, "wait "+event.RetryWait.String())
	part(event.Duration > 0, "took "+event.Duration.String())
	return strings.Join(parts, " ")
}

func TestHooksAreToldOfEachCall(t *testing.T) {
	slow := func(script ...func() (*http.Response, error)) func(*http.Request) (*http.Response, error) {
		next := &stub.Responses{Script: script}
		return func(request *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return next.Do(request)
		}
	}
	body := func(body string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return stub.Response(200, body), nil }
	}
	list := func(client *xsale.Client) error {
		_, err := call.Collect(client.Organization("").Statuses.List(context.Background()))
		return err
	}
	me := func(client *xsale.Client) error { _, err := client.Me(context.Background()); return err }
	for _, test := range []struct {
		name  string
		serve func(*http.Request) (*http.Response, error)
		call  func(*xsale.Client) error
		want  string
	}{
		{"a success", slow(body(`{}`)), me,
			"start getMe/me|span attempt getMe/me #1 OK took 1s|span done getMe/me #1 OK took 1s"},
		{"a repeated call", slow(stub.Status(503, "Retry-After", "5"), body(`{}`)), me,
			"start getMe/me|span attempt getMe/me #1 Service Unavailable status took 1s|span retry getMe/me #2 Service Unavailable status err wait 5s|" +
				"span attempt getMe/me #2 OK wait 5s took 1s|span done getMe/me #2 OK wait 5s took 7s"},
		{"a failure", slow(stub.Status(404)), me,
			"start getMe/me|span attempt getMe/me #1 Not Found status took 1s|span done getMe/me #1 Not Found status err took 1s"},
		{"a response that cannot be decoded", slow(body(`<`)), me,
			"start getMe/me|span attempt getMe/me #1 OK took 1s|span done getMe/me #1 OK response err took 1s"},
		{"a raw call", slow(stub.Status(404)), func(client *xsale.Client) error {
			_, err := client.Call(context.Background(), "GET", "/canary", nil)
			return err
		}, "start |span attempt  #1 Not Found status took 1s|span done  #1 Not Found status err took 1s"},
		{"a list", slow(body(`[{"Id":1},{"Id":2}]`)), list,
			"start listStatuses/{organizationName}/statuses|span attempt listStatuses/{organizationName}/statuses #1 OK took 1s|span done listStatuses/{organizationName}/statuses #1 OK took 1s"},
		{"a list that is broken off", slow(body(`[{"Id":1},{"Id":2}]`)), func(client *xsale.Client) error {
			for range client.Organization("").Statuses.List(context.Background()) {
				time.Sleep(2 * time.Second)
				break
			}
			return nil
		}, "start listStatuses/{organizationName}/statuses|span attempt listStatuses/{organizationName}/statuses #1 OK took 1s|span done listStatuses/{organizationName}/statuses #1 OK took 3s"},
		{"a list that ends in the middle", slow(body(`[{"Id":1},`)), list,
			"start listStatuses/{organizationName}/statuses|span attempt listStatuses/{organizationName}/statuses #1 OK took 1s|span done listStatuses/{organizationName}/statuses #1 OK response err took 1s"},
		{"a lost connection", slow(stub.Broken(io.ErrUnexpectedEOF)), func(client *xsale.Client) error {
			return call.Execute(context.Background(), call.Operation{ID: "o", Route: "/r", Method: "POST"}, nil, through(client.Doer(), "POST"))
		}, "start o/r|span attempt o/r #1 connection err took 1s|span done o/r #1 connection err took 1s"},
		{"what the caller reads", slow(body("abc")), func(client *xsale.Client) error {
			response, err := call.Open(context.Background(), getThing, nil, through(client.Doer(), "GET"))
			if err != nil {
				return err
			}
			time.Sleep(2 * time.Second)
			return errors.Join(response.Body.Close(), response.Body.Close())
		}, "start getThing/things/{id}|span attempt getThing/things/{id} #1 OK took 1s|span done getThing/things/{id} #1 OK took 3s"},
		{"no time left", silent, func(client *xsale.Client) error {
			_, err := client.Me(context.Background(), call.Timeout(2*time.Second))
			return err
		}, "start getMe/me|span attempt getMe/me #1 timeout err took 2s|span done getMe/me #1 timeout err took 2s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first, second := &recorder{}, &recorder{}
				client := newTestClient(t, test.serve, xsale.WithHooks(first.hooks()), xsale.WithHooks(call.Hooks{}), xsale.WithHooks(second.hooks()))
				test.call(client)
				want := strings.ReplaceAll(test.want, "|done", "|span done")
				if got := strings.Join(first.events, "|"); got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
				second.events[0] = strings.TrimPrefix(second.events[0], "span ") // it starts in the context of the first
				if got := strings.Join(second.events, "|"); got != want {
					t.Errorf("the second got %s", got)
				}
			})
		})
	}
}

func TestHooksAreToldOfSizes(t *testing.T) {
	for _, test := range []struct {
		body    any
		answer  int64
		request int64
	}{
		{nil, 2, 0}, {[]byte(`{"a":1}`), -1, 7}, {io.MultiReader(strings.NewReader("{}")), 2, -1},
	} {
		var attempt, done call.Event
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			response := stub.Response(200, "{}")
			response.ContentLength = test.answer
			return response, nil
		}, xsale.WithHooks(call.Hooks{
			AttemptDone: func(_ context.Context, event call.Event) { attempt = event },
			CallDone:    func(_ context.Context, event call.Event) { done = event },
		}))
		if _, err := client.Call(t.Context(), "PUT", "/x", test.body); err != nil {
			t.Fatal(err)
		}
		for _, event := range []call.Event{attempt, done} {
			if event.RequestBytes != test.request || event.ResponseBytes != test.answer || event.Method != "PUT" {
				t.Errorf("%v: got %+v", test.body, event)
			}
		}
	}
}

// CallDone reports why the caller could not read the body.
func TestHooksAreToldWhyReadingFailed(t *testing.T) {
	var done call.Event
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "")
		response.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
		return response, nil
	}, xsale.WithHooks(call.Hooks{CallDone: func(_ context.Context, event call.Event) { done = event }}))
	response, err := call.Open(t.Context(), getThing, nil, through(client.Doer(), "GET"))
	if err != nil {
		t.Fatal(err)
	}
	io.ReadAll(response.Body)
	response.Body.Close()
	if !errors.Is(done.Err, io.ErrUnexpectedEOF) || done.Class != "connection" {
		t.Errorf("got %+v", done)
	}
}

// Only the attempt right after a wait has RetryWait.
func TestHooksAreToldOfTheWaitOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waits []time.Duration
		server := &stub.Responses{Script: []func() (*http.Response, error){
			stub.Status(503, "Retry-After", "5"), stub.Status(401), func() (*http.Response, error) { return stub.Response(200, `{}`), nil },
		}}
		client := newTestClient(t, server.Do, xsale.WithHooks(call.Hooks{AttemptDone: func(_ context.Context, event call.Event) { waits = append(waits, event.RetryWait) }}))
		if _, err := client.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(waits) != 3 || waits[0] != 0 || waits[1] != 5*time.Second || waits[2] != 0 {
			t.Errorf("got %v", waits)
		}
	})
}

// A plain request through the Doer is a call, too. A hook that returns nil or a foreign context
// does not break it.
func TestCallStartMayReturnAnyContext(t *testing.T) {
	for name, returned := range map[string]context.Context{"nil": nil, "another": context.Background()} {
		client := newTestClient(t, always(404, ""), xsale.WithHooks(call.Hooks{CallStart: func(context.Context, call.Event) context.Context { return returned }}))
		_, err := client.Me(t.Context())
		if e, ok := errors.AsType[*call.Error](err); !ok || e.Operation != "getMe" || e.Attempts != 1 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCallStepCountsTheAttemptsOfAPlainRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, always(503, ""), xsale.WithRetries(2))
		_, err := client.Doer().Do(stub.Request(t, "GET", "/me", ""))
		if e, ok := errors.AsType[*call.Error](err); !ok || e.Attempts != 3 || e.MaybeProcessed {
			t.Errorf("got %#v", err)
		}
	})
}

func TestHooksSeeAFailedLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hooks := &recorder{}
		doer := newDoer(t, &brokenSource{&authn.Error{Reason: authn.ErrBlocked}}, hooks.hooks())
		if _, err := doer.Do(stub.Request(t, "GET", "/canary", "")); !errors.Is(err, authn.ErrBlocked) {
			t.Fatal(err)
		}
		if got := strings.Join(hooks.events, "|"); got != "start |span done  login err" {
			t.Errorf("got %s", got)
		}
	})
}
