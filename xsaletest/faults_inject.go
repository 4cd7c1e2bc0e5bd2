package xsaletest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// garbage is neither JSON nor UTF-8.
const garbage = "\x1f\x8b\x00\xff\xfe{[garbage\xc3\x28]]}\x00\x80\x81"

// inject serves a request with a fault.
func (s *Sandbox) inject(fault Fault, w http.ResponseWriter, r *http.Request) {
	switch fault.kind {
	case revokedTokenFault:
		s.identity.tokens.revoke()
	case expiredIDTokenFault:
		s.identity.tokens.expireIDTokens()
	case blockedAccountFault:
		s.identity.tokens.revoke()
		s.identity.limits.block(Username)
	case changedSigningKeyFault:
		if err := s.identity.tokens.changeKey(); err != nil {
			newProblem(http.StatusInternalServerError, "The sandbox cannot change its key.").write(w)
			return
		}
	case delayFault:
		if !fault.processed {
			s.pause(w, r, fault.delay)
		}
	}
	if fault.IsZero() || fault.isAboutTokens() || fault.kind == delayFault && !fault.processed {
		s.api.ServeHTTP(w, r)
		return
	}
	var answer *httptest.ResponseRecorder
	if fault.processed || fault.needsBody() {
		answer = httptest.NewRecorder()
		s.api.ServeHTTP(answer, r)
	}
	switch {
	case fault.isAnswer():
		fault.writeAnswer(w)
	case fault.kind == delayFault:
		s.pause(w, r, fault.delay)
		writeRecorded(w, answer)
	case fault.needsBody():
		s.writeBroken(fault, w, r, answer)
	default:
		cutConnection()
	}
}

// cutConnection ends the handler and its connection, with nothing but what has been flushed.
func cutConnection() { panic(http.ErrAbortHandler) }

func (f Fault) writeAnswer(w http.ResponseWriter) {
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
	if body == "" && hasBody {
		text, _ := json.Marshal(newProblem(status, "The sandbox was told to fail."))
		body, contentType = string(text), "application/problem+json"
	}
	if hasBody {
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

// writeBroken sends as much of an answer as the fault leaves of it.
func (s *Sandbox) writeBroken(fault Fault, w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder) {
	body := answer.Body.Bytes()
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
	maps.Copy(w.Header(), answer.Header())
	w.Header().Del("Content-Length")
	if !fault.chunked {
		w.Header().Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(answer.Code)
	flush(w) // so that the headers come even if nothing follows, and the body in chunks where its length is not said
	if fault.kind == slowDripFault {
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

// flush sends what was written. That the client may have gone is not our concern.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

func writeRecorded(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = answer.Body.WriteTo(w)
}

// pause waits, and cuts the connection when its client leaves or the sandbox closes meanwhile. The server's limits are for
// clients that stand still, so they end here.
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
