package traffic

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Recorder is an [http.RoundTripper] that passes traffic on and writes each exchange to a file,
// masked. It is safe for concurrent use.
type Recorder struct {
	next   http.RoundTripper
	dir    string
	config *config
	masker *masker

	mu    sync.Mutex
	count map[string]int // of equal requests, by key
}

// Record returns a recorder in front of another transport, or in front of [http.DefaultTransport]
// for nil. [Replay] plays the recording.
//
// Record creates the directory. If it exists, it must be empty or contain an earlier recording,
// which is removed. Each exchange becomes a JSON file that only its owner can read, named by
// operation, request and repetition, so that equal traffic gives equal files in any order. The
// recorder reads the whole response and writes the file before it returns the response. The call
// fails if the file cannot be written, if a body is longer than [WithBodyLimit] or has a
// Content-Encoding, or if no placeholder of a value fits the spec. The server may have acted on
// such a call. A call without a response is not recorded.
//
// Recordings are masked. They keep the headers Content-Type, Retry-After and Allow, and those of
// [WithHeaders], never a token or a cookie, and no logins. They keep names that look like field
// names, booleans, ids, other numbers of up to eight digits, decimals, dates, and strings that the
// spec lists as values. Every other string in a body, the query or the path becomes a placeholder
// of its kind: digits for digits (NIP, telephone), an address at example.com for an e-mail address,
// a code with the same pattern for a code, and letters for other strings, of the same length up to
// 16 characters and otherwise of 16, 64, 256 or 1024. Numbers and decimals in fields named like
// personal numbers or dates, and integers of nine and more digits that are not ids, become
// placeholders as well. [WithUnmasked] makes exceptions. A body that is not JSON becomes one
// placeholder.
//
// A placeholder follows the rules of the spec that its value follows, such as a range, a length or
// a pattern, and the values of a set and the names of a map stay different, so that Replay plays
// what Validate accepts. Fields keep their order. The boundary of a multipart body is dropped.
//
// Equal values under equal rules have equal placeholders, about a million for each kind of value.
// Many values share a placeholder, so it does not reveal its value. But without [WithMaskKey]
// anyone can compute the placeholder of a value, and so confirm a guess among a few candidates.
// Review a recording before you publish it: no rule knows all personal data.
func Record(next http.RoundTripper, dir string, options ...RecordOption) (*Recorder, error) {
	c, err := newConfig(options)
	if err != nil {
		return nil, fmt.Errorf("traffic: Record: %w", err)
	}
	r := &Recorder{next: cmp.Or(next, http.DefaultTransport), dir: dir, config: c, masker: newMasker(c), count: make(map[string]int)}
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("traffic: Record: %w", err)
	}
	return r, nil
}

// begin creates the directory, removes an earlier recording, and writes how this one is masked.
func (r *Recorder) begin() error {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.dir, manifestFile)); len(entries) > 0 && err != nil {
		return fmt.Errorf("directory %s contains files other than a recording: use another directory, or empty it", r.dir)
	}
	for _, entry := range entries {
		if exchangeFile(entry.Name()) {
			if err := os.Remove(filepath.Join(r.dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return writeJSONFile(filepath.Join(r.dir, manifestFile), manifest{Format: recordingFormat, Kept: r.config.kept, Key: r.masker.KeyMark()})
}

// RoundTrip sends a request through the next transport and writes the exchange.
func (r *Recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	forwarded, body, err := copyBody(request, r.config.bodyLimit)
	if err != nil {
		return nil, err
	}
	if loginRequest(request, body.data) {
		return r.next.RoundTrip(forwarded)
	}
	if !body.whole {
		closeBody(forwarded)
		return nil, r.failure(request, r.tooLong("request"))
	}
	response, err := r.next.RoundTrip(forwarded)
	if err != nil {
		return nil, err
	}
	responseBody, err := r.readBody(response)
	if err == nil {
		err = r.write(request, body.data, response, responseBody)
	}
	if err != nil {
		return nil, r.failure(request, err)
	}
	response.Body = io.NopCloser(bytes.NewReader(responseBody))
	return response, nil
}

// readBody reads the body to its end and closes it.
func (r *Recorder) readBody(response *http.Response) ([]byte, error) {
	if response.Body == nil {
		return nil, nil
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Encoding") != "" {
		return nil, &httpx.RecordError{Err: errors.New("the response is compressed"), Remedy: "do not request compression, or disable it in the transport"}
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, r.config.bodyLimit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > r.config.bodyLimit {
		return nil, r.tooLong("response")
	}
	return data, nil
}

func (r *Recorder) tooLong(direction string) error {
	return &httpx.RecordError{Err: fmt.Errorf("the body of the %s is longer than %d bytes", direction, r.config.bodyLimit), Remedy: "raise WithBodyLimit"}
}

// failure names the masked request, because a path may contain personal data.
func (r *Recorder) failure(request *http.Request, err error) error {
	masked, _ := r.masker.request(request, nil)
	return fmt.Errorf("traffic: record %s %s: %w", masked.Method, masked.Path, err)
}

func (r *Recorder) write(request *http.Request, body []byte, response *http.Response, responseBody []byte) error {
	masked, operation := r.masker.request(request, body)
	e := exchange{Operation: operation, Request: masked, Response: r.masker.response(request, response, responseBody)}
	if err := r.check(&e, request, body, response, responseBody); err != nil {
		return err
	}
	key := e.Request.key()
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Repetition = r.count[key] + 1
	e.Digest = e.digest()
	if err := writeJSONFile(filepath.Join(r.dir, e.fileName()), e); err != nil {
		return &httpx.RecordError{Err: err}
	}
	r.count[key]++
	return nil
}

// check reports a placeholder that breaks a rule that its value follows. Replay would reject it.
func (r *Recorder) check(e *exchange, request *http.Request, body []byte, response *http.Response, responseBody []byte) error {
	broken, err := e.check(r.config.document)
	if err != nil || len(broken) == 0 {
		return err
	}
	c := r.config.document.Call(request)
	original := slices.Concat(c.CheckRequest(body), c.CheckResponse(response.StatusCode, response.Header, responseBody))
	for _, finding := range broken {
		known := func(f contract.Finding) bool {
			return f.Direction == finding.Direction && (f.Location == finding.Location || strings.Contains(f.Location, "*")) // the name of data
		}
		if !slices.ContainsFunc(original, known) {
			return &httpx.RecordError{Err: fmt.Errorf("no placeholder fits: %s", finding), Remedy: "keep the value with WithUnmasked"}
		}
	}
	return nil
}
