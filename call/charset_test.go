package call_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

const polish = "Zażółć gęślą jaźń „€”"

// inCharset encodes a string for a table test.
func inCharset(t *testing.T, page *charmap.Charmap, text string) string {
	t.Helper()
	encoded, err := page.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// Each way to read a success, and an error, reads the charset that the response names.
func TestCharsets(t *testing.T) {
	for _, test := range []struct{ name, charset, want, body, says string }{
		{"none", "", "ż", `"ż"`, ""},
		{"UTF-8", "; charset=UTF-8", "ż", `"ż"`, ""},
		{"UTF-8 in quotes", `; odata=x; Charset="utf-8"`, "ż", `"ż"`, ""},
		{"ASCII", "; charset=us-ascii", "z", `"z"`, ""},
		{"windows-1250", "; charset=windows-1250", polish, inCharset(t, charmap.Windows1250, `"`+polish+`"`), ""},
		{"windows-1250 by another name", "; charset=CP1250", "ż", inCharset(t, charmap.Windows1250, `"ż"`), ""},
		{"ISO-8859-2", "; charset=iso-8859-2", "gęś", inCharset(t, charmap.ISO8859_2, `"gęś"`), ""},
		{"ISO-8859-1", "; charset=ISO-8859-1", "é", "\"\xe9\"", ""},
		{"windows-1252", "; charset=windows-1252", "é€", "\"\xe9\x80\"", ""},
		{"UTF-16 with a mark", "; charset=utf-16", polish, stub.UTF16(`"`+polish+`"`, 0, 8), ""},
		{"UTF-16 without a name", "", "🙂", stub.UTF16(`"🙂"`, 8, 0), ""},
		{"UTF-16 little end first without a mark", "; charset=utf-16", "ż", stub.UTF16(`"ż"`, 0, 8)[2:], ""},
		{"UTF-16 big end first without a mark", "; charset=utf-16", "ż", stub.UTF16(`"ż"`, 8, 0)[2:], ""},
		{"UTF-16BE", "; charset=utf-16be", "ż", stub.UTF16(`"ż"`, 8, 0)[2:], ""},
		{"a UTF-8 mark outranks the name", "; charset=windows-1250", "ż", "\xef\xbb\xbf\"ż\"", ""},
		{"a byte without a character", "; charset=windows-1250", "", "\"\x81\"", "0x81"},
		{"half a surrogate pair", "; charset=utf-16le", "", stub.UTF16("\"", 0, 8)[2:] + "\x3d\xd8\"\x00", "surrogate"},
		{"half a code unit", "; charset=utf-16le", "", stub.UTF16(`"ż"`, 0, 8)[2:5], "unexpected EOF"},
		{"unknown", "; charset=shift_jis", "", `"a"`, `"shift_jis" of the response is not supported`},
		{"UTF-7", "; charset=utf-7", "", `"a"`, "utf-7"},
	} {
		t.Run(test.name, func(t *testing.T) {
			check := func(way, got string, err error) {
				t.Helper()
				if test.says == "" && (err != nil || got != test.want) {
					t.Errorf("%s: got %q, %v", way, got, err)
				}
				if test.says != "" && (!errors.Is(err, call.ErrDecode) || !strings.Contains(err.Error(), test.says)) {
					t.Errorf("%s: got %q, %v", way, got, err)
				}
			}
			contentType := "application/json" + test.charset
			doer := newTestClient(t, always(200, test.body, "Content-Type", contentType)).Doer()
			got, err := call.Fetch[string](t.Context(), getThing, nil, through(doer, "GET"))
			check("Fetch", got, err)

			raw, err := call.Fetch[call.Response](t.Context(), getThing, nil, through(doer, "GET"))
			if err != nil || string(raw.Body) != test.body {
				t.Fatalf("the raw response is %q, %v", raw.Body, err)
			}
			got = ""
			check("Decode", got, raw.Decode(&got))
		})
	}
}

func TestCharsetOfLists(t *testing.T) {
	for _, test := range []struct{ name, contentType, body string }{
		{"UTF-8", "application/json", `["ż","€"]`},
		{"UTF-8 with a mark", "application/json", "\xef\xbb\xbf[\"ż\",\"€\"]"},
		{"windows-1250", "application/json; charset=windows-1250", inCharset(t, charmap.Windows1250, `["ż","€"]`)},
		{"UTF-16", "application/json", stub.UTF16(`["ż","€"]`, 0, 8)},
	} {
		serve := func(*http.Request) (*http.Response, error) {
			response := stub.Response(200, "", "Content-Type", test.contentType)
			response.Body = io.NopCloser(iotest.OneByteReader(strings.NewReader(test.body)))
			return response, nil
		}
		forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
			got, err := call.Collect(call.Stream[string](t.Context(), getThing, nil, through(doer, "GET")))
			if err != nil || strings.Join(got, "") != "ż€" {
				t.Errorf("%s: got %q, %v", test.name, got, err)
			}
		})
	}
	forEachDoer(t, always(200, `["a"]`, "Content-Type", "text/json; charset=gbk"), func(t *testing.T, doer call.Doer) {
		got, err := call.Collect(call.Stream[string](t.Context(), getThing, nil, through(doer, "GET")))
		if !errors.Is(err, call.ErrDecode) || !strings.Contains(err.Error(), `"gbk"`) || len(got) > 0 {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestCharsetOfPlainText(t *testing.T) {
	for _, test := range []struct{ contentType, body, want string }{
		{"text/plain", "ż", "ż"},
		{"text/plain; charset=windows-1250", "\xbf", "ż"},
		{"text/plain", "\xbf", ""},
		{"text/plain; charset=utf-8", "\xbf", ""},
		{"text/plain; charset=koi8-u", "a", ""},
		{"text/plain; charset=utf-16le", "a\x00", "a"},
		{"text/plain; charset=utf-16le", "a\x00\x3d\xd8", ""},
	} {
		forEachDoer(t, always(200, test.body, "Content-Type", test.contentType), func(t *testing.T, doer call.Doer) {
			got, err := call.Fetch[string](t.Context(), getThing, nil, through(doer, "GET"))
			if got != test.want || errors.Is(err, call.ErrDecode) != (test.want == "") {
				t.Errorf("%s, %q: got %q, %v", test.contentType, test.body, got, err)
			}
		})
	}
}

func TestCharsetOfErrors(t *testing.T) {
	for _, test := range []struct{ contentType, body, message, says string }{
		{"application/json; charset=windows-1250", "{\"message\":\"\xbf\"}", "ż", ""},
		{"text/plain; charset=iso-8859-2", "b\xb3\xb1d", "błąd", ""},
		{"text/plain; charset=big5", "\xa4\x40", "", `"big5"`},
	} {
		_, err := newTestClient(t, always(400, test.body, "Content-Type", test.contentType)).Me(t.Context())
		e, ok := errors.AsType[*call.Error](err)
		if !ok || e.Message != test.message || !strings.Contains(e.Error(), test.says) || !bytes.Equal(e.Body, []byte(test.body)) {
			t.Errorf("%s: got %v", test.contentType, err)
		}
	}
}

// The bound holds for what is decoded, and Open leaves a body as it comes.
func TestCharsetAndSize(t *testing.T) {
	body := `"` + strings.Repeat("\xbf", 90) + `"`
	client := newTestClient(t, always(200, body, "Content-Type", "application/json; charset=windows-1250"), xsale.WithMaxResponseBytes(100))
	if _, err := call.Fetch[string](t.Context(), getThing, nil, through(client.Doer(), "GET")); !errors.Is(err, call.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	open := func(ctx context.Context) ([]byte, error) {
		response, err := call.Open(ctx, getThing, nil, through(client.Doer(), "GET"))
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		return io.ReadAll(response.Body)
	}
	if got, err := open(t.Context()); err != nil || string(got) != body {
		t.Errorf("got %q, %v", got, err)
	}
}
