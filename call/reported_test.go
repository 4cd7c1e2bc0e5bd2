package call_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// successes are bodies with 2xx. The result is what a success may be decoded into.
var successes = []struct {
	name, body, contentType string
	failure                 bool   // for a create, which returns an Id
	commandToo              bool   // whether it is the same for a command, which returns nothing
	message                 string // of the failure
}{
	{"Success false", `{"Success":false,"Message":"no such offer"}`, "", true, true, "no such offer"},
	{"camelCase", `{"success":false,"message":"no such offer"}`, "", true, true, "no such offer"},
	{"snake_case", `{"is_success":false,"message":"no"}`, "", true, true, "no"},
	{"a wrapper", `{"Data":null,"IsSuccess":false,"ErrorMessages":["Oferta 501 nie istnieje"]}`, "", true, true, "Oferta 501 nie istnieje"},
	{"Succeeded of Identity", `{"Succeeded":false,"Errors":[{"Code":"E1","Description":"no"}]}`, "", true, true, ""},
	{"a zero Id", `{"Id":0,"IsSuccessful":false}`, "", true, true, ""},
	{"a null Id", `{"Id":null,"HasErrors":true}`, "", true, true, ""},
	{"IsError", `{"IsError":true,"Message":"no"}`, "", true, true, "no"},
	{"IsFailed", `{"isFailed":true,"reason":"no"}`, "", true, true, "no"},
	{"ServiceStack", `{"ResponseStatus":{"ErrorCode":"E1","Message":"no"}}`, "", true, true, "no"},
	{"an error", `{"error":{"code":17,"message":"no"}}`, "", true, true, "no"},
	{"an error as a string", `{"error":"no"}`, "", true, true, "no"},
	{"ABP", `{"result":null,"success":false,"error":{"code":0,"message":"no","details":null,"validationErrors":null},"__abp":true}`, "", true, true, "no"},
	{"errors", `{"Errors":["no"]}`, "", true, true, ""},
	{"problem details", `{"title":"no","status":400}`, "", true, true, "no"},
	{"problem details of no status", `{"title":"no"}`, "application/problem+json", true, true, "no"},
	{"statusCode", `{"statusCode":503,"message":"no"}`, "", true, true, "no"},
	{"with a mark", "\xef\xbb\xbf" + ` {"Success" : false} `, "", true, true, ""},

	{"a created object", `{"Id":7}`, "", false, true, ""},
	{"a created object with Success false", `{"Id":7,"Success":false}`, "", false, false, ""},
	{"a created object with Errors", `{"Id":7,"Errors":["a warning"]}`, "", false, false, ""},
	{"Success true", `{"Success":true,"Errors":["a warning"]}`, "", false, true, ""},
	{"Success null", `{"Success":null}`, "", false, true, ""},
	{"no errors", `{"Errors":[],"ErrorMessage":"","error":null,"HasErrors":false}`, "", false, true, ""},
	{"an empty ResponseStatus", `{"ResponseStatus":{}}`, "", false, true, ""},
	{"a status of an order", `{"Status":404,"Lines":[]}`, "", false, true, ""},
	{"a status of an order as text", `{"Status":"Error","Title":"a shirt"}`, "", false, true, ""},
	{"further down", `{"Order":{"Success":false}}`, "", false, true, ""},
	{"only a word", `{"Comment":"Success false"}`, "", false, true, ""},
	{"an empty object", `{}`, "", false, true, ""},
	{"in capitals", `{"SUCCESS":false,"MESSAGE":"no"}`, "", true, true, "no"},
	{"not ok", `{"Ok":false,"Message":"no"}`, "", true, true, "no"},
	{"an error with a detail", `{"Id":0,"error":{"detail":"no"}}`, "", true, true, "no"},
	{"in data", `{"Data":{"IsSuccess":false,"Message":"no"}}`, "", true, true, "no"},
	{"in d", `{"d":{"success":false}}`, "", true, true, ""},
	{"in result, next to an Id", `{"Result":{"success":false},"Id":7}`, "", false, false, ""},
	{"JSend error", `{"status":"error","message":"no"}`, "", true, true, "no"},
	{"JSend fail", `{"status":"fail","data":{"title":"no"}}`, "", true, true, "no"},
	{"JSend success", `{"status":"success","data":{"title":"fail"}}`, "", false, true, ""},
	{"ok with warnings", `{"ok":true,"Errors":["a warning"]}`, "", false, true, ""},
	{"empty lists in Errors", `{"Errors":{"Items":[],"Count":0}}`, "", false, true, ""},
	{"a null in Errors", `{"Errors":[null,"",{}]}`, "", false, true, ""},
	{"an error that says OK", `{"Error":"OK","ErrorCode":"0","ErrorMessage":"None"}`, "", false, true, ""},
}

