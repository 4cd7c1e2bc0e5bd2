package traffic

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/privatefile"
)

// Archiver is an [http.RoundTripper] that passes traffic on and writes it to an HTTP Archive, masked.
// It is safe for concurrent use.
type Archiver struct {
	next   http.RoundTripper
	config *config
	masker *masker

	mu    sync.Mutex
	file  *os.File
	end   int64 // of the last entry
	empty bool
	err   error // the first failure to write
}

// Archive returns an archiver in front of another transport, or in front of [http.DefaultTransport]
// for nil. It writes HAR 1.2, which browsers can open. It replaces the file at path. Only its owner
// can read the file, and it is complete after every call. Close the archiver at the end.
//
// Entries are masked as by [Record], and contain no tokens or cookies. Of a login there is only the
// address, the status and the time it took. Unlike Record, an archiver changes nothing about a call and never makes it fail: bodies are passed on as they
// arrive, and one that is longer than [WithBodyLimit], not read to its end, or has a
// Content-Encoding is left out. A call without a response has the status 0. [Archiver.Close]
// reports a failure to write.
func Archive(next http.RoundTripper, path string, options ...RecordOption) (*Archiver, error) {
	c, err := newConfig(options)
	if err != nil {
		return nil, fmt.Errorf("traffic: Archive: %w", err)
	}
	file, err := privatefile.Open(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return nil, fmt.Errorf("traffic: Archive: %w", err)
	}
	a := &Archiver{next: cmp.Or(next, http.DefaultTransport), config: c, masker: newMasker(c), file: file, empty: true}
	a.append(archiveStart)
	if a.err != nil {
		return nil, errors.Join(fmt.Errorf("traffic: Archive: %w", a.err), file.Close())
	}
	return a, nil
}

// The file around its entries. The end is overwritten by the next entry.
const (
	archiveStart = `{"log":{"version":"1.2","creator":{"name":"github.com/xsale-go/xsale/xsaletest/traffic","version":"1"},"entries":[`
	archiveEnd   = "\n]}}\n"
)

// append writes text and the end of the file.
func (a *Archiver) append(text string) {
	if a.err == nil {
		_, a.err = a.file.WriteAt([]byte(text+archiveEnd), a.end)
		a.end += int64(len(text))
	}
}

// Close closes the file. Later calls are passed on and not written.
func (a *Archiver) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := errors.Join(a.err, a.file.Close())
	a.err = cmp.Or(a.err, os.ErrClosed)
	if err != nil {
		return fmt.Errorf("traffic: Archive: %w", err)
	}
	return nil
}

// RoundTrip sends a request through the next transport and returns its response.
func (a *Archiver) RoundTrip(request *http.Request) (*http.Response, error) {
	forwarded, body, err := copyBody(request, a.config.bodyLimit)
	if err != nil {
		return nil, err
	}
	login := loginRequest(request, body.data)
	begin := time.Now()
	response, err := a.next.RoundTrip(forwarded)
	entry := archiveEntry{Started: begin.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Cache: struct{}{}}
	wait := time.Since(begin)
	if login {
		entry.Request = bareRequest(request)
	} else {
		entry.Request = a.request(request, body)
	}
	if err != nil {
		entry.Response = archiveResponse{Cookies: none, Headers: none, HeadersSize: -1, BodySize: -1, Comment: "no response"}
		a.write(entry, begin, wait)
		return nil, err
	}
	// The caller may change the header while it reads the body.
	copied := *response
	copied.Header = response.Header.Clone()
	watched := &watchedBody{ReadCloser: response.Body, limit: a.config.bodyLimit}
	if login || copied.Header.Get("Content-Encoding") != "" {
		watched.limit = 0
	}
	watched.done = func(data []byte, whole bool) {
		if login {
			entry.Response = bareResponse(&copied)
		} else {
			entry.Response = a.response(request, &copied, copiedBody{data, whole})
		}
		a.write(entry, begin, wait)
	}
	if response.Body == nil || response.Body == http.NoBody || response.ContentLength == 0 || request.Method == http.MethodHead {
		watched.finish(true)
	} else {
		response.Body = watched
	}
	return response, nil
}

// write appends an entry. It waited for the response, and ends now.
func (a *Archiver) write(entry archiveEntry, begin time.Time, wait time.Duration) {
	took := time.Since(begin)
	entry.Time, entry.Timings.Wait, entry.Timings.Receive = milliseconds(took), milliseconds(wait), milliseconds(took-wait)
	data, err := marshalJSON(entry, "")
	a.mu.Lock()
	defer a.mu.Unlock()
	separator := ",\n"
	if a.empty {
		separator = "\n"
	}
	a.err = cmp.Or(a.err, err)
	a.append(separator + strings.TrimSuffix(string(data), "\n"))
	a.empty = false
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration.Microseconds()) / 1000
}

