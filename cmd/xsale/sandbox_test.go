package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
)

// startSandboxCommand runs xsale sandbox in the background until stop is called, and returns the
// variables that it prints.
func startSandboxCommand(t *testing.T, flags ...string) (variables map[string]string, stop func()) {
	t.Helper()
	return startSandboxWith(t, &syncBuffer{}, flags...)
}

func startSandboxWith(t *testing.T, stderr *syncBuffer, flags ...string) (variables map[string]string, stop func()) {
	t.Helper()
	return startServer(t, stderr, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, flags...)...)
}

// startServer runs a command that serves in the background until stop is called, and returns the
// variables that it prints.
func startServer(t *testing.T, stderr *syncBuffer, arguments ...string) (variables map[string]string, stop func()) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	var stdout syncBuffer
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, arguments, strings.NewReader(""), &stdout, stderr) }()
	stderr.waitFor(t, "listens at")
	variables = map[string]string{}
	for _, match := range regexp.MustCompile(`(?m)^\w+ (\w+)=(.*)$`).FindAllStringSubmatch(stdout.String(), -1) {
		variables[match[1]] = strings.Trim(strings.TrimSpace(match[2]), "'")
	}
	return variables, func() {
		t.Helper()
		interrupt()
		if code := <-ended; code != exitOK {
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
	}
}

// useSandboxCommand points the environment at a running xsale sandbox.
func useSandboxCommand(t *testing.T) {
	t.Helper()
	variables, stop := startSandboxCommand(t)
	t.Cleanup(stop)
	for name, value := range variables {
		t.Setenv(name, value)
	}
	t.Setenv("XSALE_TOKEN_STORE", tokenStore(t))
}

func TestInterruptStopsSandbox(t *testing.T) {
	variables, stop := startSandboxCommand(t)
	response, err := http.Get(variables["XSALE_BASE_URL"] + "/me")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without tokens: %s", response.Status)
	}
	stop()
}

// The output suffices for a program in any language: this one knows only the vendor's documentation
// of the login.
func TestLoginWithWhatTheSandboxPrints(t *testing.T) {
	variables, stop := startSandboxCommand(t)
	defer stop()
	login, err := json.Marshal(map[string]string{
		"grant_type": "password", "client_id": variables["XSALE_CLIENT_ID"], "client_secret": variables["XSALE_CLIENT_SECRET"],
		"username": variables["XSALE_USERNAME"], "password": variables["XSALE_PASSWORD"],
		"audience": variables["XSALE_AUDIENCE"], "scope": variables["XSALE_SCOPE"],
	})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(variables["XSALE_TOKEN_URL"], "application/json", bytes.NewReader(login))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var tokens map[string]any
	if err := json.NewDecoder(response.Body).Decode(&tokens); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, variables["XSALE_BASE_URL"]+"/"+variables["XSALE_ORGANIZATION"]+"/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Authorization", fmt.Sprint("Bearer ", tokens["access_token"]))
	request.Header.Set("x-id-token", fmt.Sprint(tokens["id_token"]))
	orders, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer orders.Body.Close()
	if orders.StatusCode != http.StatusOK || tokens["scope"] != authn.DefaultScope {
		t.Errorf("%s with tokens for %v", orders.Status, tokens["scope"])
	}
}