func TestReportedFailures(t *testing.T) {
	for _, test := range successes {
		contentType := test.contentType
		if contentType == "" {
			contentType = "application/json"
		}
		forEachDoer(t, always(200, test.body, "Content-Type", contentType, "X-Request-Id", "r-1"), func(t *testing.T, doer call.Doer) {
			// Only an explicit sign says that nothing was processed.
			certain := contentType == "application/problem+json" || regexp.MustCompile(`(?i)(succe\w*|ok|is_?valid)"\s*:\s*"?false`).MatchString(test.body)
			check := func(way string, want bool, err error) {
				t.Helper()
				e, _ := errors.AsType[*call.Error](err)
				switch {
				case !want && err != nil:
					t.Errorf("%s, %s: got %v", test.name, way, err)
				case want && (!errors.Is(err, call.ErrReportedFailure) || e == nil):
					t.Errorf("%s, %s: got %v", test.name, way, err)
				case want && (e.StatusCode != 200 || e.Message != test.message || e.MaybeProcessed == certain || errors.Is(err, call.ErrDecode) || string(e.Body) != test.body || e.RequestID != "r-1"):
					t.Errorf("%s, %s: got %#v", test.name, way, e)
				}
			}
			create := call.Operation{ID: "createOrder", Method: "POST", Route: "/orders", MayBeEmpty: true}
			_, err := call.Fetch[gen.Created](t.Context(), create, nil, through(doer, "POST"))
			check("Fetch", test.failure, err)
			if test.commandToo {
				check("Execute", test.failure, call.Execute(t.Context(), create, nil, through(doer, "POST")))
			}
			if _, err := call.Fetch[call.Response](t.Context(), create, nil, through(doer, "POST")); err != nil {
				t.Errorf("%s: a raw call fails with %v", test.name, err)
			}
		})
	}
}

