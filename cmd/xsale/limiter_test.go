package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

// A command pauses after the 429 of the one before. When each started afresh, a loop of commands sent
// call after call.
func TestCommandsShareAPause(t *testing.T) {
	sandbox := useSandbox(t)
	sandbox.Fail(xsaletest.AnyOperation, xsaletest.RetryAfter(40*time.Second))
	execute(t, "", "me").expect(t, exitRateLimited)
	file := os.Getenv("XSALE_TOKEN_STORE") + ".limit"
	data, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(data), `"pausedUntil"`) || !strings.Contains(string(data), sandbox.URL()) {
		t.Fatalf("%s, %v", data, err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("limit file: %v, %v", info, err)
	}
	requests := len(sandbox.Requests())
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var output bytes.Buffer
	if code := run(ctx, []string{"me"}, strings.NewReader(""), &output, &output); code == exitOK || len(sandbox.Requests()) != requests {
		t.Errorf("the next command exits with %d and sends %d requests: %s", code, len(sandbox.Requests())-requests, output.String())
	}
	execute(t, "", "me", "--token-store", "memory").expect(t, exitOK) // shares nothing
}

// A command that cannot use the file goes on, and says so.
func TestCommandsGoOnWithoutTheLimitFile(t *testing.T) {
	useSandbox(t)
	store := filepath.Join(t.TempDir(), "tokens.json")
	if err := os.Mkdir(store+".limit", 0o700); err != nil {
		t.Fatal(err)
	}
	execute(t, "", "me", "--token-store", store).expect(t, exitOK, "xsale rate limit state failed", filepath.Base(store)+".limit")
}
