package control_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/control"
)

// details are the problem details of a rejected request.
type details struct {
	Detail string
	Errors []struct{ Pointer, Detail string }
}

// Every rejection names the location and what to send instead, and has no effect.
func TestInvalidRequestsAreRejected(t *testing.T) {
	a := newAPI(t)
	for _, test := range []struct{ request, body, pointer, detail string }{
		{"POST faults", ``, "", "the body is missing"},
		{"POST faults", `[]`, "", "array, want object"},
		{"POST faults", "{\n\"operation\":getMe}", "", "invalid JSON at line 2, column 13"},
		{"POST faults", `{"operation":"getMe","faults":[]}`, "/faults", "at least 1"},
		{"POST faults", `{"faults":[{"fault":"garbage"}]}`, "/operation", "missing"},
		{"POST faults", `{"operation":"getMe","fault":[]}`, "/fault", "no field of this name"},
		{"POST faults", `{"operation":"getMee","faults":[{"fault":"garbage"}]}`, "/operation", "setTranslation, * for all, or oauth/token for requests for tokens"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"statuss"}]}`, "/faults/0/fault", `want one of "status", "retryAfter"`},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"status"}]}`, "/faults/0", "status: is missing in the fault status"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"status","status":999}]}`, "/faults/0/status", "at most 599"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"status","status":"503"}]}`, "/faults/0/status", "string, want integer"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"status","status":503,"Status":503}]}`, "/faults/0/Status", "no field of this name"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"garbage"},{"fault":"cut","at":"start"}]}`, "/faults/1/at", `"beforeResponse", "afterHeaders", "inBody"`},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"cut","at":"inBody","seconds":1}]}`, "/faults/0", "seconds: the fault cut has no such field"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"delay","seconds":0}]}`, "/faults/0", "delay(0s): the wait must be positive"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"delay","seconds":1e300}]}`, "/faults/0/seconds", "at most 1e+09"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"retryAfter","seconds":0.5}]}`, "/faults/0", "whole seconds"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"retryAt","date":"tomorrow"}]}`, "/faults/0", "date: want a date such as 2025-03-31T12:00:00Z"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"garbage","times":2,"always":true}]}`, "/faults/0", "times: want 1 or more, and not together with always"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"status","status":503,"headers":{"a b":"c"}}]}`, "/faults/0", "invalid header"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"status","status":503,"headers":{"content-length":"3"}}]}`, "/faults/0", "sets Content-Length"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"status","status":503,"headers":{"connection":"close"}}]}`, "/faults/0", "sets Connection"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"garbage"},{"fault":"status","status":503,"chunked":true}]}`, "/faults/1", "chunked is for cut(afterHeaders)"},
		{"POST faults", `{"operation":"getMe","faults":[{"fault":"garbage","always":true},{"fault":"garbage"}]}`, "/faults/1", "call DELETE /_sandbox/faults first"},
		{"POST faults", `{"operation":"setTranslation","faults":[{"fault":"garbage"}]}`, "/faults/0", "the operation returns no body"},
		{"DELETE faults?all=1", ``, "query all", "none of this name"},

		{"GET requests?after=x", ``, "query after", "string, want integer"},
		{"GET requests?after=9223372036854775808", ``, "query after", "at most"},
		{"GET requests?status=99999999999999999999", ``, "query status", "at most 599"},
		{"GET requests?limit=%zz", ``, "query", "percent-encoded"},
		{"GET requests?limit=1;status=2", ``, "query", "percent-encoded"},
		{"GET requests/wait?count=99999999999999999999", ``, "query count", "at most"},
		{"GET requests?limit=0", ``, "query limit", "at least 1"},
		{"GET requests?operations=getMe", ``, "query operations", "none of this name"},
		{"GET requests/wait?seconds=51", ``, "query seconds", "at most 50"},
		{"GET requests/wait?count=0", ``, "query count", "at least 1"},
		{"GET environment?format=yaml", ``, "query format", `want one of "json", "dotenv"`},

		{"PATCH settings", `{"accessTokenSeconds":0}`, "/accessTokenSeconds", "at least 1"},
		{"PATCH settings", `{"latency":{"seconds":1,"from":1}}`, "/latency", "want seconds alone, or from and to"},
		{"PATCH settings", `{"latency":{"from":2,"to":1}}`, "/latency", "must not be less than from"},
		{"PATCH settings", `{"latency":{"from":0,"to":1,"seed":18446744073709551616}}`, "/latency/seed", "at most"},
		{"PATCH settings", `{"latency":{"seconds":-1}}`, "/latency/seconds", "at least 0"},
		{"PATCH settings", `{"unknownFields":["listOrder"]}`, "/unknownFields", `no such operation "listOrder"`},
		{"PATCH settings", `{"unknownFields":1}`, "/unknownFields", "want one of boolean, array"},
		{"PATCH clock", `{}`, "", "want frozen, now or advanceSeconds"},
		{"PATCH clock", `{"now":"2025-03-31T12:00:00"}`, "/now", "want a date with its zone"},
		{"PATCH clock", `{"now":"9999-01-01T00:00:00Z"}`, "/now", "from 1970 to 9000"},
		{"PATCH clock", `{"advanceSeconds":1e10}`, "/advanceSeconds", "at most 1e+09"},
		{"PATCH clock", `{"frozen":"yes"}`, "/frozen", "string, want boolean"},

		{"PUT seed", `{"Orders":[{"Order":{"Id":"7"}}]}`, "/Orders/0/Order/Id", "string, want integer"},
		{"PUT seed", `{"Orders":[{"Order":{},"Status":"Unknown"}]}`, "/Orders/0/Status", "there is no such status"},
		{"PUT seed", `{"Orders":[{"Order":{"Id":1}},{"Order":{"Id":1}}]}`, "/Orders/1/Order/Id", "already used"},
		{"PUT seed", `{"Orders":[{"Id":1}]}`, "/Orders/0/Order", "missing"},
		{"PUT seed", `{"Statuses":[{"Id":0,"Name":"New"}]}`, "/Statuses/0/Id", "at least 1"},
		{"PUT seed", `{"Translations":{"desk":[]}}`, "/Translations", "want the id of an article"},
		{"PUT seed", `{"Orders":[{"Order":{"Id":9223372036854775807}}]}`, "/Orders/0/Order/Id", "at most 2^62"},
		{"PUT seed", `{"Organizations":[{"Id":1,"Name":"_sandbox"}]}`, "/Organizations/0/Name", "cannot begin a path"},
		{"PUT seed", `{"Order":[]}`, "/Order", "no field of this name"},

		{"POST orders", `{"order":{"Items":"none"}}`, "/Order/Items", "string, want array"},
		{"POST orders", `{"order":{},"organization":"other"}`, "/organization", `there is no organization "other": want one of Futuriti_`},
		{"GET orders/x", ``, "path id", "string, want integer"},
		{"PUT orders/1/status", `{"status":"Unknown"}`, "/status", "there is no such status"},

		{"POST handlers", `{"pattern":"GET /me"}`, "/pattern", "the spec already has it as getMe"},
		{"POST handlers", `{"pattern":"/x"}`, "/pattern", "want a method and a path"},
		{"POST handlers", `{"pattern":"GET /_sandbox/x"}`, "/pattern", "the sandbox itself serves it"},
		{"POST handlers", `{"pattern":"GET /x","status":204,"body":"x"}`, "/body", "leave it out"},
		{"POST handlers", `{"pattern":"GET /x","headers":{"Content-Length":"3"},"body":"abcdef"}`, "/headers", "sets Content-Length"},
		{"POST handlers", `{"pattern":"GET /x","headers":{"Connection":"upgrade"}}`, "/headers", "sets Connection"},
		{"POST handlers", `{"pattern":"GET /x","headers":{"X-Test":"a\nb"}}`, "/headers", "invalid header"},

		{"POST users/unblock", `{"username":"typo"}`, "/username", "want loremipsum@futuriti.pl, or another blocked user"},
		{"PUT seed", `{"Resources":{"/x":[]}}`, "/Resources", "--spec"},
		{"POST users/unblock", `{"user":"x"}`, "/username", "missing"},
	} {
		method, path, _ := strings.Cut(test.request, " ")
		reply := a.send(method, path, test.body)
		got := a.details(reply)
		described := slices.ContainsFunc(got.Errors, func(e struct{ Pointer, Detail string }) bool {
			return e.Pointer == test.pointer && strings.Contains(e.Detail, test.detail)
		})
		if reply.status != http.StatusBadRequest || !described && (test.pointer != "" || !strings.Contains(got.Detail, test.detail)) {
			t.Errorf("%s %s: %d %s", test.request, test.body, reply.status, reply.body)
		}
	}
	if faults := a.sandbox.Faults(); len(faults) > 0 {
		t.Errorf("faults %v", faults)
	}
	if status := a.call("GET", ":/orders", ""); status != 200 {
		t.Errorf("status %d", status)
	}
}

