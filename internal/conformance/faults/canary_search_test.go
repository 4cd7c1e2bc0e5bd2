package faults_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// findCanary returns the first canary in s, with the text around it, or an empty string. It ignores
// case and backslashes, to find strings that were escaped more than once.
func findCanary(text string, canaries []string) string {
	text = folded(text)
	for _, canary := range canaries {
		for _, form := range canaryForms(canary) {
			if at := strings.Index(text, form); at >= 0 {
				return fmt.Sprintf("%s in: %s", canary, strings.ToValidUTF8(text[max(0, at-60):min(len(text), at+len(form)+20)], ""))
			}
		}
	}
	return ""
}

func folded(text string) string { return strings.ToLower(strings.ReplaceAll(text, `\`, "")) }

// canaryForms returns the encodings of a string: raw, URL, JSON, HTML and Go escapes, bytes in
// hexadecimal, decimal and Go syntax, and base64, also within a longer string.
func canaryForms(canary string) []string {
	written, _ := json.Marshal(canary)
	quoted := func(text string) string { return text[1 : len(text)-1] }
	list := fmt.Sprint([]byte(canary))
	goList := fmt.Sprintf("%#v", []byte(canary))
	forms := []string{
		canary,
		url.QueryEscape(canary), url.PathEscape(canary), (&url.URL{Path: canary}).EscapedPath(),
		quoted(string(written)), quoted(fmt.Sprintf("%q", canary)), quoted(fmt.Sprintf("%+q", canary)), asciiJSON(canary),
		strings.ReplaceAll(canary, " ", "+"),
		hex.EncodeToString([]byte(canary)), fmt.Sprintf("% x", canary),
		quoted(list), strings.TrimSuffix(strings.TrimPrefix(goList, "[]byte{"), "}"),
	}
	for shift := range 3 { // the place among the groups of three bytes changes the letters
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString(append(make([]byte, shift), canary...))
			encoded = encoded[[]int{0, 2, 3}[shift]:]
			if (shift+len(canary))%3 != 0 { // the last letter depends on what follows
				encoded = encoded[:len(encoded)-1]
			}
			forms = append(forms, encoded)
		}
	}
	for i, form := range forms {
		forms[i] = folded(form)
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// asciiJSON escapes a string as the JSON encoder of .NET does.
func asciiJSON(text string) string {
	var escaped strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit < 0x80 && !strings.ContainsRune(`"&'+<>`+"`", rune(unit)) {
			escaped.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, unit)
		}
	}
	return escaped.String()
}

// Every encoding of a canary is found. Otherwise an empty search result would prove nothing.
func TestSearchFindsCanariesInEveryForm(t *testing.T) {
	const canary = "Żaneta+kanarek@example.pl ?"
	body := []byte(`{"Buyer":{"Name":"` + canary + `"}}`)
	for name, write := range map[string]func(*slog.Logger){
		"text":           func(l *slog.Logger) { l.Info(string(body)) },
		"text in text":   func(l *slog.Logger) { l.Info(fmt.Sprintf("%q", fmt.Sprintf("%q", body))) },
		"bytes":          func(l *slog.Logger) { l.Info("", "body", body) },
		"shifted bytes":  func(l *slog.Logger) { l.Info("", "body", append([]byte("a"), body...)) },
		"twice shifted":  func(l *slog.Logger) { l.Info("", "body", append([]byte("ab"), body...)) },
		"raw JSON":       func(l *slog.Logger) { l.Info("", "body", json.RawMessage(body)) },
		"ASCII JSON":     func(l *slog.Logger) { l.Info(asciiJSON(canary)) },
		"query":          func(l *slog.Logger) { l.Info(url.Values{"email": {canary}}.Encode()) },
		"path":           func(l *slog.Logger) { l.Info("/contractors/" + url.PathEscape(canary)) },
		"URL":            func(l *slog.Logger) { l.Info("", "url", &url.URL{Scheme: "https", Host: "h", Path: "/" + canary}) },
		"lower case":     func(l *slog.Logger) { l.Info(strings.ToLower(canary)) },
		"upper case":     func(l *slog.Logger) { l.Info(strings.ToUpper(canary)) },
		"hexadecimal":    func(l *slog.Logger) { l.Info(fmt.Sprintf("%X", body)) },
		"a list of byte": func(l *slog.Logger) { l.Info(fmt.Sprint(body)) },
		"Go":             func(l *slog.Logger) { l.Info(fmt.Sprintf("%#v", body)) },
		"a struct":       func(l *slog.Logger) { l.Info("", "header", map[string][]string{"X": {canary}}) },
	} {
		var text, jsonText bytes.Buffer
		write(slog.New(slog.NewTextHandler(&text, nil)))
		write(slog.New(slog.NewJSONHandler(&jsonText, nil)))
		for _, log := range []string{text.String(), jsonText.String()} {
			if findCanary(log, []string{canary}) == "" {
				t.Errorf("%s: not found in %s", name, log)
			}
		}
	}
	if found := findCanary("an e-mail of Żaneta at example.pl?", []string{canary}); found != "" {
		t.Errorf("found where it is not: %s", found)
	}
}
