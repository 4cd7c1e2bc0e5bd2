package call_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/reflected"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

const (
	jwtHeader   = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."
	echoedToken = jwtHeader + "eyJzdWIiOiJhdXRoMHw1In0.canary-c2lnbmF0dXJl_0A"
	echoedID    = jwtHeader + "eyJub25jZSI6IngifQ.canary-aWRlbnRpdHk_0B"
)

// echoes are forms in which a server may repeat a token.
var echoes = map[string]func(string) string{
	"plain":         func(s string) string { return s },
	"escaped":       func(s string) string { return escapeAll(s, `\u%04x`) },
	"escaped upper": func(s string) string { return escapeAll(s, `\u%04X`) },
	"escaped twice": func(s string) string { return escapeAll(s, `\\u%04x`) },
	"dots escaped": func(s string) string {
		return strings.NewReplacer(".", `\u002e`, "-", `\u002D`, "_", `\u005F`).Replace(s)
	},
	"percent": func(s string) string {
		return strings.NewReplacer(".", "%2e", "-", "%2D", "_", "%5F").Replace(url.QueryEscape(s))
	},
	"HTML": func(s string) string {
		return strings.NewReplacer(".", "&#46;", "-", "&#x2D;", "_", "&lowbar;").Replace(html.EscapeString(s))
	},
	"the beginning": func(s string) string { return s[:len(s)-4] + "..." },
}

func escapeAll(s, format string) string {
	var all strings.Builder
	for _, r := range s {
		fmt.Fprintf(&all, format, r)
	}
	return all.String()
}

// inUTF16 encodes a body as Windows programs do.
func inUTF16(order binary.AppendByteOrder, mark string) func(string) string {
	return func(body string) string {
		data := []byte(mark)
		for _, unit := range utf16.Encode([]rune(body)) {
			data = order.AppendUint16(data, unit)
		}
		return string(data)
	}
}

