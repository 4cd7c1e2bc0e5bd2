package xsaletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
)

// Replayer is an [http.RoundTripper] that answers requests from a recording, without a network. It is safe for concurrent
// use.
type Replayer struct {
	masker *masker

	mu        sync.Mutex
	exchanges map[string][]*exchange // of equal requests, by key
	played    map[string]int
}

// Replay reads the recording that [Record] has written into a folder. Give the replayer to [xsale.WithHTTPClient] as
// Transport; the address of the API, the credentials and the organization may be any.
//
// A request is answered when its method, path, query and body, masked as in the recording, were recorded; values that come
// from earlier answers of the recording count as they are. Equal requests get their answers in the order of the recording,
// and one more than were recorded is an error, as is a request that was not recorded: it names the request, masked, and
// those that are near. A Client takes such an error for one of the network; [xsale.WithRetries] of 0 has it at once. Logins
// are answered with tokens that are none, valid for a day.
//
// Each exchange is checked against the description first, so that a recording that no longer fits it is an error with the
// operation and the JSON pointer. Lengths and patterns of strings are left out, because masks may break them. What never
// fitted can be named with [WithIgnored]. A file that is cut off or edited, or that lacks an earlier repetition, is an error.
func Replay(folder string, options ...TrafficOption) (*Replayer, error) {
	r, err := replay(folder, options)
	if err != nil && !strings.HasPrefix(err.Error(), "xsaletest: ") {
		err = fmt.Errorf("xsaletest: Replay: %w", err)
	}
	return r, err
}

func replay(folder string, options []TrafficOption) (*Replayer, error) {
	c, err := newTrafficConfig("Replay", options)
	if err != nil {
		return nil, err
	}
	document, err := c.load()
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := readJSONFile(filepath.Join(folder, manifestFile), &m); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("there is no recording in the folder %s: make one with Record", folder)
		}
		return nil, err
	}
	r := &Replayer{
		masker: newMasker(document, m.Kept, c.maskKey), exchanges: make(map[string][]*exchange), played: make(map[string]int),
	}
	switch {
	case m.Format != recordingFormat:
		return nil, fmt.Errorf("the recording has the format %d, and this version reads %d: record anew", m.Format, recordingFormat)
	case m.Key != r.masker.keyMark():
		return nil, errors.New("the recording was masked with another key, or with none where WithMaskKey is given: use the one of Record")
	}
	if err := r.readExchanges(folder); err != nil {
		return nil, err
	}
	if err := c.checkRecording(document, r.all()); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Replayer) readExchanges(folder string) error {
	entries, err := os.ReadDir(folder) // by name, so that repetitions are in order
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !isExchangeFile(entry.Name()) {
			continue
		}
		e := &exchange{}
		if err := readJSONFile(filepath.Join(folder, entry.Name()), e); err != nil {
			return err
		}
		if e.Digest == "" || e.Digest != e.digest() || e.fileName() != entry.Name() {
			return fmt.Errorf("%s was edited or renamed: record anew", entry.Name())
		}
		key := e.Request.key()
		if e.Repetition != len(r.exchanges[key])+1 {
			return fmt.Errorf("%s is the repetition %d of its request, and the one before is missing: record anew", entry.Name(), e.Repetition)
		}
		r.exchanges[key] = append(r.exchanges[key], e)
		request, err := e.Request.request()
		if err != nil {
			return fmt.Errorf("%s: %w: record anew", entry.Name(), err)
		}
		r.masker.learn(request, e)
	}
	return nil
}

// all returns the exchanges in an order that is always the same.
func (r *Replayer) all() []*exchange {
	var all []*exchange
	for _, key := range slices.Sorted(maps.Keys(r.exchanges)) {
		all = append(all, r.exchanges[key]...)
	}
	return all
}