// The control API steers the sandbox of the command, and standard error names both addresses.
func TestSandboxIsControlled(t *testing.T) {
	var stderr syncBuffer
	variables, stop := startSandboxWith(t, &stderr)
	defer stop()
	url := variables["XSALE_BASE_URL"]
	stderr.waitFor(t, "Page: "+url+"/\nControl API: "+url+"/_sandbox/openapi.json\n")
	response, err := http.Post(url+"/_sandbox/faults", "application/json", strings.NewReader(`{"operation":"*","faults":[{"fault":"status","status":418}]}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Errorf("status %d", response.StatusCode)
	}
	if response, err = http.Get(url + "/me"); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusTeapot {
		t.Errorf("status %d", response.StatusCode)
	}
}

// A program in another language gets the variables in its own way.
func TestSandboxWritesVariables(t *testing.T) {
	inEmptyDir(t)
	printed, stop := startSandboxCommand(t, "--env-file", ".env")
	stop()
	if len(printed) != 0 {
		t.Errorf("also printed: %v", printed)
	}
	file := readFile(t, ".env")
	for _, line := range []string{"XSALE_CLIENT_ID=sandbox-client\n", "XSALE_SCOPE='" + authn.DefaultScope + "'\n", "XSALE_ORGANIZATION=" + xsaletest.Organization + "\n"} {
		if !strings.Contains(file, line) {
			t.Errorf("lacks %q: %s", line, file)
		}
	}
	if info, err := os.Stat(".env"); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	_, stop = startSandboxCommand(t, "--env-file", "env.json", "--format", "json")
	stop()
	var variables map[string]string
	if err := json.Unmarshal([]byte(readFile(t, "env.json")), &variables); err != nil || variables["XSALE_SCOPE"] != authn.DefaultScope || len(variables) != 9 {
		t.Errorf("%v, %v", variables, err)
	}
	execute(t, "", "sandbox", "--format", "yaml").expect(t, exitUsage, `--format "yaml": use shell, cmd, powershell, dotenv or json`)
	// A file with anything else stays. Its own one is replaced, in whatever format it is.
	for _, other := range []string{"SECRET=keep\n", "XSALE_CLIENT_ID=real\nXSALE_PASSWORD=keep\n", "export XSALE_CLIENT_ID=sandbox-client\n# mine\n"} {
		if err := os.WriteFile("other.env", []byte(other), 0o600); err != nil {
			t.Fatal(err)
		}
		execute(t, "", "sandbox", "--addr", "127.0.0.1:0", "--env-file", "other.env").expect(t, exitUsage, "--env-file other.env: it exists and is not a file with only the variables of a sandbox: name another file, or remove it")
		if readFile(t, "other.env") != other {
			t.Error("other.env was replaced")
		}
	}
	for _, format := range []string{"json", "shell", "cmd", "powershell", "dotenv"} {
		_, stop = startSandboxCommand(t, "--env-file", "env.json", "--format", format)
		stop()
	}
	_, stop = startSandboxCommand(t, "--env-file", "env.json", "--format", "cmd", "--organizations", "50%PATH%")
	stop()
	if text := readFile(t, "env.json"); !strings.Contains(text, "set XSALE_ORGANIZATION=50%%PATH%%\n") { // in a batch file
		t.Error(text)
	}
	execute(t, "", "sandbox", "--addr", "127.0.0.1:0", "--env-file", "missing/.env").expect(t, exitUsage, "--env-file missing/.env: there is no directory missing: create it")
	execute(t, "", "sandbox", "--addr", "127.0.0.1:0", "--env-file", ".").expect(t, exitUsage, "--env-file .: it is a directory")
}

func TestSandboxStartsWithASeed(t *testing.T) {
	inEmptyDir(t)
	write := func(seed string) {
		t.Helper()
		if err := os.WriteFile("seed.json", []byte(seed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"Organizations":[{"Id":1,"Name":"Shop"}],"Orders":[{"Order":{"Id":7,"Total":1.50},"Status":"Nowe"}]}`)
	variables, stop := startSandboxCommand(t, "--seed", "seed.json")
	defer stop()
	if variables["XSALE_ORGANIZATION"] != "Shop" {
		t.Errorf("variables %v", variables)
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
	t.Setenv("XSALE_TOKEN_STORE", "memory")
	execute(t, "", "api", "GET", "/{organizationName}/orders").expect(t, exitOK, "1.50")

	execute(t, "", "sandbox", "--seed", "seed.json", "--organizations", "2").expect(t, exitUsage, "--organizations and the Organizations of seed.json cannot be used together")
	for seed, says := range map[string]string{
		"{\n\"Orders\": [}":                           "invalid JSON at line 2, column 12",
		`{"Order":[]}`:                                "/Order: array, but the spec allows no field of this name",
		`{"Orders":[{"Order":{"Id":"7"}}]}`:           "/Orders/0/Order/Id: string, want integer of the format int64",
		`{"Orders":[{"Order":{},"Status":"Absent"}]}`: "/Orders/0/Status: there is no such status",
	} {
		write(seed)
		execute(t, "", "sandbox", "--addr", "127.0.0.1:0", "--seed", "seed.json").expect(t, exitUsage, "--seed seed.json: "+says)
	}
	execute(t, "", "sandbox", "--seed", "absent.json").expect(t, exitUsage, "--seed absent.json")
}

func TestSandboxOrganizations(t *testing.T) {
	for flag, want := range map[string][]string{
		"3":              {xsaletest.Organization, "Sandbox_2", "Sandbox_3"},
		"Shop_a,Sklep ż": {"Shop_a", "Sklep ż"},
	} {
		variables, stop := startSandboxCommand(t, "--organizations", flag)
		response, err := http.Get(variables["XSALE_BASE_URL"] + "/_sandbox/status")
		if err != nil {
			t.Fatal(err)
		}
		var status struct{ Organizations []string }
		err = json.NewDecoder(response.Body).Decode(&status)
		response.Body.Close()
		stop()
		if err != nil || !slices.Equal(status.Organizations, want) || variables["XSALE_ORGANIZATION"] != want[0] {
			t.Errorf("%v, %v, %v", status, err, variables)
		}
	}
	for _, flag := range []string{"0", "-1", "1001"} {
		execute(t, "", "sandbox", "--organizations="+flag).expect(t, exitUsage, "want a number from 1 to 1000, or names")
	}
	execute(t, "", "sandbox", "--organizations", "a,a").expect(t, exitUsage, `"a" occurs twice`)
	for _, name := range []string{"_sandbox", "a\nb"} {
		execute(t, "", "sandbox", "--addr", "127.0.0.1:0", "--organizations", name).expect(t, exitUsage, "--organizations: /Organizations/")
	}
	execute(t, "", "sandbox", "--organizations", "a,").expect(t, exitUsage, "--organizations a,: name 2 is empty")
}

// Other machines reach the sandbox only on purpose.
func TestSandboxBeyondLoopback(t *testing.T) {
	var stderr syncBuffer
	variables, stop := startSandboxWith(t, &stderr, "--public", "--addr", "0.0.0.0:0", "--cors", "http://localhost:5173")
	defer stop()
	stderr.waitFor(t, "Warning: the credentials of the sandbox are public")
	request, err := http.NewRequest(http.MethodOptions, variables["XSALE_TOKEN_URL"], nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "http://localhost:5173")
	request.Header.Set("Access-Control-Request-Method", "POST")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if allowed := response.Header.Get("Access-Control-Allow-Origin"); allowed != "http://localhost:5173" {
		t.Errorf("%s, %v", response.Status, response.Header)
	}
	execute(t, "", "sandbox", "--addr", "0.0.0.0:0").expect(t, exitUsage, "pass --public")
	execute(t, "", "sandbox", "--public", "--addr", "x").expect(t, exitUsage, "write it as 127.0.0.1:8080")
	execute(t, "", "sandbox", "--cors", "localhost").expect(t, exitUsage, "--cors")
}

// A misspelled filter lists everything, which a program in another language must learn, too.
func TestSandboxReportsRequests(t *testing.T) {
	var stderr syncBuffer
	variables, stop := startSandboxWith(t, &stderr)
	defer stop()
	for name, value := range variables {
		t.Setenv(name, value)
	}
	t.Setenv("XSALE_TOKEN_STORE", "memory")
	execute(t, "", "api", "GET", "/{organizationName}/orders", "--query", "page=1").expect(t, exitOK)
	stderr.waitFor(t, "request 1 breaks the spec:\n  notice: listOrders (GET /{organizationName}/orders), request at query page: a query parameter, want none of this name\n")
	execute(t, `{"Name":"canary"}`, "api", "POST", "/{organizationName}/integrations", "-f", "-").expect(t, exitRejected)
	stderr.waitFor(t, "request 2 breaks the spec:")
	stderr.waitFor(t, `strings masked: {"Name":"…"}`)
}

// A shell reads the lines as they are meant.
func TestVariablesAreQuotedForAShell(t *testing.T) {
	for variable, want := range map[string]string{
		"XSALE_BASE_URL=http://127.0.0.1:8080":           "export XSALE_BASE_URL=http://127.0.0.1:8080",
		"XSALE_USERNAME=loremipsum@futuriti.pl":          "export XSALE_USERNAME=loremipsum@futuriti.pl",
		"XSALE_SCOPE=openid profile email":               "export XSALE_SCOPE='openid profile email'",
		"SSL_CERT_FILE=/home/o'neil/$x/ca.pem":           `export SSL_CERT_FILE='/home/o'\''neil/$x/ca.pem'`,
		"XSALE_ORGANIZATION=Futuriti_bb7b2a13-84e7-4261": "export XSALE_ORGANIZATION=Futuriti_bb7b2a13-84e7-4261",
	} {
		if got := exportVariable(variable); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestVariablesOfWindows(t *testing.T) {
	for format, want := range map[string]string{
		variablesCmd:        "set SSL_CERT_FILE=C:\\o'neil\\ca.pem",
		variablesPowerShell: "$env:SSL_CERT_FILE = 'C:\\o''neil\\ca.pem'",
	} {
		if got := setVariable(`SSL_CERT_FILE=C:\o'neil\ca.pem`, format); got != want {
			t.Errorf("%s: got %s, want %s", format, got, want)
		}
	}
	if got := setVariable(`XSALE_ORGANIZATION=50%PATH% & "co" (a|b)^`, variablesCmd); got != `set XSALE_ORGANIZATION=50^%PATH^% ^& ^"co^" ^(a^|b^)^^` {
		t.Errorf("got %s", got)
	}
}

// A program that runs in another directory must find the certificate.
func TestSandboxPrintsPathOfCertificate(t *testing.T) {
	inEmptyDir(t)
	variables, stop := startSandboxCommand(t, "--tls-cert", "ca.pem")
	stop()
	if file := variables["SSL_CERT_FILE"]; !filepath.IsAbs(file) || readFile(t, file) != readFile(t, "ca.pem") {
		t.Errorf("SSL_CERT_FILE=%s", file)
	}
}

// sandboxResponses sends requests without tokens to a sandbox with the given flags. It returns
// their statuses, or "cut" for a cut connection, and the header of the last response.
func sandboxResponses(t *testing.T, flags ...string) (responses []string, header http.Header) {
	t.Helper()
	variables, stop := startSandboxCommand(t, flags...)
	defer stop()
	// A kept-alive connection would make the transport repeat requests that are cut.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 12 {
		response, err := client.Get(variables["XSALE_BASE_URL"] + "/me")
		if err != nil {
			responses = append(responses, "cut")
			continue
		}
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil {
			responses = append(responses, "cut")
			continue
		}
		responses, header = append(responses, strconv.Itoa(response.StatusCode)), response.Header
	}
	return responses, header
}

func TestSandboxFlags(t *testing.T) {
	unauthorized := slices.Repeat([]string{"401"}, 12)
	if responses, header := sandboxResponses(t, "--latency", "1ms"); !slices.Equal(responses, unauthorized) || header.Get("X-Sandbox-Addition") != "" {
		t.Errorf("%v, %v", responses, header)
	}
	if responses, header := sandboxResponses(t, "--additions"); !slices.Equal(responses, unauthorized) || header.Get("X-Sandbox-Addition") == "" {
		t.Errorf("%v, %v", responses, header)
	}
	if responses, _ := sandboxResponses(t, "--escapes"); !slices.Equal(responses, unauthorized) {
		t.Errorf("%v", responses)
	}
	first, _ := sandboxResponses(t, "--faults", "0.7", "--random-seed", "5")
	again, _ := sandboxResponses(t, "--faults", "0.7", "--random-seed", "5")
	other, _ := sandboxResponses(t, "--faults", "0.7")
	if !slices.Equal(first, again) || slices.Equal(first, other) || slices.Equal(first, unauthorized) {
		t.Errorf("%v\n%v\n%v", first, again, other)
	}
}
