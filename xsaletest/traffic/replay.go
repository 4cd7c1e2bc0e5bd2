package traffic

import (
	"bytes"
	"cmp"
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
	"github.com/xsale-go/xsale/internal/httpx"
)

// Replayer is an [http.RoundTripper] that responds from a recording, without a network. It is
// safe for concurrent use.
type Replayer struct {
	config *config
	masker *masker

	mu        sync.Mutex
	exchanges map[string][]*exchange // of equal requests, by key
	played    map[string]int
}

// Replay reads the recording that [Record] wrote to a directory. The client may have any base URL
// and credentials. Its organization must be the recorded one or its placeholder.
//
// The replayer responds to a request if its method, path, query and body, masked like the
// recording, were recorded. Placeholders of the recording match as they are. Equal requests get
// their responses in the order of the recording, and one more is an error. So is a request that was
// not recorded: the error names the masked request and similar ones. A client treats it as a
// network failure, and fails at once with [github.com/xsale-go/xsale.WithRetries](0). Logins get
// dummy tokens, valid for a day.
//
// Replay first checks each exchange against the spec. A recording that no longer fits is an error
// with the operation and the JSON pointer. It does not check what recording drops or may break:
// headers, forms, and the length and pattern of strings. [WithIgnored] accepts what never fit. A file
// that is truncated or edited, or without an earlier repetition, is an error.
func Replay(dir string, options ...ReplayOption) (*Replayer, error) {
	r, err := replay(dir, options)
	if err != nil {
		return nil, fmt.Errorf("traffic: Replay: %w", err)
	}
	return r, nil
}

func replay(dir string, options []ReplayOption) (*Replayer, error) {
	c, err := newConfig(options)
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := readJSONFile(filepath.Join(dir, manifestFile), &m); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("no recording in directory %s: make one with Record", dir)
	} else if err != nil {
		return nil, err
	}
	c.kept = m.Kept
	r := &Replayer{config: c, masker: newMasker(c), exchanges: make(map[string][]*exchange), played: make(map[string]int)}
	switch {
	case m.Format != recordingFormat:
		return nil, fmt.Errorf("the recording has format %d, and this version reads %d: record again", m.Format, recordingFormat)
	case m.Key != r.masker.KeyMark():
		return nil, errors.New("the recording was masked with another key, or without one: pass the key that was used to record")
	}
	if err := r.readExchanges(dir); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Replayer) readExchanges(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var all []*exchange
	for _, entry := range entries {
		if !exchangeFile(entry.Name()) {
			continue
		}
		e := &exchange{}
		if err := readJSONFile(filepath.Join(dir, entry.Name()), e); err != nil {
			return err
		}
		if e.Digest == "" || e.Digest != e.digest() || e.fileName() != entry.Name() {
			return fmt.Errorf("%s was edited or renamed: record again", entry.Name())
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b *exchange) int { return cmp.Compare(a.Repetition, b.Repetition) })
	for _, e := range all {
		key := e.Request.key()
		if e.Repetition != len(r.exchanges[key])+1 {
			return fmt.Errorf("%s is repetition %d of its request, and an earlier one is missing: record again", e.fileName(), e.Repetition)
		}
		r.exchanges[key] = append(r.exchanges[key], e)
		request, err := e.Request.request()
		if err != nil {
			return fmt.Errorf("%s: %w: record again", e.fileName(), err)
		}
		r.masker.learn(request, e)
	}
	return nil
}

// all returns the exchanges in a fixed order.
func (r *Replayer) all() []*exchange {
	var all []*exchange
	for _, key := range slices.Sorted(maps.Keys(r.exchanges)) {
		all = append(all, r.exchanges[key]...)
	}
	return all
}

