package xsaletest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

// Each fault is read as it was written.
func TestFaultsInJSON(t *testing.T) {
	date := time.Date(2025, time.March, 31, 12, 0, 0, 0, time.UTC)
	for want, fault := range map[string]xsaletest.Fault{
		`null`:                            {},
		`{"fault":"status","status":503}`: xsaletest.Status(503),
		`{"fault":"status","status":503,"body":""}`:                                 xsaletest.Status(503, ""),
		`{"fault":"status","status":503,"body":"down"}`:                             xsaletest.Status(503, "down"),
		`{"fault":"status","status":503,"body":"\"down\""}`:                         xsaletest.Status(503, `"down"`),
		`{"fault":"status","status":503,"body":{"Total":1.50}}`:                     xsaletest.Status(503, `{"Total":1.50}`),
		`{"fault":"status","status":503,"headers":{"Retry-After":"2","X-Test":""}}`: xsaletest.Status(503).WithHeader("Retry-After", "2").WithHeader("X-Test", ""),
		`{"fault":"retryAfter","seconds":0}`:                                        xsaletest.RetryAfter(0),
		`{"fault":"retryAfter","seconds":2,"processed":true}`:                       xsaletest.RetryAfter(2 * time.Second).Processed(),
		`{"fault":"retryAt","date":"2025-03-31T12:00:00Z"}`:                         xsaletest.RetryAt(date),
		`{"fault":"delay","seconds":0.25,"always":true}`:                            xsaletest.Delay(250 * time.Millisecond).Always(),
		`{"fault":"cut","at":"beforeResponse"}`:                                     xsaletest.Cut(xsaletest.BeforeResponse),
		`{"fault":"cut","at":"afterHeaders","chunked":true}`:                        xsaletest.Cut(xsaletest.AfterHeaders).Chunked(),
		`{"fault":"cut","at":"inBody","times":3}`:                                   xsaletest.Cut(xsaletest.InBody).Times(3),
		`{"fault":"truncated"}`:                                                     xsaletest.Truncated(),
		`{"fault":"garbage"}`:                                                       xsaletest.Garbage(),
		`{"fault":"trickle","seconds":0.001,"bytes":7}`:                             xsaletest.Trickle(7, time.Millisecond),
		`{"fault":"revokedToken"}`:                                                  xsaletest.RevokedToken(),
		`{"fault":"expiredIDToken"}`:                                                xsaletest.ExpiredIDToken(),
		`{"fault":"blockedAccount"}`:                                                xsaletest.BlockedAccount(),
		`{"fault":"changedSigningKey"}`:                                             xsaletest.ChangedSigningKey(),
	} {
		encoded, err := json.Marshal(fault)
		if err != nil || string(encoded) != want {
			t.Errorf("%v: got %s, want %s, %v", fault, encoded, want, err)
		}
		if fault.IsZero() {
			continue
		}
		var read xsaletest.Fault
		if err := json.Unmarshal(encoded, &read); err != nil || read != fault {
			t.Errorf("%s: got %v, want %v, %v", encoded, read, fault, err)
		}
	}
}

func TestInvalidFaultsInJSON(t *testing.T) {
	for fault, says := range map[string]string{
		`[]`: "want an object",
		`{"fault":"status","status":503,"status ":1}`: `status : the fault status has no such field`,
		`{"fault":"Status","status":503}`:             "fault: want one of blockedAccount, changedSigningKey",
		`{"fault":"trickle","bytes":1}`:               "seconds: is missing in the fault trickle",
		`{"fault":"status","status":"503"}`:           "status: does not take a string",
		`{"fault":"delay","seconds":1e10}`:            "seconds: want at most 1e+09",
		`{"fault":"retryAt","date":"2025-03-31"}`:     "date: want a date such as 2025-03-31T12:00:00Z",
		`{"fault":"cut","at":"inbody"}`:               "at: want one of beforeResponse, afterHeaders, inBody",
		`{"fault":"garbage","times":0}`:               "times: want 1 or more",
	} {
		read := xsaletest.Garbage()
		if err := json.Unmarshal([]byte(fault), &read); err == nil || !strings.HasPrefix(err.Error(), says) || read != xsaletest.Garbage() {
			t.Errorf("%s: %v, %v", fault, err, read)
		}
	}
}

// An empty body is a body.
func TestStatusWithAnEmptyBody(t *testing.T) {
	sandbox := xsaletest.New(t)
	sandbox.Fail("getMe", xsaletest.Status(503, ""))
	if reply := send(t, sandbox, http.MethodGet, "/me", "", nil); reply.status != 503 || reply.body != "" || reply.header.Get("Content-Type") != "" {
		t.Errorf("%+v", reply)
	}
}
