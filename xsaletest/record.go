package xsaletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
)

// Recorder is an [http.RoundTripper] that passes traffic on and writes each exchange to a file, masked. It is safe for
// concurrent use.
type Recorder struct {
	next   http.RoundTripper
	folder string
	config trafficConfig
	masker *masker

	mu    sync.Mutex
	count map[string]int // of equal requests, by key
}

// Record returns a recorder in front of another transport or, for nil, [http.DefaultTransport], such as the Transport of the
// client that [xsale.WithHTTPClient] is given. [Replay] plays the recording.
//
// The folder is made, or must be empty or hold an earlier recording, which is removed. Each exchange is a file of JSON that
// only its owner may read, named by operation, request and repetition, so that equal traffic gives equal files, whatever
// its order in time. It is written before the caller gets the answer, whose body is therefore read to its end first. A
// file that cannot be written and a body longer than [WithBodyLimit] or with a Content-Encoding are errors of the call. A
// call without an answer is not recorded.
//
// What is recorded is masked. Of headers the Content-Type of both sides is kept, and Retry-After and Allow; never a token or
// a cookie. Logins are not recorded. Kept are names of members that look like those of fields, booleans, ids and other
// numbers of up to eight digits, decimals, dates, and strings that the description lists as values. Every other string, be
// it in a body, the query or the path, becomes a placeholder of its kind: digits for digits (NIP, telephone), an address at
// example.com for an e-mail address, a code of the same form for a code, letters for other text, as long up to 16 characters
// and then 16, 64, 256 or 1024. So do numbers and decimals in members that are named like personal numbers or dates, and
// integers of nine and more digits that are not ids. [WithUnmasked] makes exceptions. A body that is not JSON becomes one
// placeholder.
//
// Equal values have equal placeholders, and there are about a million for each kind of value. Without [WithMaskKey] anyone
// can compute the placeholder of a value: it does not tell the value, because many have the same, but whoever has a few
// candidates can hold them against it. Look at a recording before it is published: no rule knows all personal data.
func Record(next http.RoundTripper, folder string, options ...TrafficOption) (*Recorder, error) {
	c, err := newTrafficConfig("Record", options)
	if err != nil {
		return nil, err
	}
	document, err := c.load()
	if err != nil {
		return nil, err
	}
	r := &Recorder{next: transportOr(next), folder: folder, config: c, masker: newMasker(document, c.kept, c.maskKey), count: make(map[string]int)}
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("xsaletest: Record: %w", err)
	}
	return r, nil
}

// begin makes the folder, without an earlier recording, and writes how this one is masked.
func (r *Recorder) begin() error {
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(r.folder)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.folder, manifestFile)); len(entries) > 0 && err != nil {
		return fmt.Errorf("the folder %s holds something else than a recording: name another one, or empty it", r.folder)
	}
	for _, entry := range entries {
		if isExchangeFile(entry.Name()) {
			if err := os.Remove(filepath.Join(r.folder, entry.Name())); err != nil {
				return err
			}
		}
	}
	return writeJSONFile(filepath.Join(r.folder, manifestFile), manifest{Format: recordingFormat, Kept: r.config.kept, Key: r.masker.keyMark()})
}

// RoundTrip sends a request through the transport behind the recorder and writes the exchange.
func (r *Recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	forwarded, body, err := copyBody(request, r.config.bodyLimit)
	if err != nil {
		return nil, err
	}
	if isLogin(request, body.data) {
		return r.next.RoundTrip(forwarded)
	}
	if !body.isWhole {
		closeBody(forwarded)
		return nil, r.failure(request, r.tooLong("request"))
	}
	response, err := r.next.RoundTrip(forwarded)
	if err != nil {
		return nil, err
	}
	answer, err := r.readAnswer(response)
	if err == nil {
		err = r.write(request, body.data, response, answer)
	}
	if err != nil {
		return nil, r.failure(request, err)
	}
	response.Body = io.NopCloser(bytes.NewReader(answer))
	return response, nil
}

// readAnswer reads the body to its end and closes it.
func (r *Recorder) readAnswer(response *http.Response) ([]byte, error) {
	if response.Body == nil {
		return nil, nil
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Encoding") != "" {
		return nil, errors.New("the answer is compressed: do not ask for that, or turn it off in the transport")
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, r.config.bodyLimit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > r.config.bodyLimit {
		return nil, r.tooLong("answer")
	}
	return data, nil
}

func (r *Recorder) tooLong(what string) error {
	return fmt.Errorf("the body of the %s is longer than the %d bytes of WithBodyLimit: raise it", what, r.config.bodyLimit)
}

// failure names the operation, because a path may hold personal data.
func (r *Recorder) failure(request *http.Request, err error) error {
	masked, _ := r.masker.request(request, nil)
	return fmt.Errorf("xsaletest: record %s %s: %w", masked.Method, masked.Path, err)
}

func (r *Recorder) write(request *http.Request, body []byte, response *http.Response, answer []byte) error {
	masked, operation := r.masker.request(request, body)
	e := exchange{Operation: operation, Request: masked, Response: r.masker.response(operation, response, answer)}
	key := e.Request.key()
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Repetition = r.count[key] + 1
	e.Digest = e.digest()
	if err := writeJSONFile(filepath.Join(r.folder, e.fileName()), e); err != nil {
		return err
	}
	r.count[key]++
	return nil
}
