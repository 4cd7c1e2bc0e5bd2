package call

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

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