// checkRecording says what of a recording does not fit the description.
func (c *trafficConfig) checkRecording(document *contract.Document, exchanges []*exchange) error {
	all := newFindings(c)
	for _, e := range exchanges {
		request, err := e.Request.request()
		if err != nil {
			return fmt.Errorf("%s: %w: record anew", e.fileName(), err)
		}
		call := document.Call(request)
		found := slices.Concat(call.CheckRequest(e.Request.bytes()), call.CheckResponse(e.Response.Status, e.Response.Header, e.Response.bytes()))
		all.add(slices.DeleteFunc(found, func(f contract.Finding) bool {
			wasUnknown := e.Operation == "" && (f.Kind == contract.KindPath || f.Kind == contract.KindMethod)
			return wasUnknown || f.Kind == contract.KindForm
		}))
	}
	text := ""
	for _, finding := range all.list() {
		if finding.fails() {
			text += "\n" + finding.String()
		}
	}
	if text == "" {
		return nil
	}
	return errors.New("the recording does not fit the description: record anew, or name what is known with Ignore:" + text)
}

// request is one that can be checked.
func (r recordedRequest) request() (*http.Request, error) {
	request, err := http.NewRequest(r.Method, "http://recording.invalid"+r.Path, nil)
	if err != nil {
		return nil, errors.New("the path cannot be read")
	}
	request.URL.RawQuery = url.Values(r.Query).Encode()
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	return request, nil
}

// RoundTrip answers a request from the recording.
func (r *Replayer) RoundTrip(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		data, err := io.ReadAll(request.Body)
		request.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("xsaletest: replay: read the body of the request: %w", err)
		}
		body = data
	}
	if isLogin(request, body) {
		return answerLogin(request), nil
	}
	e, err := r.next(request, body)
	if err != nil {
		return nil, fmt.Errorf("xsaletest: replay: %w", err)
	}
	return newResponse(request, e.Response.Status, e.Response.Header, e.Response.bytes()), nil
}

// next returns the recorded exchange of a request.
func (r *Replayer) next(request *http.Request, body []byte) (*exchange, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	masked, operation := r.masker.request(request, body)
	key := masked.key()
	r.mu.Lock()
	defer r.mu.Unlock()
	recorded := r.exchanges[key]
	if recorded == nil {
		return nil, fmt.Errorf("%s was not recorded; %s", masked.name(operation), r.near(masked, operation))
	}
	if r.played[key] == len(recorded) {
		return nil, fmt.Errorf("%s was recorded %d times and is sent once more: record anew", masked.name(operation), len(recorded))
	}
	r.played[key]++
	return recorded[r.played[key]-1], nil
}

// near names requests that were recorded: those of the same operation, the same path or the same method.
func (r *Replayer) near(masked recordedRequest, operation string) string {
	distance := func(e *exchange) int {
		switch {
		case operation != "" && e.Operation == operation:
			return 0
		case e.Request.Path == masked.Path:
			return 1
		case e.Request.Method == masked.Method:
			return 2
		}
		return 3
	}
	all := r.all()
	slices.SortStableFunc(all, func(a, b *exchange) int { return distance(a) - distance(b) })
	var names []string
	for _, e := range all {
		name := e.Request.name(e.Operation)
		if len(names) < 3 && distance(e) < 3 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return "nothing like it was recorded either"
	}
	return "recorded are " + strings.Join(names, ", ")
}

// Unused names the recorded exchanges that have not been played, to find what a test no longer does.
func (r *Replayer) Unused() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, key := range slices.Sorted(maps.Keys(r.exchanges)) {
		for _, e := range r.exchanges[key][r.played[key]:] {
			names = append(names, e.fileName())
		}
	}
	return names
}

func newResponse(request *http.Request, status int, header http.Header, body []byte) *http.Response {
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: request,
	}
}

// answerLogin answers a login with tokens that no service knows.
func answerLogin(request *http.Request) *http.Response {
	const reply = `{"access_token":"replayed-access-token","id_token":"replayed-id-token","token_type":"Bearer","scope":"openid","expires_in":86400}`
	return newResponse(request, http.StatusOK, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}}, []byte(reply))
}
