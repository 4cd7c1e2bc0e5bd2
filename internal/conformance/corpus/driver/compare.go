package driver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// canonical percent-encodes everything but unreserved characters and delimiters, so that equal
// strings mean the same to a server.
func canonical(t Text) string {
	var out strings.Builder
	for i := 0; i < len(t.Raw); i++ {
		c, delimiter := t.Raw[i], strings.IndexByte(t.Delimiters, t.Raw[i]) >= 0
		if c == '%' && i+2 < len(t.Raw) {
			if decoded, err := url.PathUnescape(t.Raw[i : i+3]); err == nil {
				c, delimiter = decoded[0], false
				i += 2
			}
		}
		if delimiter || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// comparePairs compares the fields of a query or form. Only fields of one name have an order.
func comparePairs(raw string, want []Pair) (got, wanted string) {
	delimiters, isJSON := map[string]string{}, map[string]bool{}
	var wants []string
	for _, pair := range want {
		delimiters[pair.Name], isJSON[pair.Name] = pair.Value.Delimiters, pair.JSON
		wants = append(wants, url.QueryEscape(pair.Name)+"="+field(pair.Value, pair.JSON))
	}
	var gots []string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" && raw == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		decoded, err := url.QueryUnescape(name)
		if err != nil {
			decoded = name
		}
		if !strings.Contains(delimiters[decoded], "+") { // as a delimiter, + is not a space
			value = strings.ReplaceAll(value, "+", "%20")
		}
		gots = append(gots, url.QueryEscape(decoded)+"="+field(Text{value, delimiters[decoded]}, isJSON[decoded]))
	}
	byName := func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	}
	slices.SortStableFunc(gots, byName)
	slices.SortStableFunc(wants, byName)
	return strings.Join(gots, "&"), strings.Join(wants, "&")
}

func field(value Text, isJSON bool) string {
	if isJSON {
		if decoded, err := url.PathUnescape(value.Raw); err == nil {
			return normalJSON([]byte(decoded))
		}
	}
	return canonical(value)
}

// normalJSON sorts the fields of objects and writes equal numbers equally.
func normalJSON(data []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return fmt.Sprintf("no JSON: %q", data)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Sprintf("JSON with trailing data: %q", data)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(normalNumbers(value)); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out.String())
}

func normalNumbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			value[name] = normalNumbers(field)
		}
	case []any:
		for i, element := range value {
			value[i] = normalNumbers(element)
		}
	case json.Number:
		if number, err := decimal.NewFromString(value.String()); err == nil {
			return json.Number(number.String())
		}
	}
	return value
}

// compareRequest reports how a request differs from what the document says.
func compareRequest(request *http.Request, body []byte, base string, operation Operation, c Call, report func(what, got, want string)) {
	want := c.Request
	if request.Method != operation.Method {
		report("method", request.Method, operation.Method)
	}
	got := Text{request.URL.EscapedPath(), want.Path.Delimiters}
	want.Path.Raw = base + want.Path.Raw
	if canonical(got) != canonical(want.Path) {
		report("path", canonical(got), canonical(want.Path))
	}
	if got, want := comparePairs(request.URL.RawQuery, want.Query); got != want {
		report("query", got, want)
	}
	known := []string{"Accept", "Content-Type", "Cookie", "User-Agent"}
	for name, value := range want.Header {
		known = append(known, http.CanonicalHeaderKey(name))
		if got := strings.Join(request.Header.Values(name), "\n"); got != value {
			report("header "+name, got, value)
		}
	}
	for name := range request.Header {
		if !slices.Contains(known, name) {
			report("header "+name, request.Header.Get(name), "none")
		}
	}
	compareCookies(request, want.Cookie, report)
	if accept := request.Header.Get("Accept"); len(want.Accept) > 0 && !accepts(accept, want.Accept) {
		report("Accept", accept, strings.Join(want.Accept, " or "))
	}
	if kind := request.Header.Get("Content-Type"); len(want.Types) > 0 && !accepts(kind, want.Types) {
		report("Content-Type", kind, strings.Join(want.Types, " or "))
	}
	compareBody(request.Header.Get("Content-Type"), body, want.Bodies, report)
}

// accepts reports whether one of the media types is offered. application/*+json is also
// application/json.
func accepts(accept string, offered []string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		kind, _, err := mime.ParseMediaType(part)
		if err != nil {
			return false
		}
		for _, offer := range offered {
			offer, _, _ := mime.ParseMediaType(offer)
			start, end, wildcard := strings.Cut(offer, "*")
			if kind == offer || kind == "*/*" || wildcard && strings.HasPrefix(kind, start) && (strings.HasSuffix(kind, end) || end == "+json" && strings.HasSuffix(kind, "/json")) {
				return true
			}
		}
	}
	return false
}

func compareCookies(request *http.Request, want map[string]string, report func(what, got, want string)) {
	cookies := request.Cookies()
	if len(cookies) != len(want) {
		report("cookies", request.Header.Get("Cookie"), fmt.Sprint(len(want), " cookies"))
	}
	for _, cookie := range cookies {
		value, known := want[cookie.Name]
		decoded, err := url.PathUnescape(cookie.Value)
		if !known || err != nil || decoded != value {
			report("cookie "+cookie.Name, cookie.Value, value)
		}
	}
}

func compareBody(contentType string, body []byte, bodies map[string]Body, report func(what, got, want string)) {
	if len(bodies) == 0 {
		if len(body) > 0 {
			report("body", string(body), "none")
		}
		return
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		report("Content-Type", contentType, "a media type")
		return
	}
	for name, want := range bodies {
		if offer, _, _ := mime.ParseMediaType(name); offer != kind {
			continue
		}
		switch {
		case want.JSON != nil:
			if got, want := normalJSON(body), normalJSON(want.JSON); got != want {
				report("body", got, want)
			}
		case want.Text != nil:
			if string(body) != *want.Text {
				report("body", string(body), *want.Text)
			}
		case want.Part != nil:
			if got, want := readParts(body, parameters["boundary"], want.Part), writeParts(want.Part); got != want {
				report("body", got, want)
			}
		default:
			if got, want := comparePairs(string(body), want.Form); got != want {
				report("body", got, want)
			}
		}
		return
	}
	report("Content-Type", contentType, "one of the document")
}

func readParts(body []byte, boundary string, want []Part) string {
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	var parts []Part
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return writeParts(parts)
		}
		if err != nil {
			return err.Error()
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return err.Error()
		}
		isJSON := slices.ContainsFunc(want, func(p Part) bool { return p.Name == part.FormName() && p.JSON })
		parts = append(parts, Part{part.FormName(), string(content), part.FileName() != "", isJSON})
	}
}

func writeParts(parts []Part) string {
	var lines []string
	for _, part := range parts {
		value := part.Value
		if part.JSON {
			value = normalJSON([]byte(value))
		}
		lines = append(lines, fmt.Sprintf("%s=%q file=%t", part.Name, value, part.File))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
