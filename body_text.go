package xsale

import (
	"bytes"
	"encoding/binary"
	"html"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The marks that Windows programs put in front of a text.
var (
	utf8Mark        = []byte("\xef\xbb\xbf")
	utf16LittleMark = []byte("\xff\xfe")
	utf16BigMark    = []byte("\xfe\xff")
)

// bodyText returns a body as a text without its byte order mark.
func bodyText(body []byte) string {
	if rest, ok := bytes.CutPrefix(body, utf16LittleMark); ok {
		return utf16Text(rest, binary.LittleEndian)
	}
	if rest, ok := bytes.CutPrefix(body, utf16BigMark); ok {
		return utf16Text(rest, binary.BigEndian)
	}
	return string(bytes.TrimPrefix(body, utf8Mark))
}

func utf16Text(body []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return string(utf16.Decode(units))
}

// mediaTypeOf returns the media type in a Content-Type, whatever the parameters behind it look like.
func mediaTypeOf(contentType string) string {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

// isReadable reports whether a body is meant to be read by people: it says so, or says nothing and looks like it.
func isReadable(mediaType, text string) bool {
	switch mediaType {
	case "text/plain":
		return !strings.HasPrefix(text, "<?xml")
	case "":
		return !strings.Contains("<{[", text[:1]) && utf8.ValidString(text) && !strings.ContainsFunc(text, isBinary)
	}
	return false
}

func isBinary(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' }

var htmlStart = regexp.MustCompile(`(?i)^<(!doctype html|html|head|body)\b`)

func isHTML(mediaType, text string) bool {
	return mediaType == "text/html" || mediaType == "application/xhtml+xml" || htmlStart.MatchString(text)
}

var titleElement = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)

func htmlTitle(page string) string {
	match := titleElement.FindStringSubmatch(page)
	if match == nil {
		return ""
	}
	return strings.Join(strings.Fields(html.UnescapeString(match[1])), " ")
}