// details returns the problem details of a response.
func (a *api) details(reply reply) (got details) {
	a.Helper()
	if reply.header.Get("Content-Type") != "application/problem+json" {
		a.Errorf("%d %s", reply.status, reply.body)
	}
	if err := json.Unmarshal([]byte(reply.body), &got); err != nil {
		a.Errorf("%v: %s", err, reply.body)
	}
	return got
}

// A web page can send a body of another type without asking.
func TestBodiesMustBeJSON(t *testing.T) {
	a := newAPI(t)
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
		request, err := http.NewRequest(http.MethodPost, a.sandbox.URL()+"/_sandbox/faults", strings.NewReader(`{"operation":"getMe","faults":[{"fault":"garbage"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", contentType)
		if reply := a.do(request); reply.status != http.StatusBadRequest || !strings.Contains(reply.body, "application/json") {
			t.Errorf("%q: %d %s", contentType, reply.status, reply.body)
		}
	}
	if faults := a.sandbox.Faults(); len(faults) > 0 {
		t.Errorf("faults %v", faults)
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	a := newAPI(t)
	if reply := a.send("GET", "fault", ""); reply.status != http.StatusNotFound || !strings.Contains(a.details(reply).Detail, "openapi.json") {
		t.Errorf("%d %s", reply.status, reply.body)
	}
	if reply := a.send("PATCH", "faults", ""); reply.status != http.StatusMethodNotAllowed || reply.header.Get("Allow") != "DELETE, GET, POST" {
		t.Errorf("%d %v", reply.status, reply.header)
	}
}

func TestBodyIsBounded(t *testing.T) {
	a := newAPI(t)
	body := `{"operation":"` + strings.Repeat("x", 64<<20) + `"}`
	if reply := a.send("POST", "faults", body); reply.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %.100s", reply.status, reply.body)
	}
}

// Every operation of the spec is served, and none beyond it.
func TestOperationsAreThoseOfTheSpec(t *testing.T) {
	a := newAPI(t)
	for _, operation := range a.spec.Operations() {
		path := strings.TrimPrefix(strings.ReplaceAll(operation.Path, "{id}", "1"), "/_sandbox/")
		if reply := a.send(operation.Method, path+map[bool]string{true: "?seconds=0"}[strings.HasSuffix(path, "wait")], ""); reply.status >= 500 || reply.status == http.StatusNotFound {
			t.Errorf("%s: %d %s", operation.ID, reply.status, reply.body)
		}
	}
}

// No input makes the sandbox fail, and each response fits the spec.
func FuzzControl(f *testing.F) {
	f.Add("POST", "faults", `{"operation":"*","faults":[{"fault":"status","status":503,"body":{"a":1},"headers":{"Retry-After":"2"},"processed":true,"times":3}]}`)
	f.Add("POST", "faults", `{"operation":"oauth/token","faults":[{"fault":"trickle","bytes":1,"seconds":0.1,"chunked":true,"always":true}]}`)
	f.Add("PUT", "seed", `{"Organizations":[{"Id":1,"Name":"a"}],"Statuses":[{"Id":1,"Name":"b"}],"Orders":[{"Order":{"Id":1,"Items":[]},"Status":"b"}],"Translations":{"1":[{"LanguageId":1}]}}`)
	f.Add("PATCH", "settings", `{"accessTokenSeconds":1,"latency":{"from":0,"to":0.1,"seed":1},"unknownFields":["getMe"],"escapedStrings":true}`)
	f.Add("PATCH", "clock", `{"frozen":true,"now":"2025-03-31T12:00:00Z","advanceSeconds":-1}`)
	f.Add("POST", "handlers", `{"pattern":"GET /{a}/{b...}","status":299,"headers":{"Content-Length":"1"},"body":[null]}`)
	f.Add("POST", "orders", `{"Order":{"Id":9223372036854775807}}`)
	f.Add("GET", "requests?status=200&after=1&limit=2&path=%2f", "")
	f.Add("GET", "requests/wait?seconds=0&count=3", "")
	sandbox, err := xsaletest.Start(xsaletest.WithControl(control.New), xsaletest.WithOrders(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { sandbox.Close() })
	handler := control.New(sandbox)
	spec := loadSpec(f)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		request, err := http.NewRequestWithContext(t.Context(), method, sandbox.URL()+"/_sandbox/"+path, strings.NewReader(body))
		if err != nil || strings.Contains(path, "wait") && !strings.Contains(path, "seconds=0&") {
			t.Skip()
		}
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code >= 500 {
			t.Errorf("%d %s", recorder.Code, recorder.Body)
		}
		if call := spec.Call(request); call.Operation != nil {
			for _, finding := range call.CheckResponse(recorder.Code, recorder.Header(), recorder.Body.Bytes()) {
				t.Errorf("%v\n%s", finding, recorder.Body)
			}
		}
	})
}
