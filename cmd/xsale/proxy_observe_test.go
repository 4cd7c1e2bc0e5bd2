package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// What a caller does against the spec is in the log and in the SARIF file, without values.
func TestProxyChecks(t *testing.T) {
	useSandbox(t, xsaletest.WithInvalidRequests())
	path := filepath.Join(t.TempDir(), "findings.sarif")
	var stderr syncBuffer
	variables, stop := startProxy(t, &stderr, "--sarif", path)
	for range 2 {
		through(t, variables, http.MethodGet, "/me?page=canary", "")
		through(t, variables, http.MethodPost, "/"+xsaletest.Organization+"/orders", `{"IntegrationId":"canary"}`)
	}
	stop()
	for _, want := range []string{
		"finding: notice: getMe (GET /me), request at query page:",
		"finding: error: createOrder (POST /{organizationName}/orders), request at /IntegrationId: string, want integer",
		"calls: 4,",
	} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in\n%s", want, stderr.String())
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Level   string
				OccurrenceCount int
			}
		}
	}
	if err := json.Unmarshal(data, &report); err != nil || report.Version != "2.1.0" || len(report.Runs) != 1 {
		t.Fatalf("%v\n%s", err, data)
	}
	levels := map[string]int{}
	for _, result := range report.Runs[0].Results {
		levels[result.Level] += result.OccurrenceCount
	}
	if levels["note"] < 2 || levels["error"] < 2 || len(report.Runs[0].Tool.Driver.Rules) < 2 {
		t.Errorf("%v\n%s", levels, data)
	}
	if strings.Contains(stderr.String()+string(data), "canary") {
		t.Error("a finding has a value")
	}
}

// A recording of the proxy can be replayed.
func TestProxyRecords(t *testing.T) {
	useSandbox(t)
	dir := filepath.Join(t.TempDir(), "recording")
	variables, stop := startProxy(t, &syncBuffer{}, "--record", dir, "--spec", filepath.Join("..", "..", "openapi", "openapi.yaml"))
	through(t, variables, http.MethodGet, "/me", "")
	stop()
	replayer, err := traffic.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	if unused := replayer.Unused(); len(unused) != 1 || !strings.HasPrefix(unused[0], "getMe-") {
		t.Errorf("%q", unused)
	}
	execute(t, "", "proxy", "--spec", "x.yaml").expect(t, exitUsage, "--spec x.yaml: it is for --check")
	execute(t, "", "proxy", "--addr", "127.0.0.1:0", "--record", ".").expect(t, exitUsage, "contains files other than a recording")
}

// A body that is too long for a recording is downloaded once, and the error says what to do.
func TestProxyCannotRecord(t *testing.T) {
	sandbox := useSandbox(t)
	var downloads atomic.Int64
	big := func(w http.ResponseWriter, _ *http.Request) {
		downloads.Add(1)
		w.Write(make([]byte, 16<<20+1))
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if err := sandbox.HandleFunc(method+" /big", big); err != nil {
			t.Fatal(err)
		}
	}
	variables, stop := startProxy(t, &syncBuffer{}, "--record", filepath.Join(t.TempDir(), "recording"))
	defer stop()
	for method, remedy := range map[string]string{http.MethodGet: "without --record", http.MethodPost: "check whether the request was processed"} {
		downloads.Store(0)
		response, body := through(t, variables, method, "/big", "")
		var problem struct {
			Kind, Detail, Remedy string
			Attempts             int
		}
		if err := json.Unmarshal([]byte(body), &problem); err != nil || response.StatusCode != http.StatusInternalServerError || problem.Kind != "record" ||
			problem.Detail != "--record: the body of the response is longer than 16777216 bytes" || !strings.Contains(problem.Remedy, remedy) ||
			problem.Attempts != 1 || downloads.Load() != 1 {
			t.Errorf("%s: %d downloads, %d %s", method, downloads.Load(), response.StatusCode, body)
		}
	}
}