// When only a token as it was sent was redacted, an error kept one in any other form, and in places
// other than its body.
func TestA29_EchoedTokens(t *testing.T) {
	source, err := authn.New(authn.Config{Credentials: credentials, HTTPClient: &http.Client{Transport: stub.RoundTripFunc(func(*http.Request) (*http.Response, error) {
		return stub.Response(200, `{"access_token":"`+echoedToken+`","id_token":"`+echoedID+`","expires_in":86400,"token_type":"Bearer"}`), nil
	})}})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	same := func(body string) string { return body }
	for form, write := range echoes {
		token, id := write(echoedToken), write(echoedID)
		both := token + " " + id
		for name, response := range map[string]func() *http.Response{
			"a header":     func() *http.Response { return stub.Response(500, "", "X-Echo", "Bearer "+both) },
			"a request id": func() *http.Response { return stub.Response(500, "", "X-Request-Id", both) },
			"a trace":      func() *http.Response { return stub.Response(500, `{"traceId":"`+both+`"}`) },
			"a message": func() *http.Response {
				return stub.Response(400, `{"message":"no `+both+`"}`, "Content-Type", "application/json")
			},
			"a code":     func() *http.Response { return stub.Response(400, `{"code":"`+both+`"}`) },
			"a field":    func() *http.Response { return stub.Response(400, `{"errors":{"`+token+`":["`+id+`"]}}`) },
			"plain text": func() *http.Response { return stub.Response(400, "rejected: "+both, "Content-Type", "text/plain") },
			"a page": func() *http.Response {
				return stub.Response(401, "<html><title>"+both+"</title>", "Content-Type", "text/html")
			},
			"XML": func() *http.Response {
				return stub.Response(400, "<error>"+both+"</error>", "Content-Type", "text/xml")
			},
			"the cut":            func() *http.Response { return stub.Response(400, strings.Repeat("x", 1<<16-len(token)/2)+token) },
			"the cut, whole":     func() *http.Response { return stub.Response(400, strings.Repeat("x", 1<<16-len(token))+token+id) },
			"a success":          func() *http.Response { return stub.Response(200, "["+both) },
			"a success, a field": func() *http.Response { return stub.Response(200, `{"Id":"`+both+`"}`) },
			"a success, a type":  func() *http.Response { return stub.Response(200, "x", "Content-Type", "text/"+token) },
			"a success, charset": func() *http.Response {
				return stub.Response(200, "{}", "Content-Type", "application/json; charset="+token)
			},
			"a success, encoding": func() *http.Response { return stub.Response(200, "x", "Content-Encoding", token) },
			"a reported failure":  func() *http.Response { return stub.Response(200, `{"Success":false,"Message":"`+both+`"}`) },
			"a redirect":          func() *http.Response { return stub.Response(307, "", "Location", "https://else.example/"+token+"?"+id) },
			"a status": func() *http.Response {
				r := stub.Response(101, "")
				r.Status = "101 " + both
				return r
			},
			"a failure of the transport": nil,
		} {
			encodings := map[string]func(string) string{"": same}
			if (form == "plain" || form == "dots escaped") && response != nil && !strings.Contains(name, "cut") {
				encodings["UTF-16LE"] = inUTF16(binary.LittleEndian, "\xff\xfe")
				encodings["UTF-16BE"] = inUTF16(binary.BigEndian, "\xfe\xff")
				encodings["UTF-16, no mark"] = inUTF16(binary.LittleEndian, "")
			}
			for encoding, encode := range encodings {
				client := newTestClient(t, func(*http.Request) (*http.Response, error) {
					if response == nil {
						return nil, errors.New("malformed response: " + both)
					}
					r := response()
					var body bytes.Buffer
					body.ReadFrom(r.Body)
					changed := stub.Response(r.StatusCode, encode(body.String()))
					changed.Header, changed.Status = r.Header, r.Status
					return changed, nil
				}, xsale.WithTokenSource(source), xsale.WithRetries(0))
				_, err := client.Me(t.Context())
				e, ok := errors.AsType[*call.Error](err)
				if !ok {
					t.Fatalf("%s, %s, %s: %v", form, name, encoding, err)
				}
				checkNoToken(t, strings.Join([]string{form, name, encoding}, ", "), e)
			}
		}
	}
}

var unescaper = func() *strings.Replacer {
	var pairs []string
	for c := range rune(128) {
		for _, format := range []string{`\\u%04x`, `\u%04x`, `\u%04X`, "%%%02x", "%%%02X"} {
			pairs = append(pairs, fmt.Sprintf(format, c), string(c))
		}
	}
	return strings.NewReplacer(pairs...)
}()

// checkNoToken looks at all that an error contains, after undoing every escape.
func checkNoToken(t *testing.T, name string, e *call.Error) {
	t.Helper()
	text := fmt.Sprintf("%v %+v %s", e, e.Header, e.Body) + reflected.Print(e)
	if data, err := json.Marshal(e); err == nil {
		text += string(data)
	}
	for range 3 {
		if !strings.Contains(text, "[redacted]") {
			t.Errorf("%s: nothing is redacted: %.300s", name, text)
		}
		for _, part := range []string{echoedToken[:16], "eyJzdWIi", "eyJub25j", "canary"} {
			if at := strings.Index(text, part); at >= 0 {
				t.Errorf("%s: has a part of a token: %.200s", name, text[max(0, at-60):])
				return
			}
		}
		text = html.UnescapeString(strings.ReplaceAll(text, "\x00", ""))
		text = unescaper.Replace(text)
	}
}

// An element of a list is shown as it came, except for a token.
func TestA29_EchoedTokenInAnElement(t *testing.T) {
	source, _ := stub.Source(t)
	token, err := source.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		return stub.Response(200, `[{"Id":"`+token.AccessToken()+`"}]`), nil
	}, xsale.WithTokenSource(source))
	_, err = call.Collect(client.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}))
	element, ok := errors.AsType[*call.ElementError](err)
	if !ok || string(element.JSON) != `{"Id":"[redacted]"}` {
		t.Fatalf("got %v, %s", err, element.JSON)
	}
}
