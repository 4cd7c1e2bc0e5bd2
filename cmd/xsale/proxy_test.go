package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/gateway"
	"github.com/xsale-go/xsale/xsaletest"
)

// startProxy runs xsale proxy in the background until stop is called, and returns the variables that
// it prints.
func startProxy(t *testing.T, stderr *syncBuffer, flags ...string) (variables map[string]string, stop func()) {
	t.Helper()
	return startServer(t, stderr, append([]string{"proxy", "--addr", "127.0.0.1:0"}, flags...)...)
}

// through sends a request through a proxy and returns the response with its body.
func through(t *testing.T, variables map[string]string, method, path, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(method, variables["XSALE_PROXY_URL"]+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(gateway.SecretHeader, variables["XSALE_PROXY_SECRET"])
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(data)
}

// Programs of two proxies share one login with the commands.
func TestProxyLendsTheLogin(t *testing.T) {
	sandbox := useSandbox(t)
	for range 2 {
		variables, stop := startProxy(t, &syncBuffer{})
		response, body := through(t, variables, http.MethodPost, "/"+xsaletest.Organization+"/orders", orderJSON)
		if response.StatusCode/100 != 2 {
			t.Errorf("%s: %s", response.Status, body)
		}
		if response, err := http.Get(variables["XSALE_PROXY_URL"] + "/" + variables["XSALE_PROXY_SECRET"] + "/me"); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%v, %v", response, err)
		}
		if response, err := http.Get(variables["XSALE_PROXY_URL"] + "/me"); err != nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("without the secret: %v, %v", response, err)
		}
		stop()
	}
	execute(t, "", "me").expect(t, exitOK)
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}

// The secret in a file is not printed, only its owner can read it, and it is removed at the end.
func TestProxySecretFile(t *testing.T) {
	useSandbox(t)
	path := filepath.Join(t.TempDir(), "secret")
	var stderr syncBuffer
	variables, stop := startProxy(t, &stderr, "--secret-file", path, "--read-only")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if variables["XSALE_PROXY_SECRET"] != "" || variables["XSALE_PROXY_SECRET_FILE"] != path {
		t.Error(variables)
	}
	variables["XSALE_PROXY_SECRET"] = strings.TrimSpace(string(data))
	if response, body := through(t, variables, http.MethodGet, "/me", ""); response.StatusCode != http.StatusOK {
		t.Error(body)
	}
	if response, body := through(t, variables, http.MethodPost, "/x/orders", orderJSON); response.StatusCode != http.StatusForbidden {
		t.Error(body)
	}
	stop()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

// In tests of 429s, the rate of later calls should stay as it is.
func TestProxyRateLearning(t *testing.T) {
	sandbox := useSandbox(t)
	for _, learning := range []bool{false, true} {
		variables, stop := startProxy(t, &syncBuffer{}, fmt.Sprintf("--rate-learning=%v", learning))
		if err := sandbox.Fail(xsaletest.AnyOperation, xsaletest.RetryAfter(0)); err != nil {
			t.Fatal(err)
		}
		if response, body := through(t, variables, http.MethodGet, "/me", ""); response.StatusCode != http.StatusOK || response.Header.Get("Xsale-Attempts") != "2" {
			t.Errorf("%s: %s", response.Status, body)
		}
		stop()
		state, err := os.ReadFile(os.Getenv("XSALE_TOKEN_STORE") + ".limit")
		if err != nil || strings.Contains(string(state), "learned") != learning {
			t.Errorf("learning %v: %s, %v", learning, state, err)
		}
	}
}

func TestProxyRejectsSettings(t *testing.T) {
	useSandbox(t)
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:80"} {
		execute(t, "", "proxy", "--addr", address).expect(t, exitUsage, "not loopback")
	}
	execute(t, "", "proxy", "--addr", "8090").expect(t, exitUsage, "write it as 127.0.0.1:8090")
	execute(t, "", "proxy", "--rate", "-1").expect(t, exitUsage, "--rate -1")
	execute(t, "", "proxy", "--timeout", "0s").expect(t, exitUsage, "--timeout 0s")
	execute(t, "", "proxy", "--addr", "127.0.0.1:0", "--sarif", filepath.Join(t.TempDir(), "none", "x.sarif")).expect(t, exitUsage, "there is no directory")
	t.Setenv("XSALE_PASSWORD", "")
	os.Unsetenv("XSALE_PASSWORD")
	execute(t, "", "proxy", "--addr", "127.0.0.1:0").expect(t, exitLogin, "XSALE_PASSWORD")
}
