package redact

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

const (
	token    = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhdXRoMHw1In0.c2lnbmF0dXJl-_0A"
	password = `p"9<&K'q\b+x% żółć/😀end`
)

// every returns a text in which each character is written by one function.
func every(text string, write func(rune) string) string {
	var all strings.Builder
	for _, r := range text {
		all.WriteString(write(r))
	}
	return all.String()
}

func quoted(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(data[1 : len(data)-1])
}

func utf16Of(text string, order binary.AppendByteOrder, mark bool) string {
	var data []byte
	if mark {
		text = "\ufeff" + text
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

var forms = map[string]func(string) string{
	"plain":      func(s string) string { return s },
	"JSON":       quoted,
	"JSON twice": func(s string) string { return quoted(quoted(s)) },
	"Go":         func(s string) string { q := strconv.Quote(s); return q[1 : len(q)-1] },
	"Go, ASCII":  func(s string) string { q := strconv.QuoteToASCII(s); return q[1 : len(q)-1] },
	"query":      url.QueryEscape,
	"query, lower": func(s string) string {
		return strings.ReplaceAll(strings.ToLower(url.QueryEscape("%")), "%25", "%25") + url.QueryEscape(s)
	},
	"path":        url.PathEscape,
	"query twice": func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"HTML":        html.EscapeString,
	"HTML twice":  func(s string) string { return html.EscapeString(html.EscapeString(s)) },
	"HTML in JSON": func(s string) string {
		return strings.ReplaceAll(html.EscapeString(strings.ReplaceAll(s, `\`, "&#92;")), "&", `\u0026`)
	},
	"query in JSON":   func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%", `\u0025`) },
	"HTML, numbers":   func(s string) string { return every(s, func(r rune) string { return fmt.Sprintf("&#%d;", r) }) },
	"HTML, hex":       func(s string) string { return every(s, func(r rune) string { return fmt.Sprintf("&#x%X;", r) }) },
	"UTF-16LE":        func(s string) string { return utf16Of(`{"x":"`+s, binary.LittleEndian, true) },
	"UTF-16BE":        func(s string) string { return utf16Of(`{"x":"`+s, binary.BigEndian, true) },
	"UTF-16, no mark": func(s string) string { return utf16Of(`{"x":"`+s, binary.LittleEndian, false) },
	"UTF-16BE, no":    func(s string) string { return utf16Of(`{"x":"`+s, binary.BigEndian, false) },
	"UTF-16 and JSON": func(s string) string { return utf16Of(`{"x":"`+quoted(s), binary.LittleEndian, true) },
	"escaped, upper":  func(s string) string { return every(s, unicodeEscape(`\u%04X`)) },
	"escaped, lower":  func(s string) string { return every(s, unicodeEscape(`\u%04x`)) },
	"escaped twice":   func(s string) string { return every(s, unicodeEscape(`\\u%04x`)) },
	"every second one": func(s string) string {
		n := 0
		return every(s, func(r rune) string {
			n++
			if n%2 == 0 {
				return string(r)
			}
			return quotedRune(r)
		})
	},
}

func quotedRune(r rune) string {
	if r == '\\' || r == '"' {
		return `\` + string(r)
	}
	return unicodeEscape(`\u%04x`)(r)
}

func unicodeEscape(format string) func(rune) string {
	return func(r rune) string {
		var all strings.Builder
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&all, format, unit)
		}
		return all.String()
	}
}

// Without one of the branches of escapes, a row of this table printed the secret.
func TestText(t *testing.T) {
	for name, form := range forms {
		for _, secret := range []string{token, password} {
			if name == "every second one" && secret == password {
				continue // not a quotation of any kind
			}
			for _, around := range [][2]string{{"", ""}, {"before ", " after"}, {"xeyJ", "&x=1"}} {
				text := around[0] + form(secret) + around[1]
				if strings.HasPrefix(name, "UTF-16") {
					text = form(secret)
				}
				if got := Text(text, secret, ""); strings.Count(got, Mark) != 1 || len(got) > 40 {
					t.Errorf("%s: %q became %q", name, text, got)
				}
			}
		}
	}
}

func TestTextKeepsTheRest(t *testing.T) {
	for _, text := range []string{
		"", "a", "no secret", `\`, `\u`, `%`, `%2`, "&", "&#", "&unknown;", "\\u00", "\xff\xfe", "\xff\xfea", "\x00\x00", "{\x00}\x00",
		`{"a":"\u0041%41&#65;"}`, token[:15], strings.Repeat(`\`, 5000),
	} {
		if got := Text(text, token, password); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := Text("a "+token+" b "+password+" c "+token, token, password); got != "a [redacted] b [redacted] c [redacted]" {
		t.Errorf("got %q", got)
	}
}

// When one token was redacted after the other, the end of the second one stayed.
func TestTextWithTheSameBeginning(t *testing.T) {
	other := token[:30] + "canary"
	for _, secrets := range [][]string{{token, other}, {other, token}} {
		if got := Text(token+" "+other, secrets...); got != "[redacted] [redacted]" {
			t.Errorf("got %q", got)
		}
	}
}

// Without minPart, an error kept the beginning of a token that its body or a quotation had cut off.
func TestTextOfAPart(t *testing.T) {
	for _, text := range []string{
		"x" + token[:16], "x" + token[:len(token)-1], "x" + token[:16] + `\u00`, "x" + token[:20] + "%4", "x" + token[:20] + "&#6",
		"x" + token[:16] + "... and more", utf16Of("{x"+token[:20], binary.LittleEndian, true) + "e",
	} {
		if got := Text(text, token); !strings.Contains(got, Mark) || strings.Contains(got, token[:16]) {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// Without the bounds on runs, a server could keep a program busy for minutes.
func TestTextIsFast(t *testing.T) {
	const length = 64 << 10 // of the body that an error keeps
	start := time.Now()
	for _, part := range []string{`\`, "%25", "&amp;", "+", "\x00", token[:15], `\u0065`} {
		Text(strings.Repeat(part, length/len(part)), token, password)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzText(f *testing.F) {
	for _, form := range forms {
		f.Add(form(token), token)
	}
	f.Fuzz(func(t *testing.T, text, secret string) {
		if len(text) > 1<<10 || len(secret) > 1<<8 {
			return
		}
		got := Text(text, secret)
		if secret != "" && !strings.Contains(Mark, secret) && !strings.ContainsAny(secret, "[]") && !strings.Contains(text, "[") && strings.Contains(got, secret) && got != text {
			t.Errorf("%q without %q is %q", text, secret, got)
		}
	})
}
