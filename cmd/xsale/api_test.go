package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/redact"
	"github.com/xsale-go/xsale/xsaletest"
)

// counter counts and discards.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func TestAPIResponsesOfAnySize(t *testing.T) {
	sandbox := useSandbox(t)
	const length = 65 << 20
	if err := sandbox.HandleFunc("GET /files/1", func(w http.ResponseWriter, _ *http.Request) {
		block := bytes.Repeat([]byte("x"), 1<<20)
		for range length / len(block) {
			w.Write(block)
		}
	}); err != nil {
		t.Fatal(err)
	}
	var out counter
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"api", "GET", "/files/1"}, strings.NewReader(""), &out, &stderr); code != exitOK || out != length {
		t.Errorf("exit code %d, %d bytes: %s", code, out, stderr.String())
	}
}

func TestAPIOutput(t *testing.T) {
	useSandbox(t)
	plain := execute(t, "", "api", "GET", "/{organizationName}/statuses").expect(t, exitOK)
	listed := execute(t, "", "statuses", "list", "-o", "ndjson").expect(t, exitOK)
	if r := execute(t, "", "api", "GET", "/{organizationName}/statuses", "-o", "ndjson").expect(t, exitOK); r.stdout != listed.stdout {
		t.Errorf("got %s", r.stdout)
	}
	if withoutSpace(plain.stdout)[0] != '[' {
		t.Errorf("got %s", plain.stdout)
	}
	execute(t, "", "api", "GET", "/{organizationName}/statuses", "--jq", ".[0].Name").expect(t, exitOK, "Nowe\n")
	execute(t, "", "api", "GET", "/{organizationName}/statuses", "--csv", "--columns", "Name").expect(t, exitOK, "Name\r\nNowe\r\n")
	execute(t, "", "api", "GET", "/{organizationName}/statuses", "-o", "table").expect(t, exitOK, "ID  NAME\n1   Nowe\n")
}

func TestAPIOfOtherMediaTypes(t *testing.T) {
	sandbox := useSandbox(t)
	if err := sandbox.Fail("getMe", xsaletest.Status(http.StatusOK, "a;b").WithHeader("Content-Type", "text/csv").Always()); err != nil {
		t.Fatal(err)
	}
	if r := execute(t, "", "api", "GET", "/me").expect(t, exitOK); r.stdout != "a;b" {
		t.Errorf("got %q", r.stdout)
	}
	execute(t, "", "api", "GET", "/me", "--jq", ".").expect(t, exitFailed, "the response is text/csv, not JSON: leave --jq out")
}

func TestInclude(t *testing.T) {
	sandbox := useSandbox(t)
	if err := sandbox.HandleFunc("GET /files/1", func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get("x-id-token")
		w.Header().Set("Set-Cookie", "canary=1")
		w.Header().Set("X-Session-Token", "canary")
		w.Header().Set("X-Echo", "got "+token)
		w.Header().Set("X-Count", "2")
		w.Header().Set("Content-Type", "application/json")
		if r.URL.RawQuery != "" {
			w.WriteHeader(http.StatusConflict)
		}
		io.WriteString(w, `{"Id":1}`)
	}); err != nil {
		t.Fatal(err)
	}
	for arguments, want := range map[string]string{
		"":               "HTTP/1.1 200 OK\r\n",
		"--jq .Id":       "HTTP/1.1 200 OK\r\n",
		"--query fail=1": "HTTP/1.1 409 Conflict\r\n",
	} {
		r := execute(t, "", append([]string{"api", "GET", "/files/1", "--include"}, strings.Fields(arguments)...)...)
		head, body, _ := strings.Cut(r.stdout, "\r\n\r\n")
		if !strings.HasPrefix(head, want) || !strings.Contains(head, "X-Count: 2\r\n") || strings.Count(head, redact.Mark) != 3 || strings.Contains(head, "canary") {
			t.Errorf("%s: exit code %d\n%s\n%s", arguments, r.code, r.stdout, r.stderr)
		}
		if body := strings.TrimSpace(body); body != `{"Id":1}` && body != "1" {
			t.Errorf("%s: body %q", arguments, body)
		}
	}
	execute(t, "", "me", "--include").expect(t, exitUsage, "unknown flag --include")
}
