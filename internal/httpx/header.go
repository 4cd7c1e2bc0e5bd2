package httpx

import (
	"errors"
	"net/http"
	"strings"
)

// MediaType returns the media type of a Content-Type in lower case, without parameters. It
// ignores malformed parameters.
func MediaType(contentType string) string {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

// JSON reports whether a Content-Type is JSON, such as text/json or application/problem+json.
func JSON(contentType string) bool {
	mediaType := MediaType(contentType)
	return strings.HasSuffix(mediaType, "/json") || strings.HasSuffix(mediaType, "+json")
}

// SequentialJSON reports whether a media type is a sequence of JSON values: JSON Lines, NDJSON or
// JSON text sequences (RFC 7464).
func SequentialJSON(mediaType string) bool {
	_, kind, _ := strings.Cut(mediaType, "/")
	if at := strings.LastIndexByte(kind, '+'); at >= 0 {
		kind = kind[at+1:]
	}
	switch strings.TrimPrefix(kind, "x-") {
	case "jsonl", "jsonlines", "json-lines", "ndjson", "json-seq":
		return true
	}
	return false
}

// Charset returns the charset parameter of a Content-Type; empty without one.
func Charset(contentType string) string {
	_, parameters, _ := strings.Cut(contentType, ";")
	for parameter := range strings.SplitSeq(parameters, ";") {
		if name, value, _ := strings.Cut(parameter, "="); strings.EqualFold(strings.TrimSpace(name), "charset") {
			return strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return ""
}

// UTF8 reports whether a Content-Type names no charset other than UTF-8 and ASCII.
func UTF8(contentType string) bool {
	switch strings.ToLower(Charset(contentType)) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return true
	}
	return false
}

// ValidHeaderName reports whether name is a token (RFC 9110 section 5.6.2).
func ValidHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

// CheckResponseHeader checks a header that somebody sets in a response of a [net/http.Server].
func CheckResponseHeader(name, value string) error {
	if !ValidHeaderName(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return errors.New("the name must be an ASCII token, the value one line")
	}
	switch http.CanonicalHeaderKey(name) {
	case "Connection", "Content-Length", "Transfer-Encoding", "Trailer", "Upgrade":
		return errors.New("the server itself sets " + http.CanonicalHeaderKey(name) + ": leave it out")
	}
	return nil
}
