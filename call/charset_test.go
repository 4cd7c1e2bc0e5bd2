package call_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/call"
)

// A response in another charset than UTF-8 is rejected in each way to decode it, before anything is
// read of it: its strings must not be written back as other ones.
func TestCharsets(t *testing.T) {
	for _, test := range []struct{ name, contentType, body, says string }{
		{"none", "application/json", `["ż"]`, ""},
		{"UTF-8", "application/json; charset=UTF-8", `["ż"]`, ""},
		{"UTF-8 in quotes", `application/json; odata=x; Charset="utf-8"`, `["ż"]`, ""},
		{"ASCII", "application/json; charset=us-ascii", `["\u017c"]`, ""},
		{"a UTF-8 mark", "application/json; charset=utf-8", "\ufeff[\"ż\"]", ""},
		{"windows-1250", "application/json; charset=windows-1250", "[\"\xbf\"]", `"windows-1250"`},
		{"ISO-8859-2", "application/json;charset=ISO-8859-2", `["a"]`, `"ISO-8859-2"`},
		{"UTF-16", "text/json; charset=utf-16", "[\x00]\x00", `"utf-16"`},
		{"windows-1250 without a name", "application/json", "[\"\xbf\"]", "not valid UTF-8"},
		{"UTF-16 without a name", "application/json", "\xff\xfe[\x00]\x00", "cannot decode response"},
	} {
		check := func(way string, got []string, err error) {
			t.Helper()
			if test.says == "" && (err != nil || strings.Join(got, "") != "ż") || test.says != "" && (!errors.Is(err, call.ErrDecode) || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("%s, %s: got %q, %v", test.name, way, got, err)
			}
		}
		serve := always(200, test.body, "Content-Type", test.contentType)
		forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
			list, err := call.Collect(call.Stream[string](t.Context(), getThing, nil, through(doer, "GET")))
			check("Stream", list, err)
			got, err := call.Fetch[[]string](t.Context(), getThing, nil, through(doer, "GET"))
			check("Fetch", got, err)
			raw, err := call.Fetch[call.Response](t.Context(), getThing, nil, through(doer, "GET"))
			if err != nil || string(raw.Body) != test.body {
				t.Fatalf("the raw response is %q, %v", raw.Body, err)
			}
			var decoded []string
			err = raw.Decode(&decoded)
			check("Decode", decoded, err)
		})
	}
}

func TestCharsetOfPlainText(t *testing.T) {
	for _, test := range []struct{ contentType, body, want string }{
		{"text/plain", "ż", "ż"},
		{"text/plain; charset=utf-8", "ż", "ż"},
		{"text/plain; charset=windows-1250", "\xbf", ""},
		{"text/plain", "\xbf", ""},
	} {
		forEachDoer(t, always(200, test.body, "Content-Type", test.contentType), func(t *testing.T, doer call.Doer) {
			got, err := call.Fetch[string](t.Context(), getThing, nil, through(doer, "GET"))
			if got != test.want || errors.Is(err, call.ErrDecode) != (test.want == "") {
				t.Errorf("%s, %q: got %q, %v", test.contentType, test.body, got, err)
			}
		})
	}
}

// Open leaves a body as it comes.
func TestCharsetOfOpenedBodies(t *testing.T) {
	open := func(ctx context.Context, doer call.Doer) (string, error) {
		response, err := call.Open(ctx, getThing, nil, through(doer, "GET"))
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return string(body), err
	}
	forEachDoer(t, always(200, "\xbf", "Content-Type", "text/csv; charset=windows-1250"), func(t *testing.T, doer call.Doer) {
		if got, err := open(t.Context(), doer); err != nil || got != "\xbf" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}