// check reports the exchanges that do not fit the spec.
func (r *Replayer) check() error {
	all := newFindings(r.config)
	for _, e := range r.all() {
		found, err := e.check(r.config.document)
		if err != nil {
			return fmt.Errorf("%s: %w: record again", e.fileName(), err)
		}
		all.add(found)
	}
	var broken strings.Builder
	for _, finding := range all.list() {
		if finding.fails() {
			broken.WriteString("\n" + finding.String())
		}
	}
	if broken.Len() == 0 {
		return nil
	}
	return errors.New("the recording does not fit the spec: record again, or accept known findings with WithIgnored:" + broken.String())
}

// check compares an exchange with a spec, without what recording drops.
func (e *exchange) check(document *contract.Document) ([]contract.Finding, error) {
	request, err := e.Request.request()
	if err != nil {
		return nil, err
	}
	c := document.Call(request)
	found := slices.Concat(c.CheckRequest(e.Request.bytes()), c.CheckResponse(e.Response.Status, e.Response.Header, e.Response.bytes()))
	return slices.DeleteFunc(found, e.excuses), nil
}

// excuses reports whether recording explains a finding.
func (e *exchange) excuses(f contract.Finding) bool {
	switch f.Kind {
	case contract.KindPath, contract.KindMethod:
		return e.Operation == "" // was unknown when it was recorded
	case contract.KindParameter:
		return strings.HasPrefix(f.Location, "header ") || strings.HasPrefix(f.Location, "cookie ")
	}
	return f.Kind == contract.KindForm || f.Direction == contract.Request && e.Request.Text != "" && form(e.Request.ContentType) && f.Kind != contract.KindContentType
}

// form reports whether a body is a form, which becomes one placeholder.
func form(contentType string) bool {
	name := httpx.MediaType(contentType)
	return name == "application/x-www-form-urlencoded" || name == "multipart/form-data"
}

// request returns the request for a check against the spec.
func (r recordedRequest) request() (*http.Request, error) {
	request, err := http.NewRequest(r.Method, "http://recording.invalid"+r.Path, nil)
	if err != nil {
		return nil, errors.New("invalid path")
	}
	request.URL.RawQuery = url.Values(r.Query).Encode()
	if r.ContentType != "" {
		request.Header.Set("Content-Type", r.ContentType)
	}
	return request, nil
}

// RoundTrip responds from the recording.
func (r *Replayer) RoundTrip(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		data, err := io.ReadAll(request.Body)
		request.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("traffic: replay: read the request body: %w", err)
		}
		body = data
	}
	if loginRequest(request, body) {
		return loginResponse(request), nil
	}
	e, err := r.next(request, body)
	if err != nil {
		return nil, fmt.Errorf("traffic: replay: %w", err)
	}
	return newResponse(request, e.Response.Status, e.Response.Header, e.Response.bytes()), nil
}

// next returns the recorded exchange of a request.
func (r *Replayer) next(request *http.Request, body []byte) (*exchange, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	originals := masker{r.masker.Originals(), r.masker.headers}
	masked, operation := originals.request(request, body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exchanges[masked.key()] == nil { // the client sends placeholders of the recording
		masked, operation = r.masker.request(request, body)
	}
	key := masked.key()
	recorded := r.exchanges[key]
	if recorded == nil {
		return nil, fmt.Errorf("%s was not recorded; %s", masked.name(operation), r.near(masked, operation))
	}
	if r.played[key] == len(recorded) {
		return nil, fmt.Errorf("%s was sent more often than it was recorded (%d): record again", masked.name(operation), len(recorded))
	}
	r.played[key]++
	return recorded[r.played[key]-1], nil
}

// near names recorded requests with the same operation, path or method.
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
		return "nothing similar was recorded"
	}
	return "similar recorded requests: " + strings.Join(names, ", ")
}

// Unused returns the file names of the exchanges that were not played, to find what a test no
// longer does.
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

// loginResponse returns dummy tokens.
func loginResponse(request *http.Request) *http.Response {
	const tokens = `{"access_token":"replayed-access-token","id_token":"replayed-id-token","token_type":"Bearer","scope":"openid","expires_in":86400}`
	return newResponse(request, http.StatusOK, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}}, []byte(tokens))
}
