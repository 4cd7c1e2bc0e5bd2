package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/conformance/reflected"
	"github.com/xsale-go/xsale/xsaletest"
)

// In a run at debug level, every part of requests and responses contains canaries. The log has a
// line for each call and attempt and no canary, events have none where documented, and errors no
// secret.
func TestLogHoldsNoCanary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newCanaryRun(t, nil)
		for _, invoke := range canaryCalls {
			from := r.log.Len()
			r.respondWith(invoke.responses)
			if invoke.login != nil {
				r.sandbox.Fail(xsaletest.Login, invoke.login...)
			}
			err := invoke.call(t.Context(), r)
			r.logError(err)
			if left := r.respondWith(nil); left > 0 {
				t.Errorf("%s: %d responses were left over", invoke.name, left)
			}
			if problem := checkLines(r.log.String()[from:], invoke.logged); problem != "" {
				t.Errorf("%s: %s; the call ended with: %v", invoke.name, problem, err)
			}
		}

		secrets := append(slices.Clone(canarySecrets), r.allTokens()...)
		all := append(slices.Clone(canaryTexts), secrets...)
		for _, said := range []struct {
			name, text string
			canaries   []string
		}{
			{"the log", r.log.String(), all},
			{"events", r.events.String(), all},
			{"errors", r.errors.String(), secrets},
			{"values", printedValues(r), secrets},
		} {
			if found := findCanary(said.text, said.canaries); found != "" {
				t.Errorf("%s: found %s", said.name, found)
			}
			if len(said.text) < 1000 {
				t.Errorf("%s: there is nothing to look at: %s", said.name, said.text)
			}
		}
		for _, line := range []string{"xsale token changed", "xsale login failed", "xsale token store failed", "a call failed", "xsale retry"} {
			if !strings.Contains(r.log.String(), `"msg":"`+line) {
				t.Errorf("no log line %q", line)
			}
		}
		for _, said := range []string{canaryEmail, canaryResponse, "[redacted]"} { // or the responses had not arrived
			if !strings.Contains(r.errors.String(), said) {
				t.Errorf("no error says %s", said)
			}
		}
	})
}

// checkLines returns what is wrong with the log of a call: it has a line for each request and one
// for the call.
func checkLines(log, want string) string {
	requests, attempts, got := 0, 0, ""
	var inAttempts time.Duration
	for line := range strings.Lines(log) {
		var entry struct {
			Msg, Operation, Method, Error string
			Status, Attempt, Attempts     int
			Duration                      *time.Duration
			RequestBytes                  *int `json:"request_bytes"`
			ResponseBytes                 *int `json:"response_bytes"`
		}
		if !strings.Contains(line, `"msg":"xsale `) {
			continue
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			return err.Error()
		}
		if entry.Msg != "xsale request" && entry.Msg != "xsale call" {
			continue
		}
		if entry.Duration == nil || entry.RequestBytes == nil || entry.ResponseBytes == nil {
			return "a line lacks a duration or a size: " + line
		}
		if entry.Msg == "xsale request" {
			requests++
			inAttempts += *entry.Duration
			if entry.Attempt != requests {
				return "the attempts are not counted: " + line
			}
			continue
		}
		if entry.Error == "" {
			entry.Error = "-"
		}
		attempts = entry.Attempts
		got += fmt.Sprintf("%s %s %d %s %d", entry.Operation, entry.Method, entry.Status, entry.Error, entry.Attempts)
		if *entry.Duration < inAttempts || attempts > 0 && inAttempts == 0 {
			return fmt.Sprintf("the call took less than its attempts, %v: %s", inAttempts, line)
		}
	}
	if got != want {
		return fmt.Sprintf("logged %q, not %q", got, want)
	}
	if requests != attempts {
		return fmt.Sprintf("%d attempts but %d lines of requests", attempts, requests)
	}
	return ""
}

// printedValues are the values that a program may print.
func printedValues(r *canaryRun) string {
	token, err := r.client.TokenSource().Token(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait() // nothing may change what is printed
	var printed strings.Builder
	for _, value := range []any{
		r.client, *r.client, r.client.TokenSource(), r.client.Doer(), r.shop, *r.shop, r.shop.Orders, *r.shop.Orders, r.sandbox.Credentials(), new(r.sandbox.Credentials()),
		r.sandbox.Options(), xsale.WithCredentials(r.sandbox.Credentials()), xsale.WithTokenSource(r.client.TokenSource()), token, *token, r.sample, *r.sample,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			fmt.Fprintf(&printed, verb+"\n", value)
		}
		printed.WriteString(reflected.Print(value))
		r.logger.Info("a value", "value", value)
	}
	return printed.String()
}

// leakyTransport logs whole requests.
type leakyTransport struct {
	next http.RoundTripper
	leak func(*http.Request)
}

func (l *leakyTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	l.leak(request)
	return l.next.RoundTrip(request)
}

// The run fails if the log leaks.
func TestCanaryRunNoticesLeaks(t *testing.T) {
	for name, leak := range map[string]func(*canaryRun, *http.Request) any{
		"body": func(r *canaryRun, request *http.Request) any {
			body, err := request.GetBody()
			if err != nil {
				r.t.Fatal(err)
			}
			defer body.Close()
			text := make([]byte, request.ContentLength)
			if _, err := body.Read(text); err != nil {
				r.t.Fatal(err)
			}
			return text
		},
		"headers":  func(_ *canaryRun, request *http.Request) any { return request.Header["X-Canary"] },
		"tokens":   func(_ *canaryRun, request *http.Request) any { return request.Header["Authorization"] },
		"ID token": func(_ *canaryRun, request *http.Request) any { return request.Header["X-Id-Token"] },
		"path":     func(_ *canaryRun, request *http.Request) any { return request.URL.Path },
		"query":    func(_ *canaryRun, request *http.Request) any { return request.URL.RawQuery },
		"account":  func(*canaryRun, *http.Request) any { return fmt.Errorf("not logged in as %s", xsaletest.Username) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newCanaryRun(t, func(r *canaryRun, next http.RoundTripper) http.RoundTripper {
					return &leakyTransport{next, func(request *http.Request) {
						if strings.HasPrefix(request.URL.Path, "/contractors") {
							r.logger.Debug("sending", "value", leak(r, request))
						}
					}}
				})
				callPath(t.Context(), r)
				if findCanary(r.log.String(), append(append(slices.Clone(canaryTexts), canarySecrets...), r.allTokens()...)) == "" {
					t.Errorf("not found in %s", r.log.String())
				}
			})
		})
	}
}