// After good and bad days, no secret is anywhere: in a response, the log, or a file.
func TestProxyShowsNoSecret(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests())
	var mu sync.Mutex
	canaries := map[string]bool{xsaletest.Password: true, xsaletest.ClientSecret: true}
	echo := func(w http.ResponseWriter, r *http.Request) {
		access, id := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), r.Header.Get("X-Id-Token")
		mu.Lock()
		for _, token := range []string{access, id} {
			canaries[token], canaries[token[strings.LastIndex(token, ".")+1:]] = true, true
		}
		mu.Unlock()
		w.Header().Set("X-Echo", access+" "+id)
		w.Header().Set("Set-Cookie", "session="+access)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(map[string]int{"200": 200, "400": 400, "503": 503}[r.URL.Query().Get("status")])
		fmt.Fprintf(w, `{"access":%q,"id":%q,"query":%q}`, access, id, r.URL.RawQuery)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if err := sandbox.HandleFunc(method+" /echo", echo); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	var stderr syncBuffer
	variables, stop := startProxy(t, &stderr, "--debug", "--check", "--sarif", filepath.Join(dir, "findings.sarif"),
		"--record", filepath.Join(dir, "recording"), "--har", filepath.Join(dir, "traffic.har"), "--rate", "1000")
	secret := variables["XSALE_PROXY_SECRET"]
	var shown strings.Builder
	call := func(method, path string) {
		for _, address := range []string{path, "/" + secret + path, "/" + secret + "/" + secret + path, path + "?key=" + secret} {
			response, body := through(t, variables, method, address, orderJSON)
			fmt.Fprintln(&shown, response.Status, response.Header, body)
		}
	}
	day := func() {
		for _, status := range []string{"200", "400", "503"} {
			call(http.MethodPost, "/echo?status="+status)
		}
		call(http.MethodGet, "/echo?status=200")
		call(http.MethodGet, "/me")
		call(http.MethodPost, "/"+xsaletest.Organization+"/orders")
		call(http.MethodTrace, "/me")
	}
	day()
	for _, fault := range []xsaletest.Fault{
		xsaletest.Cut(xsaletest.BeforeResponse), xsaletest.Cut(xsaletest.InBody), xsaletest.Truncated(), xsaletest.Garbage(), xsaletest.RevokedToken(),
	} {
		if err := sandbox.Fail("createOrder", fault); err != nil {
			t.Fatal(err)
		}
		connection, err := net.Dial("tcp", strings.TrimPrefix(variables["XSALE_PROXY_URL"], "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(connection, "POST /%s/%s/orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			secret, xsaletest.Organization, len(orderJSON), orderJSON)
		io.Copy(&shown, connection) // it may break off
		connection.Close()
	}
	stop()
	t.Setenv("XSALE_TOKEN_STORE", filepath.Join(dir, "none"))
	if err := sandbox.Fail(xsaletest.Login, xsaletest.Status(403, `{"error":"invalid_grant","error_description":"`+xsaletest.Password+` and `+xsaletest.ClientSecret+` are wrong"}`)); err != nil {
		t.Fatal(err)
	}
	first := secret
	var later syncBuffer
	variables, stop = startProxy(t, &later, "--debug")
	secret = variables["XSALE_PROXY_SECRET"]
	call(http.MethodGet, "/me")
	stop()

	for _, request := range sandbox.Requests() {
		if text := fmt.Sprintf("%+v %s", request, request.Body); strings.Contains(text, first) || strings.Contains(text, secret) {
			t.Errorf("the API got the secret: %+v", request)
		}
	}
	all := shown.String() + stderr.String() + later.String()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all += path + string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for canary := range canaries {
		if len(canary) < 8 || strings.Contains(all, canary) {
			t.Errorf("the secret %.20s… is shown", canary)
		}
	}
	if first == secret || strings.Contains(all, first) || strings.Contains(all, secret) {
		t.Error("the secret of the proxy is shown, or not new")
	}
	for _, want := range []string{"[redacted]", "level=DEBUG", "finding: ", `"entries":[`, "login failed"} {
		if len(canaries) < 6 || !strings.Contains(all, want) {
			t.Errorf("%d canaries, and no %q: the test checks nothing", len(canaries), want)
		}
	}
}
