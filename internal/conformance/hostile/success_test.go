package hostile_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestHostileSuccesses(t *testing.T) {
	var cases []hostileCase
	add := func(kind hostileCall, name, contentType, body string, want outcome, options ...xsale.Option) {
		if want.says != "" || want.text != "" {
			want.status, want.body = 200, cmp.Or(want.body, body)
			if !slices.Contains(want.is, call.ErrReportedFailure) {
				want.is = append(want.is, call.ErrDecode)
			}
		}
		cases = append(cases, hostileCase{name: name, serve: reply(200, contentType, body), call: kind, options: options, want: want})
	}
	const json = "application/json"
	const me = "GET /me: 200 OK: cannot decode response: "
	const list = "GET /{organizationName}/statuses: 200 OK: cannot decode response: "
	const page = "<!DOCTYPE html><html><title>Log in</title>canary</html>"
	const name = `{"Name":"a"}`

	add(callMe, "nothing", json, "", outcome{text: me + "the response has no body"})
	add(callMe, "white space", json, " \r\n\t", outcome{text: me + "the response has no body"})
	add(callMe, "only a mark", json, "\ufeff", outcome{text: me + "the response has no body"})
	add(callMe, "null", json, "null", outcome{text: me + "the response is null"})
	add(callMe, "null with white space", json, " null\n", outcome{text: me + "the response is null"})
	add(callMe, "an empty object", json, "{}", outcome{})
	add(callMe, "a mark", json, "\ufeff"+name, outcome{value: "a"})
	add(callMe, "a string", json, `"a"`, outcome{says: me})
	add(callMe, "a list", json, `[]`, outcome{says: me})
	add(callMe, "true", json, `true`, outcome{says: me})
	add(callMe, "a wrong type", json, `{"Id":"seven"}`, outcome{says: me})
	add(callMe, "a wrong type at depth", json, `{"Organizations":[{"Id":1},{"Id":[2]}]}`, outcome{says: me})
	add(callMe, "a fraction for an id", json, `{"Id":1.5}`, outcome{says: me})
	add(callMe, "a number beyond all bounds", json, `{"Id":1e999999999}`, outcome{says: me})
	add(callMe, "a number beyond all bounds where it is not read", json, `{"Name":"a","Other":1e999999999}`, outcome{value: "a"})
	add(callMe, "duplicate fields", json, `{"Name":"b","Name":"a"}`, outcome{says: me + "/Name: a field that comes twice"})
	add(callMe, "half a surrogate", json, `{"Name":"a\ud800"}`, outcome{says: me + "/Name: a string that is not valid UTF-8"})
	add(callMe, "invalid UTF-8", json, "{\"Name\":\"a\xff\"}", outcome{says: me + "/Name: a string that is not valid UTF-8"})
	add(callMe, "deep", json, `{"Deep":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+`}`, outcome{says: me})
	for _, end := range []int{1, 2, 6, 7, 8, 9, 10, 11} {
		add(callMe, fmt.Sprintf("cut after %d bytes", end), json, name[:end], outcome{says: me})
	}
	add(callMe, "trailing data", json, name+"canary", outcome{says: me})
	add(callMe, "two objects", json, name+name, outcome{says: me})
	add(callMe, "a comment", json, "/* */"+name, outcome{says: me})
	add(callMe, "a login page", "text/html; charset=utf-8", page, outcome{text: me + "the response is text/html, not JSON"})
	add(callMe, "a login page that says it is JSON", json, page, outcome{text: me + "the response is HTML, not JSON"})
	add(callMe, "a login page of no type", "", "\r\n"+page, outcome{text: me + "the response is HTML, not JSON"})
	add(callMe, "plain text", "text/plain", "canary", outcome{text: me + "the response is text/plain, not JSON"})
	add(callMe, "XML", "application/xml", "<Me/>", outcome{text: me + "the response is application/xml, not JSON"})
	add(callMe, "an odd type", "x/y\tz", "canary", outcome{text: me + "the response is x/y z, not JSON"})
	add(callMe, "a long type", "x/"+strings.Repeat("y", 4000), "canary", outcome{text: me + "the response is x/" + strings.Repeat("y", maxMessage-2) + "…, not JSON"})
	add(callMe, "UTF-16", json, stub.UTF16(name, 0, 8), outcome{says: me})
	add(callMe, "an unknown charset", json+"; charset=canary", name, outcome{says: me + `the charset of the response is "canary"`})
	add(callMe, "a failure", json, `{"Success":false,"Message":"no","Name":null}`,
		outcome{is: []error{call.ErrReportedFailure}, message: "no", text: "GET /me: 200 OK: no; the response reports a failure (Success)"})
	add(callSet, "a failure of a command", json, `{"Success":false,"Message":"no"}`,
		outcome{is: []error{call.ErrReportedFailure}, message: "no", text: "PUT /{organizationName}/articles/{id}/translations: 200 OK: no; the response reports a failure (Success)"})
	add(callMe, "too large", json, `{"Name":"`+strings.Repeat("x", 100)+`"}`,
		outcome{is: []error{call.ErrTooLarge}, partial: true, text: me + "response too large: more than 100 bytes"}, xsale.WithMaxResponseBytes(100))
	add(callMe, "as large as it may be", json, `{"Name":"a"}`, outcome{value: "a"}, xsale.WithMaxResponseBytes(12))

	add(callCreate, "nothing for a create", json, "", outcome{value: "0"})
	add(callCreate, "null for a create", json, "null", outcome{value: "0"})
	add(callCreate, "a mark for a create", json, "\ufeff{\"Id\":7}", outcome{value: "7"})
	add(callCreate, "only a mark for a create", json, "\ufeff", outcome{value: "0"})
	add(callCreate, "HTML for a create", "text/html", page, outcome{value: "0", is: []error{call.ErrMaybeProcessed}, text: "POST /{organizationName}/orders: 200 OK: cannot decode response: the response is text/html, not JSON; the request may have been processed"})

	add(callList, "nothing for a list", json, "", outcome{value: "[]", text: list + "the response has no body"})
	add(callList, "null for a list", json, "null", outcome{value: "[]"})
	add(callList, "an object without a list", json, "{}", outcome{value: "[]", says: list})
	add(callList, "a mark for a list", json, "\ufeff[{\"Id\":1}]", outcome{value: "[1]"})
	add(callList, "HTML for a list", "text/html", page, outcome{value: "[]", text: list + "the response is text/html, not JSON"})
	add(callList, "HTML for a list that says it is JSON", json, page, outcome{value: "[]", text: list + "the response is HTML, not JSON"})
	add(callList, "plain text for a list", "text/plain", "canary", outcome{value: "[]", text: list + "the response is text/plain, not JSON"})
	add(callList, "a list that is cut", json, `[{"Id":1},{"Id":2},{"Id`, outcome{value: "[1 2]", says: list})
	add(callList, "a list that is cut between elements", json, `[{"Id":1},`, outcome{value: "[1]", says: list})
	add(callList, "a list with a wrong element", json, `[{"Id":1},{"Id":{}},{"Id":3}]`, outcome{value: "[1]", says: list + "element 1: /1/Id: want an integer", body: `{"Id":{}}`})
	add(callList, "a list and trailing data", json, `[{"Id":1}]canary`, outcome{value: "[1]", says: list})
	add(callList, "a deep list", json, strings.Repeat("[", 20_000), outcome{value: "[]", says: list, partial: true})
	add(callList, "an element that is too large", json, `[{"Id":1},{"Id":2,"Name":"`+strings.Repeat("x", 8192)+`"}]`,
		outcome{value: "[1]", is: []error{call.ErrTooLarge}, partial: true, says: "response too large: an element of more than 4096 bytes"}, xsale.WithMaxResponseBytes(4096))

	add(callSet, "a web page for a command", json, page, outcome{text: "PUT /{organizationName}/articles/{id}/translations: 200 OK: cannot decode response: the response is HTML, not of the API"})
	for _, body := range []string{"", "null", "canary", "{"} {
		add(callSet, "a command is content with "+body, json, body, outcome{})
		add(callRaw, "a raw call returns "+body, json, body, outcome{value: body})
	}
	add(callDecode, "a mark for Decode", json, "\ufeff"+name, outcome{value: "a"})

	const fetch = "GET /things/{id}: 200 OK: cannot decode response: "
	add(callFetch, "a generated call", json, name, outcome{value: "a"})
	add(callFetch, "a mark for a generated call", json, "\ufeff"+name, outcome{value: "a"})
	add(callFetch, "nothing for a generated call", json, "", outcome{text: fetch + "the response has no body"})
	add(callFetch, "null for a generated call", json, "null", outcome{text: fetch + "the response is null"})
	add(callFetch, "HTML for a generated call", "text/html", page, outcome{text: fetch + "the response is text/html, not JSON"})
	add(callFetch, "half for a generated call", json, `{"Name":`, outcome{says: fetch})

	for i := range cases {
		if want := &cases[i].want; len(want.body) > maxErrorBody {
			want.body, want.truncated = want.body[:maxErrorBody], true
		}
	}
	testHostile(t, cases)
}

// The error of Decode names no call, but has its sentinel.
func TestHostileDecode(t *testing.T) {
	var cases []hostileCase
	for name, body := range map[string]string{"nothing": "", "HTML": "<html>", "half": `{"Name":`, "a list": "[]"} {
		cases = append(cases, hostileCase{name: name, serve: reply(200, "", body), call: callDecode, want: outcome{is: []error{call.ErrDecode}, says: "cannot decode response: "}})
	}
	testHostile(t, cases)
}
