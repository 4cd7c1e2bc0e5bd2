package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

// Each documented exit code is that of a real command.
func TestEachExitCodeHappens(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	failing := func(operation string, fault xsaletest.Fault) func(*testing.T, *xsaletest.Sandbox) {
		return func(t *testing.T, sandbox *xsaletest.Sandbox) {
			if err := sandbox.Fail(operation, fault.Always()); err != nil {
				t.Fatal(err)
			}
		}
	}
	none := func(*testing.T, *xsaletest.Sandbox) {}
	database := filepath.Join(t.TempDir(), "flow.db")
	cases := map[int]struct {
		ctx       context.Context
		prepare   func(*testing.T, *xsaletest.Sandbox)
		arguments []string
	}{
		exitOK:     {t.Context(), none, []string{"me"}},
		exitFailed: {t.Context(), none, []string{"orders", "parked"}},
		exitUsage:  {t.Context(), none, []string{"me", "x"}},
		exitLogin: {t.Context(), func(t *testing.T, _ *xsaletest.Sandbox) {
			t.Setenv("XSALE_PASSWORD", "wrong")
		}, []string{"me"}},
		exitRejected:       {t.Context(), none, []string{"statuses", "list", "--organization", "other"}},
		exitRateLimited:    {t.Context(), failing("listStatuses", xsaletest.RetryAfter(time.Hour)), []string{"statuses", "list"}},
		exitUnavailable:    {t.Context(), failing("listStatuses", xsaletest.Status(http.StatusNotImplemented)), []string{"statuses", "list"}},
		exitMaybeProcessed: {t.Context(), failing("createOrder", xsaletest.Cut(xsaletest.BeforeResponse).Processed()), []string{"orders", "create", "-f", "-"}},
		exitLater:          {t.Context(), none, []string{"orders", "pull", "--any-status", "--exec", "exit 75", "--database", database}},
		exitInterrupted:    {stopped, none, []string{"me"}},
	}
	for _, code := range exitCodes {
		t.Run(code.Meaning, func(t *testing.T) {
			test, ok := cases[code.Code]
			if !ok && code.Code != exitBrokenPipe {
				t.Fatalf("no command that exits with %d", code.Code)
			}
			sandbox := useSandbox(t, xsaletest.WithOrders(1))
			if code.Code == exitBrokenPipe {
				reader, writer, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				reader.Close()
				defer writer.Close()
				if got := run(t.Context(), []string{"me"}, strings.NewReader(""), writer, io.Discard); got != code.Code {
					t.Errorf("exit code %d", got)
				}
				return
			}
			test.prepare(t, sandbox)
			if r := executeContext(test.ctx, orderJSON, test.arguments...); r.code != code.Code {
				t.Errorf("exit code %d, want %d: %s", r.code, code.Code, r.stderr)
			}
		})
	}
}

// A create that was sent is what matters, also after Ctrl-C.
func TestInterruptedCreateMayHaveBeenProcessed(t *testing.T) {
	sandbox := useSandbox(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if err := sandbox.Fail("createOrder", xsaletest.Delay(time.Hour)); err != nil {
		t.Fatal(err)
	}
	done := make(chan result)
	go func() { done <- executeContext(ctx, orderJSON, "orders", "create", "-f", "-") }()
	for len(sandbox.Requests("createOrder")) == 0 {
		select {
		case r := <-done:
			t.Fatalf("it ended early: %+v", r)
		default:
			runtime.Gosched()
		}
	}
	stop()
	if r := <-done; r.code != exitMaybeProcessed {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}

// Users do not know Go's errors.
func TestReportCutsWordsOfGo(t *testing.T) {
	for err, want := range map[error]string{
		fmt.Errorf("%w: nobody logged in within 1s", context.DeadlineExceeded): "xsale: nobody logged in within 1s\n",
		context.DeadlineExceeded: "xsale: context deadline exceeded\n",
	} {
		var stderr strings.Builder
		report(&stderr, err)
		if got := stderr.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
