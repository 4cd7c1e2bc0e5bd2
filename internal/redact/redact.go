// Package redact removes secrets from text that a server has sent.
package redact

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Mark replaces a secret.
const Mark = "[redacted]"

// minPart is the number of bytes from which the beginning of a secret is redacted, because a text or
// a quotation may be cut off. Every JWT begins with the same few.
const minPart = 16

// Text returns text with [Mark] in place of each secret, also of one that is escaped, as in JSON,
// Go, URLs and HTML, or cut off after its first 16 bytes. A text in UTF-16 that contains a secret
// becomes UTF-8. Empty secrets are ignored.
func Text(text string, secrets ...string) string {
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(secret string) bool { return secret == "" })
	decoded := httpx.Text([]byte(text))
	var clean strings.Builder
	kept := 0 // everything before is in clean
	for at := 0; at < len(decoded); {
		length := 0 // of the longest one: the beginnings of two tokens are the same
		for _, secret := range secrets {
			length = max(length, find(decoded[at:], secret))
		}
		if length == 0 {
			at++
			continue
		}
		clean.WriteString(decoded[kept:at])
		clean.WriteString(Mark)
		at += length
		kept = at
	}
	if kept == 0 {
		return text
	}
	return clean.String() + decoded[kept:]
}

// find returns the length of the secret at the beginning of text, or of enough of it; 0 if it is
// not there. A backslash or a percent sign may stand for itself, or begin an escape: both are tried.
func find(text, secret string) int {
	type state struct{ at, found int } // bytes of text that stand for bytes of the secret
	var best state
	var seen map[state]bool // once there is a choice
	for todo := []state{{}}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.found > best.found {
			best = s
		}
		if s.found == len(secret) {
			break
		}
		if s.at == len(text) || seen[s] {
			continue
		}
		for _, escape := range escapes(text[s.at:]) {
			if strings.HasPrefix(secret[s.found:], escape.value) {
				if seen == nil {
					seen = make(map[state]bool)
				}
				seen[s] = true
				todo = append(todo, state{s.at + escape.length, s.found + len(escape.value)})
			}
		}
		if text[s.at] == secret[s.found] {
			todo = append(todo, state{s.at + 1, s.found + 1})
		}
	}
	if best.found < min(len(secret), minPart) {
		return 0
	}
	return best.at
}

// Servers that quote a quotation escape the escapes, too: \\u0041, %2541, &amp;#65; and \u0026#65;
// up to three times. Without a bound, a long run of backslashes would be read again and again.
var (
	codepoint = regexp.MustCompile(`^\\{1,8}(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|U([0-9a-fA-F]{8}))`)
	surrogate = regexp.MustCompile(`^\\{1,8}u([dD][c-fC-F][0-9a-fA-F]{2})`)
	hexByte   = regexp.MustCompile(`^(?:\\{1,8}x|(?:%|\\{1,8}u0025)(?:25){0,4})([0-9a-fA-F]{2})`)
	entity    = regexp.MustCompile(`^(?:&|\\{1,8}u0026|%26)(?:amp;){0,4}(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z]{2,8};)`)
)

// maxSlashes bounds a run of backslashes, as the expressions do.
const maxSlashes = 8

// controls are what the letters after a backslash mean in JSON and Go.
var controls = map[byte]string{'n': "\n", 'r': "\r", 't': "\t", 'b': "\b", 'f': "\f", 'a': "\a", 'v': "\v"}

// escape is a character in other characters, and how many bytes they are.
type escape struct {
	value  string
	length int
}

// escapes returns how the beginning of text can be read as an escape. A null character, as between
// those of UTF-16, has no value.
func escapes(text string) []escape {
	switch text[0] {
	case 0:
		head := text[:min(len(text), 4)]
		if zeros := len(head) - len(strings.TrimLeft(head, "\x00")); zeros < 4 { // UTF-32 has 3
			return []escape{{"", zeros}}
		}
		return nil
	case '+': // in a form
		return []escape{{" ", 1}}
	case '&', '%', '\\':
	default:
		return nil
	}
	slashes := 0
	for slashes < min(len(text), maxSlashes) && text[slashes] == '\\' {
		slashes++
	}
	var all []escape
	if slashes == 0 || slashes < len(text) && strings.IndexByte("uUx", text[slashes]) >= 0 {
		all = coded(text)
	}
	for _, plus := range all {
		if plus.value == "+" {
			all = append(all, escape{" ", plus.length})
		}
	}
	for _, length := range []int{1, slashes} { // of a quotation, or of a quotation of one
		if length > slashes || length == len(text) {
			continue
		}
		next := text[length]
		if control, ok := controls[next]; ok {
			all = append(all, escape{control, length + 1})
		} else if strings.IndexByte(`"'/\`, next) >= 0 {
			all = append(all, escape{text[length : length+1], length + 1})
		}
	}
	if slashes > 1 { // all of them are one
		all = append(all, escape{`\`, slashes})
	}
	return all
}

// coded returns the escapes by number or name.
func coded(text string) []escape {
	var all []escape
	if match := entity.FindStringSubmatch(text); match != nil {
		all = append(all, escape{html.UnescapeString("&" + match[1]), len(match[0])})
	}
	if match := hexByte.FindStringSubmatch(text); match != nil {
		code, _ := strconv.ParseUint(match[1], 16, 8)
		all = append(all, escape{string([]byte{byte(code)}), len(match[0])})
	}
	if match := codepoint.FindStringSubmatch(text); match != nil {
		all = append(all, codepointEscape(text, match)...)
	}
	return all
}

func codepointEscape(text string, match []string) []escape {
	code, err := strconv.ParseUint(match[1]+match[2]+match[3], 16, 31)
	if err != nil {
		return nil
	}
	character, length := rune(code), len(match[0])
	if utf16.IsSurrogate(character) {
		second := surrogate.FindStringSubmatch(text[length:])
		if second == nil {
			return nil
		}
		low, _ := strconv.ParseUint(second[1], 16, 16)
		character, length = utf16.DecodeRune(character, rune(low)), length+len(second[0])
	}
	return []escape{{string(character), length}}
}
