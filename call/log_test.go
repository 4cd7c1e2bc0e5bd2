package call_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// Each log line has its attributes and nothing else. Every part of the call contains a canary.
func TestLogIsWrittenByAllowList(t *testing.T) {
	common := []string{"time", "level", "msg", "operation", "method", "route"}
	outcome := append(slices.Clone(common), "status", "error", "duration", "request_bytes", "response_bytes")
	allowed := map[string][]string{
		"xsale request": append(slices.Clone(outcome), "attempt"),
		"xsale retry":   append(slices.Clone(common), "attempt", "wait", "reason"),
		"xsale call":    append(slices.Clone(outcome), "attempts"),
	}
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		server := &stub.Responses{Script: []func() (*http.Response, error){
			func() (*http.Response, error) {
				return stub.Response(429, `{"message":"canary-answer"}`, "X-Canary", "canary-header", "Retry-After", "5", "Content-Type", "application/json"), nil
			},
			stub.Broken(fmt.Errorf("canary-connection")),
			func() (*http.Response, error) { return stub.Response(404, `{"message":"canary-answer"}`), nil },
		}}
		client := newTestClient(t, server.Do, xsale.WithLogger(logger))
		_, err := client.Call(t.Context(), "PUT", "/canary-path?nip=canary-query", []byte(`"canary-request"`), call.Header("X-Canary", "canary-header"), call.Query("a", "canary-query"))
		if err == nil {
			t.Fatal("no error")
		}
		var lines []string
		for line := range strings.Lines(log.String()) {
			var entry map[string]any
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatal(err)
			}
			message, _ := entry["msg"].(string)
			names := allowed[message]
			for _, name := range names {
				if _, ok := entry[name]; !ok {
					t.Errorf("%s lacks %s", message, name)
				}
			}
			if len(entry) != len(names) {
				t.Errorf("the log has more than is allowed: %s", line)
			}
			if entry["method"] != "PUT" || entry["route"] != "" {
				t.Errorf("the log is wrong: %s", line)
			}
			text := message
			for _, name := range []string{"attempt", "attempts", "status", "error", "reason", "request_bytes", "response_bytes"} {
				if value, ok := entry[name]; ok {
					text += fmt.Sprintf(" %s=%v", name, value)
				}
			}
			lines = append(lines, text)
		}
		for _, forbidden := range []string{"canary", "access-1", "id-1"} {
			if strings.Contains(log.String(), forbidden) {
				t.Errorf("the log contains %s: %s", forbidden, log.String())
			}
		}
		want := []string{
			"xsale request attempt=1 status=429 error=status request_bytes=16 response_bytes=27",
			"xsale retry attempt=2 reason=429",
			"xsale request attempt=2 status=0 error=connection request_bytes=16 response_bytes=-1",
			"xsale retry attempt=3 reason=connection",
			"xsale request attempt=3 status=404 error=status request_bytes=16 response_bytes=27",
			"xsale call attempts=3 status=404 error=status request_bytes=16 response_bytes=27",
		}
		if !slices.Equal(lines, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestLogNamesTheRouteOfAnOperation(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := newTestClient(t, always(200, `[]`), xsale.WithLogger(logger))
	if _, err := call.Collect(client.Organization("canary").Statuses.List(t.Context())); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "operation=listStatuses method=GET route=/{organizationName}/statuses status=200") || strings.Contains(log.String(), "canary") {
		t.Error(log.String())
	}
}

func TestLogIsQuietAboveDebug(t *testing.T) {
	var log bytes.Buffer
	client := newTestClient(t, always(404, ""), xsale.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	client.Me(t.Context())
	if log.Len() > 0 {
		t.Error(log.String())
	}
}
