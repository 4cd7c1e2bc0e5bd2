package xsale

import (
	"context"
	"net/http"
	"net/http/httptrace"
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
	response, err := s.next.Do(request.WithContext(watch.in(request.Context())))
	state.noteAttempt(watch, response, err)
	return response, err
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
