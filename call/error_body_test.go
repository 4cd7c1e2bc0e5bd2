package call

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// fieldsOf returns the fields that are read from a body.
func fieldsOf(body stub.ErrorBody) []FieldError {
	var fields []FieldError
	for _, field := range body.Fields {
		fields = append(fields, FieldError{field[0], field[1]})
	}
	return fields
}

func TestErrorReadsKnownBodies(t *testing.T) {
	for _, test := range stub.ErrorBodies {
		t.Run(test.Name, func(t *testing.T) {
			e := errorFromResponse(&state{}, stub.Response(400, test.Body, "Content-Type", test.ContentType))
			if e.Code != test.Code || e.Message != test.Message || !reflect.DeepEqual(e.Fields, fieldsOf(test)) {
				t.Errorf("code %q, message %q, fields %q", e.Code, e.Message, e.Fields)
			}
			if string(e.Body) != test.Body || e.Truncated {
				t.Errorf("body %q", e.Body)
			}
			if strings.Contains(strings.ToLower(e.Error()), "canary") {
				t.Errorf("the text has what it must leave out: %s", e)
			}
		})
	}
}

// An HTML page comes from a proxy or a login, not from the API, and the error says that.
func TestErrorSaysThatItIsHTML(t *testing.T) {
	for body, want := range map[string]string{
		"<html><title>Bad\nGateway</title>": "GET /me: 502 Bad Gateway (an HTML page): Bad Gateway",
		"<html>":                            "GET /me: 502 Bad Gateway (an HTML page)",
		"":                                  "GET /me: 502 Bad Gateway",
	} {
		e := errorFromResponse(&state{facts: facts{Operation: getMe}}, stub.Response(502, body, "Content-Type", "text/html"))
		if e.Error() != want {
			t.Errorf("%s: %s", body, e)
		}
	}
}

func TestErrorBoundsWhatItReads(t *testing.T) {
	long := strings.Repeat("ż", 20000)
	for name, body := range map[string]string{
		"long texts":     fmt.Sprintf(`{"code":%q,"message":"%s"}`, long[:9000], long[:9000]),
		"a long number":  `{"code":1` + strings.Repeat("0", 9000) + `,"message":"no"}`,
		"many fields":    `{"message":"no","errors":{` + strings.TrimSuffix(manyFields(500), ",") + `}}`,
		"many messages":  `{"message":[` + strings.Repeat(`"no",`, 9999) + `"no"]}`,
		"many in a list": `{"message":"no","errors":[` + strings.Repeat(`"no",`, 9999) + `"no"]}`,
		"a long title":   "<html><title>" + long,
		"deep":           `{"message":"no","errors":` + strings.Repeat(`[`, 9000) + strings.Repeat(`]`, 9000) + `}`,
		"too deep":       strings.Repeat(`[`, 60000),
		"deep errors":    strings.Repeat(`{"error":`, 5000) + `"no"` + strings.Repeat(`}`, 5000),
	} {
		t.Run(name, func(t *testing.T) { checkParsed(t, "", body) })
	}
	e := errorFromResponse(&state{}, stub.Response(400, `{"errors":{`+strings.TrimSuffix(manyFields(500), ",")+`}}`))
	if len(e.Fields) != maxFields || !strings.HasSuffix(e.Error(), "…") {
		t.Errorf("%d fields, and the text is %s", len(e.Fields), e)
	}
	e.Attempts = 4
	if !strings.HasSuffix(e.Error(), "… (after 4 attempts)") {
		t.Error(e)
	}
}

func manyFields(count int) string {
	var fields strings.Builder
	for i := range count {
		fmt.Fprintf(&fields, `"Field%d":["%s"],`, i, strings.Repeat("x", 50))
	}
	return fields.String()
}

// checkParsed checks the properties of every error.
func checkParsed(t *testing.T, contentType, body string) {
	t.Helper()
	e := errorFromResponse(&state{facts: facts{Operation: getMe}}, stub.Response(500, body, "Content-Type", contentType))
	if !strings.HasPrefix(body, string(e.Body)) || len(e.Body) != min(len(body), maxErrorBody) || e.Truncated != (len(body) > maxErrorBody) {
		t.Errorf("%d bytes of %d are kept, truncated %v", len(e.Body), len(body), e.Truncated)
	}
	if len(e.Fields) > maxFields {
		t.Errorf("%d fields", len(e.Fields))
	}
	texts := []string{e.Code, e.Message}
	for _, field := range e.Fields {
		texts = append(texts, field.Field, field.Message)
		if field == (FieldError{}) {
			t.Error("a field says nothing")
		}
	}
	for _, text := range texts {
		stub.CheckLine(t, text, maxMessage)
	}
	stub.CheckLine(t, e.Error(), maxErrorText)
	if again := errorFromResponse(&state{facts: facts{Operation: getMe}}, stub.Response(500, body, "Content-Type", contentType)); again.Error() != e.Error() {
		t.Errorf("a second time it reads\n%s\nand not\n%s", again, e)
	}
}

func FuzzErrorBody(f *testing.F) {
	for _, test := range stub.ErrorBodies {
		f.Add(test.ContentType, []byte(test.Body))
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) { checkParsed(t, contentType, string(body)) })
}
