package xsaletest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/xsale-go/xsale/internal/problem"
)

// garbage is neither JSON nor UTF-8.
const garbage = "\x1f\x8b\x00\xff\xfe{[garbage\xc3\x28]]}\x00\x80\x81"

// inject serves a request with a fault. It calls respond to process the request, at most once.
func (s *Sandbox) inject(fault Fault, w http.ResponseWriter, r *http.Request, respond func() *response) {
	switch fault.kind {
	case revokedTokenFault:
		s.identity.tokens.revoke()
	case expiredIDTokenFault:
		s.identity.tokens.expireIDTokens()
	case blockedAccountFault:
		s.identity.tokens.revoke()
		s.identity.limits.block(Username)
	case changedSigningKeyFault:
		s.identity.tokens.changeKey()
	case delayFault:
		if !fault.processed {
			s.pause(w, r, fault.delay)
		}
	}
	if fault.IsZero() || fault.affectsTokens() || fault.kind == delayFault && !fault.processed {
		respond().send(w)
		return
	}
	var processed *response
	if fault.processed || fault.needsBody() {
		processed = respond()
	}
	switch {
	case fault.responds():
		fault.writeResponse(w)
	case fault.kind == delayFault:
		s.pause(w, r, fault.delay)
		processed.send(w)
	case fault.needsBody():
		s.sendBroken(fault, w, r, processed)
	default:
		cutConnection()
	}
}

// cutConnection ends the handler and its connection. The client gets what was flushed.
func cutConnection() { panic(http.ErrAbortHandler) }

func (f Fault) writeResponse(w http.ResponseWriter) {
	status, body, contentType := f.status, f.body, "text/plain; charset=utf-8"
	switch f.kind {
	case retryAfterFault:
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.FormatInt(int64(f.delay/time.Second), 10))
	case retryAtFault:
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", f.at.UTC().Format(http.TimeFormat))
	}
	if json.Valid([]byte(body)) {
		contentType = "application/json"
	}
	hasBody := status != http.StatusNoContent && status != http.StatusNotModified
	if !f.hasBody && hasBody {
		details, _ := json.Marshal(problem.New(status, "The test injected this failure"))
		body, contentType = string(details), "application/problem+json"
	}
	if hasBody && body != "" {
		w.Header().Set("Content-Type", contentType)
	}
	for name, value := range f.headers() {
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
	if hasBody {
		_, _ = w.Write([]byte(body))
	}
}

// sendBroken sends as much of a response as the fault leaves of it.
func (s *Sandbox) sendBroken(fault Fault, w http.ResponseWriter, r *http.Request, processed *response) {
	body := processed.body.Bytes()
	length := len(body)
	switch {
	case fault.kind == truncatedFault:
		body = body[:len(body)/2]
		length = len(body)
	case fault.kind == garbageFault:
		body = []byte(garbage)
		length = len(body)
	case fault.kind == cutFault && fault.cut == AfterHeaders:
		body = nil
	case fault.kind == cutFault:
		body = body[:len(body)/2]
	}
	maps.Copy(w.Header(), processed.header)
	w.Header().Del("Content-Length")
	if !fault.chunked {
		w.Header().Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(processed.status)
	flush(w) // sends the headers even if nothing follows, and starts chunks if there is no length
	if fault.kind == trickleFault {
		for len(body) > fault.bytes {
			_, _ = w.Write(body[:fault.bytes])
			flush(w)
			body = body[fault.bytes:]
			s.pause(w, r, fault.delay)
		}
	}
	_, _ = w.Write(body)
	if fault.kind == cutFault {
		flush(w)
		cutConnection()
	}
}

// flush sends what was written. A client that has left is not an error.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// pause waits. It cuts the connection if the client leaves or the sandbox closes meanwhile. It
// lifts the server's limits, which are for clients that stall.
func (s *Sandbox) pause(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	controller := http.NewResponseController(w)
	_ = controller.SetReadDeadline(time.Time{})
	_ = controller.SetWriteDeadline(time.Time{})
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		cutConnection()
	case <-s.closing:
		cutConnection()
	}
}
