package call

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
)

// processedStep records whether the server may have acted on an attempt of a call that is not
// idempotent. It ignores other calls.
type processedStep struct {
	next Doer
}

func (s *processedStep) Do(request *http.Request) (*http.Response, error) {
	call := stateOf(request)
	if !call.mayDoHarm() {
		return s.next.Do(request)
	}
	watch := &connectionWatch{}
	request = request.WithContext(watch.in(request.Context()))
	if !call.mayRepeat() {
		preventReplay(request)
	}
	response, err := s.next.Do(request)
	call.note(watch, response, err)
	return response, err
}

// note records what an attempt may have done. What an earlier one may have done stays.
func (o *outcome) note(watch *connectionWatch, response *http.Response, err error) {
	o.maybeBefore = o.maybeProcessed
	o.neverLeft = err != nil && (watch.unconnected() || errors.Is(err, ErrProxy))
	acted := err != nil && !o.neverLeft || err == nil && mayHaveActed(response.StatusCode)
	o.maybeProcessed = o.maybeProcessed || acted
}

// preventReplay changes a request so that net/http does not send it again. If a reused connection
// breaks before the response, net/http resends requests that it considers idempotent by method or
// header, although the server may have acted on them.
func preventReplay(request *http.Request) {
	switch request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions:
		if request.Body == nil || request.Body == http.NoBody {
			request.Body = io.NopCloser(strings.NewReader("")) // net/http sends no body for it, but does not replay it
		}
		request.GetBody = nil
	}
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := request.Header[name]; ok {
			request.Header = maps.Clone(request.Header)
			delete(request.Header, name)
			request.Header[strings.ToLower(name)] = values // the same for a server, but not what net/http looks for
		}
	}
}

// mayHaveActed reports whether a server that responds with the status may have processed the
// request. After a success it has, even if the body is an error.
func mayHaveActed(status int) bool {
	switch status {
	case http.StatusRequestTimeout:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status/100 == 2 || status >= 500
}

// connectionWatch records whether a request got a connection. A transport that never reports
// looking for one may have sent the request.
type connectionWatch struct {
	asked, got atomic.Bool
}

func (w *connectionWatch) in(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	})
}

// unconnected reports that no connection was made, so that nothing was sent.
func (w *connectionWatch) unconnected() bool { return w.asked.Load() && !w.got.Load() }
