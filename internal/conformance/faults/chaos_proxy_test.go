package faults_test

import (
	"bytes"
	"context"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fate is what the proxy does to a request.
type fate int

const (
	answered          fate = iota
	cutBefore              // the connection is cut before the request is passed on
	cutAfter               // after it was processed, before the response
	cutInside              // in the response body
	unavailableBefore      // 503 without passing it on
	unavailableAfter       // 503 after it was processed
	limitedAtOnce          // 429 with Retry-After: 0, without passing it on
	limited                // 429 without Retry-After, without passing it on
	fates
)

func (f fate) cut() bool         { return f == cutBefore || f == cutAfter || f == cutInside }
func (f fate) limitedFate() bool { return f == limitedAtOnce || f == limited }
func (f fate) processed() bool {
	return f == answered || f == cutAfter || f == cutInside || f == unavailableAfter
}

// The intervals of the faults, in requests. If two coincide, the first one counts.
const (
	cutEvery         = 10
	unavailableEvery = 7
	limitedEvery     = 11
	slowEvery        = 23
)

// How long a response takes, in bubble time.
const (
	slowAnswer = 3 * time.Second
	fastAnswer = 5 * time.Millisecond
)

// callHeader names the call that a request belongs to.
const callHeader = "X-Chaos-Call"

// chaosProxy breaks the traffic of a server by a counter of requests.
type chaosProxy struct {
	t         *testing.T
	host      string
	transport *http.Transport
	server    *http.Server

	mu          sync.Mutex
	requests    int
	faults      [3]int         // cuts, 503 and 429 so far, for taking turns among their kinds
	seen        map[int][]fate // of the requests of each call
	counts      [fates]int
	connections map[net.Conn]http.ConnState // that are not closed
}

func newChaosProxy(t *testing.T, network *Network, host string) *chaosProxy {
	p := &chaosProxy{
		t:           t,
		host:        host,
		transport:   &http.Transport{DialContext: network.Dial, MaxIdleConnsPerHost: chaosWorkers},
		seen:        map[int][]fate{},
		connections: map[net.Conn]http.ConnState{},
	}
	p.server = &http.Server{Handler: p, ConnState: p.note, ErrorLog: log.New(io.Discard, "", 0)}
	return p
}

// note records the states of connections.
func (p *chaosProxy) note(connection net.Conn, state http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connections[connection] = state
	if state == http.StateClosed {
		delete(p.connections, connection)
	}
}

// inState counts the connections in a state.
func (p *chaosProxy) inState(state http.ConnState) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for _, s := range p.connections {
		if s == state {
			count++
		}
	}
	return count
}

// decide returns the fate of the next request and the time of its response.
func (p *chaosProxy) decide(call int, method string) (fate, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	turn := func(kind, count int) fate {
		p.faults[kind]++
		return fate(p.faults[kind] % count)
	}
	f, delay := answered, fastAnswer
	switch {
	case p.requests%cutEvery == 0:
		f = cutBefore + turn(0, 3)
	case p.requests%unavailableEvery == 0:
		f = unavailableBefore + turn(1, 2)
	case p.requests%limitedEvery == 0:
		f = limitedAtOnce + turn(2, 2)
	}
	if f == cutInside && method == http.MethodPut {
		f = cutAfter // because the response has no body
	}
	if p.requests%slowEvery == 0 {
		delay = slowAnswer
	}
	p.counts[f]++
	p.seen[call] = append(p.seen[call], f)
	return f, delay
}

func (p *chaosProxy) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil { // a partly sent request was not sent
		panic(http.ErrAbortHandler)
	}
	call, err := strconv.Atoi(request.Header.Get(callHeader))
	if err != nil {
		p.t.Errorf("a request of no call: %s %s", request.Method, request.URL)
	}
	fate, delay := p.decide(call, request.Method)
	var response *http.Response
	var content []byte
	if fate.processed() {
		response, content = p.pass(request, body)
	}
	time.Sleep(delay) // behind the processing, so that a client that has no patience leaves a create that was done
	switch {
	case fate == cutBefore, fate == cutAfter:
		panic(http.ErrAbortHandler)
	case fate == cutInside:
		writeAnswer(w, response, content, len(content)/2)
		panic(http.ErrAbortHandler)
	case fate == unavailableBefore, fate == unavailableAfter:
		http.Error(w, "down for a moment", http.StatusServiceUnavailable)
	case fate.limitedFate():
		if fate == limitedAtOnce {
			w.Header().Set("Retry-After", "0")
		}
		http.Error(w, "too many requests", http.StatusTooManyRequests)
	default:
		writeAnswer(w, response, content, len(content))
	}
}

// pass forwards a request and reads the response even if the client leaves meanwhile.
func (p *chaosProxy) pass(request *http.Request, body []byte) (*http.Response, []byte) {
	onward := request.Clone(context.WithoutCancel(request.Context()))
	onward.URL.Scheme, onward.URL.Host, onward.Host = "http", p.host, p.host
	onward.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		onward.Body = http.NoBody
	}
	response, err := p.transport.RoundTrip(onward)
	if err != nil {
		p.t.Errorf("the sandbox does not respond to %s %s: %v", request.Method, request.URL, err)
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Errorf("the sandbox breaks off its response to %s %s: %v", request.Method, request.URL, err)
	}
	return response, content
}

// writeAnswer sends the header and the beginning of the body. It ignores a client that has left.
func writeAnswer(w http.ResponseWriter, response *http.Response, content []byte, length int) {
	maps.Copy(w.Header(), response.Header)
	if len(content) > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	}
	w.WriteHeader(response.StatusCode)
	_, _ = io.CopyN(w, strings.NewReader(string(content)), int64(length))
	_ = http.NewResponseController(w).Flush()
}
