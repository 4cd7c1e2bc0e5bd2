package xsale

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestLogStepLogsByAllowList(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	next := doerFunc(func(*http.Request) (*http.Response, error) {
		return answer(200, "canary-body", "X-Canary", "canary-header"), nil
	})
	for _, state := range []*callState{{operation: listOrders}, {operation: operation{method: "GET", route: "/contractors/canary-path"}}} {
		log.Reset()
		request := newRequest(t, "GET", "/canary-path?nip=canary-query", "canary-request")
		request.Header.Set("Authorization", "Bearer canary-token")
		if _, err := (&logStep{next, logger}).Do(request.WithContext(withCallState(t.Context(), state))); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log.String(), "canary") {
			t.Errorf("the log holds what it must not: %s", log.String())
		}
		var entry map[string]any
		if err := json.Unmarshal(log.Bytes(), &entry); err != nil {
			t.Fatal(err)
		}
		allowed := []string{"time", "level", "msg", "operation", "method", "route", "attempt", "status", "bytes", "duration"}
		for name := range entry {
			if !slices.Contains(allowed, name) {
				t.Errorf("the log has %s", name)
			}
		}
		if entry["status"] != 200.0 || entry["attempt"] != 1.0 || entry["method"] != "GET" {
			t.Errorf("the log lacks what it should have: %s", log.String())
		}
	}
}

func TestLogStepCountsAttemptsWithoutLogging(t *testing.T) {
	state := &callState{}
	step := &logStep{&answers{script: []func() (*http.Response, error){status(200)}}, slog.New(slog.DiscardHandler)}
	for range 3 {
		if _, err := step.Do(newRequest(t, "GET", "/me", "").WithContext(withCallState(context.Background(), state))); err != nil {
			t.Fatal(err)
		}
	}
	if state.attempts != 3 {
		t.Errorf("%d attempts counted", state.attempts)
	}
}
