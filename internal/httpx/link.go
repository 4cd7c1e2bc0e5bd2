package httpx

import (
	"errors"
	"net/http"
	"strings"
)

// NextLink returns the target of the Link header (RFC 8288) with the relation "next"; empty without
// one. Different targets are an error.
func NextLink(header http.Header) (string, error) {
	next := ""
	for _, value := range header.Values("Link") {
		for rest := value; rest != ""; {
			var target, relation string
			var ok bool
			if target, relation, rest, ok = cutLink(rest); !ok {
				return "", errors.New("the header Link is malformed")
			}
			for kind := range strings.FieldsSeq(relation) {
				if !strings.EqualFold(kind, "next") {
					continue
				}
				if next != "" && next != target {
					return "", errors.New("the header Link has two links with the relation next")
				}
				next = target
			}
		}
	}
	return next, nil
}

// cutLink returns the first link of a list, its relation, and the links after it.
func cutLink(list string) (target, relation, rest string, ok bool) {
	list = strings.TrimLeft(list, " \t,")
	if list == "" {
		return "", "", "", true
	}
	if list[0] != '<' {
		return "", "", "", false
	}
	target, rest, ok = strings.Cut(list[1:], ">")
	for ok {
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" || rest[0] == ',' {
			break
		}
		if rest[0] != ';' {
			return "", "", "", false
		}
		var name, value string
		if name, value, rest, ok = cutParameter(rest[1:]); strings.EqualFold(name, "rel") && relation == "" { // the first one counts
			relation = value
		}
	}
	return target, relation, rest, ok
}

// cutParameter returns the name and the value of a parameter, and what follows.
func cutParameter(text string) (name, value, rest string, ok bool) {
	end := strings.IndexAny(text, "=;,")
	if end < 0 {
		return strings.TrimSpace(text), "", "", true
	}
	name = strings.TrimSpace(text[:end])
	if text[end] != '=' {
		return name, "", text[end:], true
	}
	text = strings.TrimLeft(text[end+1:], " \t")
	if !strings.HasPrefix(text, `"`) {
		if end = strings.IndexAny(text, ";,"); end < 0 {
			end = len(text)
		}
		return name, strings.TrimSpace(text[:end]), text[end:], true
	}
	var plain strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return name, plain.String(), text[i+1:], true
		case '\\':
			i++
		}
		if i < len(text) {
			plain.WriteByte(text[i])
		}
	}
	return "", "", "", false
}
