package xsale

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
)

// processedStep notes whether the server may have acted on an attempt of a call that is not idempotent. Others are not
// looked at.
type processedStep struct {
	next Doer
}

func (s *processedStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	if !state.mayDoHarm() {
		return s.next.Do(request)
	}
	watch := &connectionWatch{}
	request = request.WithContext(watch.in(request.Context()))
	if !state.mayRepeat() {
		keepFromReplay(request)
	}
	response, err := s.next.Do(request)
	state.noteAttempt(watch, response, err)
	return response, err
}

// keepFromReplay changes a request so that net/http does not send it again. It would where a connection that it has kept
// breaks before the answer, if it takes the request for idempotent by its method or by a header, though the server may have
// acted on it.
func keepFromReplay(request *http.Request) {
	switch request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions:
		if request.Body == nil || request.Body == http.NoBody {
			request.Body = io.NopCloser(strings.NewReader("")) // net/http sends it as none, but does not repeat it
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

// noteAttempt notes what an attempt may have done. What an earlier one may have done stays.
func (s *callState) noteAttempt(watch *connectionWatch, response *http.Response, err error) {
	s.neverLeft = err != nil && watch.hadNone()
	if err == nil {
		s.maybeProcessed = s.maybeProcessed || mayHaveActed(response.StatusCode)
	} else {
		s.maybeProcessed = s.maybeProcessed || !s.neverLeft
	}
}

// mayHaveActed reports whether a server that answers with the status may have done what it was asked. A success has, so
// that an error about the body of a success is one of a call that was processed.
func mayHaveActed(status int) bool {
	switch status {
	case http.StatusRequestTimeout:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status/100 == 2 || status >= 500
}

// connectionWatch sees whether a request got a connection. A transport that does not say that it looks for one says
// nothing at all, and may have sent the request.
type connectionWatch struct {
	asked, got atomic.Bool
}

func (w *connectionWatch) in(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	})
}

// hadNone reports that no connection was made, so that nothing was sent.
func (w *connectionWatch) hadNone() bool { return w.asked.Load() && !w.got.Load() }