// Of an object that was read, a field named like an outcome may be a property.
func TestReportedFailureNextToWhatWasRead(t *testing.T) {
	for body, failure := range map[string]bool{
		`{"Id":7,"IsValid":false,"Message":"an order's note"}`: false,
		`{"Id":7,"IsValid":false,"Errors":["no price"]}`:       true,
		`{"Id":0,"IsValid":false}`:                             true,
	} {
		doer := newTestClient(t, always(200, body)).Doer()
		if _, err := call.Fetch[gen.Created](t.Context(), getThing, nil, through(doer, "GET")); errors.Is(err, call.ErrReportedFailure) != failure {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

// A type that declares the field, or has no declared fields, is for the caller to read.
func TestReportedFailuresLeaveDeclaredFieldsAlone(t *testing.T) {
	type result struct {
		Success bool
		Message string
	}
	doer := newTestClient(t, always(200, `{"Success":false,"Message":"no"}`)).Doer()
	if got, err := call.Fetch[result](t.Context(), getThing, nil, through(doer, "GET")); err != nil || got.Message != "no" {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := call.Fetch[map[string]any](t.Context(), getThing, nil, through(doer, "GET")); err != nil {
		t.Error(err)
	}
	text := newTestClient(t, always(200, `{"Success":false}`, "Content-Type", "text/plain")).Doer()
	if got, err := call.Fetch[string](t.Context(), getThing, nil, through(text, "GET")); err != nil || got != `{"Success":false}` {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := call.Fetch[any](t.Context(), getThing, nil, through(doer, "GET")); err != nil {
		t.Error(err)
	}
	if _, err := call.Fetch[[]result](t.Context(), getThing, nil, through(doer, "GET")); !errors.Is(err, call.ErrReportedFailure) {
		t.Errorf("an object instead of a list: %v", err)
	}
}

// Values of a Client and of a spec, for each call that reads a body.
func TestFailureSigns(t *testing.T) {
	for _, test := range []struct {
		body    string
		values  []any
		failure bool
	}{
		{`{"Id":7,"Outcome":"ERROR"}`, []any{"ERROR", 2}, true},
		{`{"Id":7,"outcome":2.0}`, []any{"ERROR", 2}, true},
		{`{"Id":7,"Outcome":"error"}`, []any{"ERROR", 2}, false},
		{`{"Id":7,"Outcome":"OK"}`, []any{"ERROR", 2}, false},
		{`{"Id":7}`, []any{"ERROR"}, false},
		{`{"Id":7,"Outcome":null}`, []any{nil}, true},
		{`{"Id":7,"Outcome":{"a":[1]}}`, []any{map[string]any{"a": []int{1}}}, true},
		{`{"Id":7,"Outcome":"any"}`, nil, true},
		{`{"Id":7,"Outcome":0.00}`, nil, false},
		{`{"Id":7,"Outcome":""}`, nil, false},
		{`{"Id":7,"Outcome":[]}`, nil, false},
		{`{"Id":7,"Outcome":{ }}`, nil, false},
		{`[{"Outcome":"ERROR"}]`, []any{"ERROR"}, false},
		{`not JSON`, []any{"ERROR"}, false},
	} {
		operation := call.Operation{Method: "GET", Route: "/x", FailureWhen: []call.FailureSign{{Field: "Outcome", Values: test.values}}}
		client := newTestClient(t, always(200, test.body), xsale.WithFailureWhen("Outcome", test.values...))
		plain := &http.Client{Transport: stub.RoundTripFunc(always(200, test.body))}
		for way, err := range map[string]error{
			"a raw call": func() error { _, err := client.Call(t.Context(), "GET", "/x", nil); return err }(),
			"the spec":   call.Execute(t.Context(), operation, nil, through(plain, "GET")),
			"the Client": call.Execute(t.Context(), getThing, nil, through(client.Doer(), "GET")),
		} {
			if errors.Is(err, call.ErrReportedFailure) != test.failure || err != nil && !test.failure {
				t.Errorf("%s, %s: got %v", test.body, way, err)
			}
		}
	}
}

// A reported failure is not retried, is seen by hooks, and says nothing about an attempt before it.
func TestReportedFailureOfACreate(t *testing.T) {
	sent := 0
	var class string
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		sent++
		return stub.Response(200, `{"Success":false,"Message":"no"}`), nil
	}, xsale.WithHooks(call.Hooks{CallDone: func(_ context.Context, event call.Event) { class = event.Class }}))
	_, err := call.Fetch[gen.Created](t.Context(), call.Operation{ID: "createOrder", Method: "POST", Route: "/{organizationName}/orders"}, nil, through(client.Doer(), "POST"))
	if want := "POST /{organizationName}/orders: 200 OK: no; the response reports a failure (Success)"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if sent != 1 || class != "reported" || errors.Is(err, call.ErrMaybeProcessed) {
		t.Errorf("sent %d times, class %q, %v", sent, class, err)
	}
}

// An id does not make up for a server that says no, and why. It may have created something.
func TestReportedFailureNextToAnId(t *testing.T) {
	for body, failure := range map[string]bool{
		`{"Id":7,"Success":false,"Message":"exists"}`:                                        true,
		`{"id":7,"isSuccess":"False","reason":"exists"}`:                                     true,
		`{"Id":7,"Ok":false,"Error":{"Code":5}}`:                                             true,
		`{"Id":7,"IsValid":false,"ErrorCode":"E1"}`:                                          true,
		`{"Id":7,"Data":{"Success":false,"Message":"of something else"}}`:                    false,
		`{"Id":7,"Success":false,"Message":""}`:                                              false,
		`{"Id":7,"Success":true,"Message":"created"}`:                                        false,
		`{"Id":7,"Succeeded":true,"Ok":false}`:                                               false,
		`{"Id":7,"Message":"exists"}`:                                                        false,
		`{"Id":7,"Success":false,"Message":"no","Log":"` + strings.Repeat("x", 1<<16) + `"}`: true,
	} {
		doer := newTestClient(t, always(200, body)).Doer()
		_, err := call.Fetch[gen.Created](t.Context(), call.Operation{Method: "POST", Route: "/x"}, nil, through(doer, "POST"))
		if errors.Is(err, call.ErrReportedFailure) != failure || errors.Is(err, call.ErrMaybeProcessed) != failure {
			t.Errorf("create, %.80s: got %v", body, err)
		}
	}
}

// An object in place of a list, and the fields next to an empty one, may report a failure.
func TestReportedFailuresOfLists(t *testing.T) {
	for _, test := range []struct {
		body    string
		count   int
		failure bool
	}{
		{`{"Success":false,"Message":"no","Errors":[]}`, 0, true},
		{`{"Success":false,"Message":"no","Items":[]}`, 0, true},
		{`{"Success":false,"Message":"no","Items":null}`, 0, true},
		{`{"error":{"code":"E1","message":"no"}}`, 0, true},
		{`{"Data":null,"IsSuccess":false,"ErrorMessages":["no"]}`, 0, true},
		{`{"title":"no","status":400}`, 0, true},
		{`{"Items":[{"Id":1,"Name":"a"}],"Success":false,"Message":"no"}`, 1, true},
		{`{"value":[{"Id":1}],"error":{"code":"500","message":"no"}}`, 1, true},
		{`{"Success":"false","Message":"no","data":[]}`, 0, true},
		{`{"Success":false,"Message":"no","Errors":[{"Id":3,"Message":"bad"}]}`, 0, true},
		{`{"Items":[{"Id":1,"Name":"a"}],"Outcome":"ERROR","Message":"no"}`, 1, true},
		{`{"Outcome":"ERROR","Message":"no","Items":[{"Id":1,"Name":"a"}]}`, 1, true},
		{`{"Items":[],"TotalCount":0,"Success":true}`, 0, false},
		{`[]`, 0, false},
		{`[{"Id":1,"Name":"a","Success":false}]`, 1, false},
	} {
		client := newTestClient(t, always(200, test.body), xsale.WithFailureWhen("Outcome", "ERROR"))
		statuses, err := call.Collect(client.Statuses.List(t.Context()))
		e, _ := errors.AsType[*call.Error](err)
		if errors.Is(err, call.ErrReportedFailure) != test.failure || err != nil && !test.failure || len(statuses) != test.count || test.failure && e.Message != "no" {
			t.Errorf("%s: %d statuses, %v", test.body, len(statuses), err)
		}
	}
}

// An attempt before the reported failure may have been processed.
func TestReportedFailureAfterALostAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				return stub.Response(503, ""), nil
			}
			return stub.Response(200, `{"Success":false}`), nil
		})
		_, err := call.Fetch[gen.Created](t.Context(), call.Operation{Method: "POST", Route: "/x"}, []call.Option{call.Idempotent(true)}, through(client.Doer(), "POST"))
		if !errors.Is(err, call.ErrReportedFailure) || !errors.Is(err, call.ErrMaybeProcessed) || sent != 2 {
			t.Errorf("%d requests: %v", sent, err)
		}
	})
}
