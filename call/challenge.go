package call

import (
	"net/http"
	"strings"
)

// outOfScope reports whether a 401 is about the rights of the user, which other tokens would not
// change (RFC 6750 section 3.1). Only the parameter named error counts: a realm, or the words that
// explain the error, may contain the same.
func outOfScope(header http.Header) bool {
	for _, challenges := range header.Values("Www-Authenticate") {
		for challenges != "" {
			var name, value string
			name, value, challenges = nextParameter(challenges)
			if strings.EqualFold(name, "error") && strings.EqualFold(strings.TrimSpace(value), "insufficient_scope") {
				return true
			}
		}
	}
	return false
}

// nextParameter reads a parameter of a challenge (RFC 9110 section 11.2), or a scheme, which has no
// value. It reads single quotes like double ones, as servers write both.
func nextParameter(text string) (name, value, rest string) {
	const space = " \t"
	text = strings.TrimLeft(text, space+",;")
	end := strings.IndexAny(text, space+",;=")
	if end < 0 {
		return text, "", ""
	}
	name, rest = text[:end], strings.TrimLeft(text[end:], space)
	rest, assigned := strings.CutPrefix(rest, "=")
	if !assigned {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest, space)
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		end := strings.IndexAny(rest, space+",;")
		if end < 0 {
			return name, rest, ""
		}
		return name, rest[:end], rest[end:]
	}
	var unquoted strings.Builder
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == rest[0]:
			return name, unquoted.String(), rest[i+1:]
		case rest[i] == '\\' && i+1 < len(rest):
			i++
		}
		unquoted.WriteByte(rest[i])
	}
	return name, unquoted.String(), ""
}
