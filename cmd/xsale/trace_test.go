package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// archive is the part of an HTTP Archive that the tests read.
type archive struct {
	Log struct {
		Entries []struct {
			Request  struct{ Method, URL string }
			Response struct{ Status int }
		}
	}
}

func readArchive(t *testing.T, path string) (text string, requests []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var archive archive
	if err := json.Unmarshal(data, &archive); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	for _, entry := range archive.Log.Entries {
		requests = append(requests, entry.Request.Method+" "+entry.Request.URL[strings.LastIndexByte(entry.Request.URL, '/'):])
	}
	return string(data), requests
}

// A trace has every request, logins included, and nothing that is secret or personal, also if the
// command fails.
func TestTrace(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(3))
	path := filepath.Join(t.TempDir(), "trace.har")
	execute(t, "", "me", "--trace", path).expect(t, exitOK, "wrote "+path+"\n")
	text, requests := readArchive(t, path)
	if want := []string{"POST /token", "GET /me"}; !slices.Equal(requests, want) {
		t.Errorf("got %v, want %v", requests, want)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	canaries := []string{"loremipsum", "Lorem Ipsum", "canary", os.Getenv("XSALE_CLIENT_SECRET"), os.Getenv("XSALE_PASSWORD"), os.Getenv("XSALE_CLIENT_ID")}
	for _, header := range []string{"Authorization", "X-Id-Token"} {
		for _, request := range sandbox.Requests() {
			if value := strings.TrimPrefix(request.Header.Get(header), "Bearer "); value != "" {
				canaries = append(canaries, value)
			}
		}
	}
	for _, arguments := range [][]string{
		{"token", "refresh"}, {"orders", "list", "--status-name", "canary-status"}, {"api", "GET", "/canary-path/x", "--query", "q=canary"},
		{"articles", "translations", "set", "16519", "--language", "2", "--name", "canary-name"}, {"call", "listStatuses"},
	} {
		r := execute(t, "", append(arguments, "--trace", path)...)
		more, requests := readArchive(t, path)
		if text += more; len(requests) == 0 || !strings.Contains(r.stderr, "replaced "+path+"\n") {
			t.Errorf("%v: no requests: exit code %d, %s", arguments, r.code, r.stderr)
		}
	}
	for _, canary := range canaries {
		if canary == "" || strings.Contains(text, canary) {
			t.Errorf("the archives contain %q: %.300s", canary, text[max(0, strings.Index(text, canary)-200):])
		}
	}
}

// A file that is not an archive is not replaced, and a wrong flag replaces nothing.
func TestTraceKeepsFiles(t *testing.T) {
	useSandbox(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "orders.json")
	if err := os.WriteFile(path, []byte("[1]"), 0o600); err != nil {
		t.Fatal(err)
	}
	execute(t, "", "me", "--trace", path).expect(t, exitUsage, "it exists and is not a HAR file of xsale: name another file, or remove it")
	execute(t, "", "me", "--trace", dir).expect(t, exitUsage, "it is a directory: name a file in it")
	execute(t, "", "me", "--trace", filepath.Join(dir, "no", "x.har")).expect(t, exitUsage, "create it")
	har := filepath.Join(dir, "new.har")
	execute(t, "", "me", "--trace", har, "-o", "xml").expect(t, exitUsage)
	if _, err := os.Stat(har); err == nil {
		t.Error("a file after a wrong flag")
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "[1]" {
		t.Errorf("%s, %v", data, err)
	}
	execute(t, "", "token", "path", "--trace", har).expect(t, exitOK)
	if _, requests := readArchive(t, har); requests != nil {
		t.Errorf("got %v", requests)
	}
}