// The format: http://www.softwareishard.com/blog/har-12-spec/
type (
	archiveEntry struct {
		Started  string          `json:"startedDateTime"`
		Time     float64         `json:"time"` // all times in milliseconds
		Request  archiveRequest  `json:"request"`
		Response archiveResponse `json:"response"`
		Cache    struct{}        `json:"cache"`
		Timings  struct {
			Send    float64 `json:"send"`
			Wait    float64 `json:"wait"`
			Receive float64 `json:"receive"`
		} `json:"timings"`
	}
	archiveRequest struct {
		Method      string       `json:"method"`
		URL         string       `json:"url"`
		HTTPVersion string       `json:"httpVersion"`
		Cookies     []archived   `json:"cookies"`
		Headers     []archived   `json:"headers"`
		Query       []archived   `json:"queryString"`
		PostData    *archiveBody `json:"postData,omitempty"`
		HeadersSize int          `json:"headersSize"` // -1 if unknown, as for the bodies
		BodySize    int64        `json:"bodySize"`
	}
	archiveResponse struct {
		Status      int         `json:"status"`
		StatusText  string      `json:"statusText"`
		HTTPVersion string      `json:"httpVersion"`
		Cookies     []archived  `json:"cookies"`
		Headers     []archived  `json:"headers"`
		Content     archiveBody `json:"content"`
		RedirectURL string      `json:"redirectURL"`
		HeadersSize int         `json:"headersSize"`
		BodySize    int64       `json:"bodySize"`
		Comment     string      `json:"comment,omitempty"`
	}
	archiveBody struct {
		Size     *int64 `json:"size,omitempty"` // of a response
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	archived struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

var none = []archived{}

// leftOut is the comment about a body that is not in the archive.
const leftOut = "the body is not recorded: it is too long, compressed, or was not read to its end"

// noLogin is the comment about the contents of a login.
const noLogin = "a login is not recorded"

// bareRequest is a login request without its contents.
func bareRequest(request *http.Request) archiveRequest {
	address := url.URL{Scheme: request.URL.Scheme, Host: request.URL.Host, Path: request.URL.Path}
	return archiveRequest{
		Method: request.Method, URL: address.String(), HTTPVersion: "HTTP/1.1", Cookies: none, Headers: none, Query: none,
		PostData: &archiveBody{MimeType: httpx.MediaType(request.Header.Get("Content-Type")), Comment: noLogin}, HeadersSize: -1, BodySize: -1,
	}
}

// bareResponse is the response to a login without its contents.
func bareResponse(response *http.Response) archiveResponse {
	return archiveResponse{
		Status: response.StatusCode, StatusText: http.StatusText(response.StatusCode), HTTPVersion: response.Proto, Cookies: none, Headers: none,
		Content: archiveBody{Size: new(int64), MimeType: httpx.MediaType(response.Header.Get("Content-Type")), Comment: noLogin}, HeadersSize: -1, BodySize: -1,
	}
}

// request masks a request.
func (a *Archiver) request(request *http.Request, body copiedBody) archiveRequest {
	masked, _ := a.masker.request(request, body.data)
	address := url.URL{Scheme: request.URL.Scheme, Host: request.URL.Host}
	query := url.Values(masked.Query)
	entry := archiveRequest{
		Method: masked.Method, URL: address.String() + masked.Path, HTTPVersion: "HTTP/1.1", Cookies: none, Headers: none, Query: pairs(query),
		HeadersSize: -1, BodySize: request.ContentLength,
	}
	if len(query) > 0 {
		entry.URL += "?" + query.Encode()
	}
	if masked.ContentType != "" {
		entry.Headers = []archived{{"Content-Type", masked.ContentType}}
	}
	switch {
	case !body.whole:
		entry.PostData = &archiveBody{MimeType: masked.ContentType, Comment: leftOut}
	case len(body.data) > 0:
		entry.PostData, entry.BodySize = &archiveBody{MimeType: masked.ContentType, Text: string(masked.bytes())}, int64(len(body.data))
	}
	return entry
}

// response masks the response to a request.
func (a *Archiver) response(request *http.Request, response *http.Response, body copiedBody) archiveResponse {
	if !body.whole {
		body.data = nil
	}
	masked := a.masker.response(request, response, body.data)
	header := http.Header(masked.Header)
	size := max(response.ContentLength, int64(len(body.data)))
	entry := archiveResponse{
		Status: masked.Status, StatusText: http.StatusText(masked.Status), HTTPVersion: response.Proto, Cookies: none, Headers: pairs(masked.Header),
		Content:     archiveBody{Size: &size, MimeType: header.Get("Content-Type"), Text: string(masked.bytes())},
		HeadersSize: -1, BodySize: response.ContentLength,
	}
	if !body.whole {
		entry.Content.Comment = leftOut
	}
	return entry
}

// pairs returns names and values in the order of the names.
func pairs(values map[string][]string) []archived {
	all := []archived{}
	for name, list := range values {
		for _, value := range list {
			all = append(all, archived{name, value})
		}
	}
	slices.SortStableFunc(all, func(a, b archived) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
