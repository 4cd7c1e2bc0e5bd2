package call

import (
	"bytes"
	"encoding/binary"
	"html"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Byte order marks of UTF-16, which Windows programs write in front of a body.
var (
	utf16LittleMark = []byte("\xff\xfe")
	utf16BigMark    = []byte("\xfe\xff")
)

// bodyString returns a body as a string without its byte order mark.
func bodyString(body []byte) string {
	if rest, ok := bytes.CutPrefix(body, utf16LittleMark); ok {
		return utf16String(rest, binary.LittleEndian)
	}
	if rest, ok := bytes.CutPrefix(body, utf16BigMark); ok {
		return utf16String(rest, binary.BigEndian)
	}
	return string(httpx.TrimBOM(body))
}

func utf16String(body []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return string(utf16.Decode(units))
}

// readable reports whether a body is meant for people: its type says so, or it has no type and
// looks like it.
func readable(mediaType, body string) bool {
	switch mediaType {
	case "text/plain":
		return !strings.HasPrefix(body, "<?xml")
	case "":
		return !strings.Contains("<{[", body[:1]) && utf8.ValidString(body) && !strings.ContainsFunc(body, binaryRune)
	}
	return false
}

func binaryRune(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' }

var htmlStart = regexp.MustCompile(`(?i)^<(!doctype html|html|head|body)\b`)

func htmlPage(mediaType, body string) bool {
	return mediaType == "text/html" || mediaType == "application/xhtml+xml" || htmlStart.MatchString(body)
}

var titleElement = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)

func htmlTitle(page string) string {
	match := titleElement.FindStringSubmatch(page)
	if match == nil {
		return ""
	}
	return strings.Join(strings.Fields(html.UnescapeString(match[1])), " ")
}
