package doctor

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/internal/doctor"
	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/xsaletest"
)

const (
	failed  = doctor.Failed
	warning = doctor.Warning
)

// broken are set-ups, and the checks that must complain about them; all others must not.
var broken = map[string]struct {
	breaks func(s *setup)
	want   expectation
}{
	// The clock.
	"clock ahead":           {func(s *setup) { s.sandbox.Clock().Advance(-10 * time.Minute) }, expectation{"clock": {failed, "NTP"}}},
	"clock behind":          {func(s *setup) { s.sandbox.Clock().Advance(10 * time.Minute) }, expectation{"clock": {failed, "NTP"}}},
	"clock a year ahead":    {func(s *setup) { s.sandbox.Clock().Advance(-365 * 24 * time.Hour) }, expectation{"clock": {failed, "set the clock"}}},
	"clock two minutes off": {func(s *setup) { s.sandbox.Clock().Advance(2 * time.Minute) }, expectation{"clock": {warning, "set the clock"}}},
	"clock of one server": {func(s *setup) {
		s.environment["XSALE_BASE_URL"] = s.serve(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusUnauthorized)
		})
	}, expectation{"clock": {warning, "nothing on this machine"}}},

	// The settings.
	"no credentials":        {func(s *setup) { s.clear("XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD") }, expectation{"credentials": {failed, "XSALE_CLIENT_ID"}}},
	"no password":           {func(s *setup) { s.clear("XSALE_PASSWORD") }, expectation{"credentials": {failed, "XSALE_PASSWORD"}}},
	"no credentials file":   {func(s *setup) { s.arguments = []string{"--credentials", "missing.json"} }, expectation{"credentials": {failed, "--credentials"}}},
	"half a file":           {func(s *setup) { s.credentials(`{"client_id":"canary-id"}`, 0o600) }, expectation{"credentials": {failed, "--credentials"}}},
	"public file":           {func(s *setup) { unixOnly(s.T); s.credentials(`{}`, 0o644) }, expectation{"credentials": {failed, "0600"}}},
	"token URL without TLS": {func(s *setup) { s.environment["XSALE_TOKEN_URL"] = "http://login.example/oauth/token" }, expectation{"configuration": {failed, "XSALE_TOKEN_URL"}}},
	"not a URL":             {func(s *setup) { s.environment["XSALE_BASE_URL"] = "canary-user:canary-password@host" }, expectation{"configuration": {failed, "XSALE_BASE_URL"}}},
	"no such port":          {func(s *setup) { s.environment["XSALE_BASE_URL"] = "http://127.0.0.1:99999" }, expectation{"configuration": {failed, "XSALE_BASE_URL"}}},
	"no path":               {func(s *setup) { s.environment["XSALE_TOKEN_URL"] = s.sandbox.URL() }, expectation{"configuration": {failed, "/oauth/token"}}},
	"no openid":             {func(s *setup) { s.environment["XSALE_SCOPE"] = "profile email" }, expectation{"configuration": {failed, "openid"}}},
	"two environments": {func(s *setup) {
		s.clear("XSALE_TOKEN_URL")
		s.environment["HTTPS_PROXY"] = s.closedPort() // nothing reaches production
	}, expectation{"configuration": {failed, "XSALE_TOKEN_URL"}, "proxy": {failed, "HTTPS_PROXY"}}},
	"misspelled variable": {func(s *setup) { s.environment["XSALE_ORGANISATION"] = "x" }, expectation{"environment": {warning, "rename it to XSALE_ORGANIZATION"}}},
	"another word":        {func(s *setup) { s.environment["XSALE_EMAIL"] = "x" }, expectation{"environment": {warning, "rename it to XSALE_USERNAME"}}},
	"another prefix":      {func(s *setup) { s.environment["X_SALE_PASSWORD"] = "canary-" }, expectation{"environment": {warning, "rename it to XSALE_PASSWORD"}}},
	"unknown variable":    {func(s *setup) { s.environment["XSALE_RETRY_COUNT"] = "x" }, expectation{"environment": {warning, "remove it"}}},
	"carriage return":     {func(s *setup) { s.environment["XSALE_AUDIENCE"] = xsaletest.Audience + "\r" }, expectation{"environment": {warning, "correct XSALE_AUDIENCE"}}},
	"quotes":              {func(s *setup) { s.environment["XSALE_PASSWORD"] = `"` + xsaletest.Password + `"` }, expectation{"environment": {warning, "correct XSALE_PASSWORD"}}},
	"not replaced":        {func(s *setup) { s.environment["XSALE_CLIENT_SECRET"] = "${SECRET}" }, expectation{"environment": {warning, "correct XSALE_CLIENT_SECRET"}}},
	"no authorities":      {func(s *setup) { unixOnly(s.T); s.environment["SSL_CERT_FILE"] = "/missing.pem" }, expectation{"environment": {failed, "SSL_CERT_FILE"}}},
	"ALL_PROXY":           {func(s *setup) { s.environment["ALL_PROXY"] = "socks5://127.0.0.1:1" }, expectation{"environment": {warning, "HTTPS_PROXY"}}},

	"unknown account": {func(s *setup) {
		s.useAccount("")
		s.arguments = []string{"--account", "acne-canary"}
	}, expectation{"account": {failed, "xsale account list"}}},
	"misspelled setting":   {func(s *setup) { s.useAccount("    pasword_command: x") }, expectation{"account": {failed, "correct"}}},
	"public configuration": {func(s *setup) { unixOnly(s.T); s.useAccount(""); s.must(os.Chmod(s.accounts(), 0o644)) }, expectation{"account": {failed, "correct"}}},
	"mixed accounts": {func(s *setup) {
		s.useAccount("")
		s.environment["XSALE_PASSWORD"] = "canary-password"
	}, expectation{"account": {failed, "correct"}}},
	"command fails": {func(s *setup) { unixOnly(s.T); s.useCommand("exit 1") }, expectation{"credentials": {failed, "xsale account show"}}},
	"command hangs": {func(s *setup) { unixOnly(s.T); s.useCommand("exec sleep 60") }, expectation{"credentials": {failed, "xsale account show"}}},
	"command that runs itself": {func(s *setup) {
		unixOnly(s.T)
		s.useCommand("exec '" + program + "' me 2>'" + filepath.Join(s.dir, "stderr") + "'")
		s.Cleanup(func() {
			if data, err := os.ReadFile(filepath.Join(s.dir, "stderr")); err != nil || strings.Count(string(data), "runs itself") != 1 {
				s.Errorf("%v: %s", err, data)
			}
		})
	}, expectation{"credentials": {failed, "xsale account show"}}},
	"silent command": {func(s *setup) { s.useCommand("exit 0") }, expectation{"credentials": {failed, "xsale account show"}}},

	"old spec": {func(s *setup) {
		s.pull(func(index string) string { return fetched.ReplaceAllString(index, `"fetched":"2025-01-01T`) })
	}, expectation{"spec": {warning, "xsale spec pull"}}},
	"damaged spec": {func(s *setup) { s.pull(func(string) string { return "{" }) }, expectation{"spec": {failed, "xsale spec pull"}}},
	"lost spec": {func(s *setup) {
		s.pull(func(index string) string { return strings.ReplaceAll(index, "spec-", "lost-") })
	}, expectation{"spec": {failed, "xsale spec pull"}}},

	"nobody has logged in": {func(s *setup) {
		s.clear("XSALE_USERNAME", "XSALE_PASSWORD")
		s.environment["XSALE_REDIRECT_URL"] = "http://" + s.closedPort() + "/callback"
	}, expectation{"tokens": {failed, "xsale login"}}},
	"port of the redirect URL": {func(s *setup) {
		s.clear("XSALE_USERNAME", "XSALE_PASSWORD")
		s.environment["XSALE_REDIRECT_URL"] = "http://" + s.silent() + "/callback"
	}, expectation{"tokens": {failed, "xsale login"}, "browser-login": {warning, "end that program"}}},
	"file of variables": {func(s *setup) {
		s.must(os.WriteFile(filepath.Join(s.dir, ".env"), []byte("XSALE_PASSWORD=canary-password\n"), 0o600))
		s.clear("XSALE_PASSWORD")
		s.directory = s.dir
	}, expectation{"credentials": {failed, ".env"}}},

	// The network.
	"no such host":       {func(s *setup) { s.use("https://xsale-doctor.invalid") }, expectation{"dns": {failed, "spelling"}}},
	"port closed":        {func(s *setup) { s.use("http://" + s.closedPort()) }, expectation{"tcp": {failed, "xsale sandbox"}}},
	"service hangs":      {func(s *setup) { s.use("http://" + s.silent()) }, expectation{"login-service": {failed, "try again later"}, "api": {failed, "try again later"}}},
	"handshake hangs":    {func(s *setup) { s.use("https://" + s.silent()) }, expectation{"tls": {failed, "firewall"}}},
	"only the API hangs": {func(s *setup) { s.environment["XSALE_BASE_URL"] = "http://" + s.silent() }, expectation{"api": {failed, "try again later"}}},
	"dead proxy":         {func(s *setup) { s.useProxy(s.closedPort()) }, expectation{"proxy": {failed, "start the proxy"}}},
	"proxy with 407":     {func(s *setup) { s.useProxy(s.startProxy(407)) }, expectation{"proxy": {failed, "put user and password"}}},
	"proxy with 403":     {func(s *setup) { s.useProxy(s.startProxy(403)) }, expectation{"proxy": {failed, "have the proxy allow"}}},
	"proxy with 502":     {func(s *setup) { s.useProxy(s.startProxy(502)) }, expectation{"proxy": {failed, "operator of the proxy"}}},
	"proxy hangs":        {func(s *setup) { s.useProxy(s.silent()) }, expectation{"proxy": {failed, "correct HTTPS_PROXY"}}},
	"proxy not a URL":    {func(s *setup) { s.environment["HTTPS_PROXY"] = "http://canary-%" }, expectation{"environment": {failed, "http://host:port"}}},
	"self-signed": {func(s *setup) {
		s.use("https://" + s.serveTLS(certificate{names: []string{"localhost"}, untrusted: true}))
	}, expectation{"tls": {failed, "SSL_CERT_FILE"}}},
	"expired certificate": {func(s *setup) {
		s.use("https://" + s.serveTLS(certificate{names: []string{"localhost"}, from: -48 * time.Hour, to: -24 * time.Hour}))
	}, expectation{"tls": {failed, "renew the certificate"}}},
	"future certificate": {func(s *setup) {
		s.use("https://" + s.serveTLS(certificate{names: []string{"localhost"}, from: 24 * time.Hour}))
	}, expectation{"tls": {failed, "set the clock"}}},
	"certificate about to expire": {func(s *setup) {
		s.use("https://" + s.serveTLS(certificate{names: []string{"localhost"}, to: 24 * time.Hour}))
	}, expectation{"tls": {warning, "renew the certificate"}}},
	"certificate of another host": {func(s *setup) {
		_, port, _ := strings.Cut(s.serveTLS(certificate{names: []string{"portal.example"}}), ":")
		s.use("https://localhost:" + port)
	}, expectation{"tls": {failed, "login page"}}},
	"no TLS": {func(s *setup) { s.use(strings.Replace(s.sandbox.URL(), "http://", "https://", 1)) }, expectation{"tls": {failed, "port"}}},
	"login page": {func(s *setup) {
		s.use(s.serve(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "<!doctype html><title>Guest network</title>")
		}))
	}, expectation{"login-service": {failed, "login page"}, "api": {failed, "login page"}}},
	"page of a firewall": {func(s *setup) {
		s.use(s.serve(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusForbidden)
		}))
	}, expectation{"login-service": {warning, "firewall allow"}, "api": {warning, "firewall allow"}}},
	"redirect to a login page": {func(s *setup) {
		s.use(s.serve(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://portal.example/", http.StatusFound)
		}))
	}, expectation{"login-service": {failed, "login page"}, "api": {failed, "login page"}}},
	"API out of order": {func(s *setup) {
		s.arguments = []string{"--login"}
		s.environment["XSALE_BASE_URL"] = s.serve(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	}, expectation{"api": {failed, "try again later"}}},
	"wrong token path": {func(s *setup) { s.environment["XSALE_TOKEN_URL"] = s.serve(http.NotFound) + "/oauth/tokens" }, expectation{"login-service": {warning, "/oauth/token"}}},
	"wrong path with tokens": {func(s *setup) {
		s.environment["XSALE_BASE_URL"] = s.serve(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				w.WriteHeader(http.StatusUnauthorized)
			} else {
				http.NotFound(w, r)
			}
		})
		s.arguments = []string{"--login"}
	}, expectation{"organization": {warning, "base URL"}}},
	"wrong path": {func(s *setup) { s.environment["XSALE_BASE_URL"] = s.serve(http.NotFound) }, expectation{"api": {warning, "base URL"}}},

	// The token store.
	"no store": {func(s *setup) { s.environment["XSALE_TOKEN_STORE"] = "memory" }, expectation{"store": {warning, "XSALE_TOKEN_STORE"}}},
	"relative store": {func(s *setup) {
		s.environment["XSALE_TOKEN_STORE"] = "tokens/"
		s.directory = s.dir
	}, expectation{"store": {warning, "absolute path"}}},
	"store is a device": {func(s *setup) { unixOnly(s.T); s.environment["XSALE_TOKEN_STORE"] = "/dev/null" }, expectation{"store": {failed, "name a directory"}}},
	"nothing is set": {func(s *setup) {
		s.clear("XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD", "XSALE_ORGANIZATION", "XSALE_TOKEN_STORE")
	}, expectation{"credentials": {failed, "xsale sandbox"}}},
	"store is a URL": {func(s *setup) { s.environment["XSALE_TOKEN_STORE"] = "redis://:canary-password@host" }, expectation{"store": {failed, "XSALE_TOKEN_STORE"}}},
	"public store": {func(s *setup) {
		unixOnly(s.T)
		s.login()
		s.must(os.Chmod(s.entry(), 0o644))
	}, expectation{"store": {failed, "0600"}}},
	"public directory": {func(s *setup) {
		unixOnly(s.T)
		s.login()
		s.must(os.Chmod(filepath.Join(s.dir, "tokens"), 0o777))
	}, expectation{"store": {failed, "0700"}}},
	"store is a link": {func(s *setup) {
		unixOnly(s.T)
		s.login()
		s.must(os.Rename(s.entry(), s.entry()+".moved"))
		s.must(os.Symlink(s.entry()+".moved", s.entry()))
	}, expectation{"store": {failed, "remove it"}}},
	"store in a file": {func(s *setup) {
		s.must(os.WriteFile(filepath.Join(s.dir, "tokens"), nil, 0o600))
	}, expectation{"store": {failed, "name a directory"}}},
	"damaged store": {func(s *setup) {
		s.login()
		s.must(os.WriteFile(s.entry(), []byte(`{"entries":{`), 0o600))
	}, expectation{"store": {warning, "remove it"}}},
	"modified store": {func(s *setup) {
		s.login()
		s.edit(func(envelope map[string]any) {
			for _, part := range envelope["tokens"].(map[string]any) {
				part.(map[string]any)["data"] = base64.StdEncoding.EncodeToString(make([]byte, 300))
			}
		})
	}, expectation{"store": {warning, "remove"}}},
	"locked store": {func(s *setup) { s.login(); s.lock(s.entry() + ".lock") }, expectation{"lock": {warning, "end that program"}}},
	"leftovers": {func(s *setup) {
		s.login()
		old := filepath.Join(s.dir, "tokens", "."+filepath.Base(s.entry())+".123.tmp")
		s.must(os.WriteFile(old, nil, 0o600))
		s.must(os.Chtimes(old, time.Now().Add(-24*time.Hour), time.Now().Add(-24*time.Hour)))
	}, expectation{"store": {warning, ".tmp"}}},
	"no cache directory": {func(s *setup) {
		unixOnly(s.T)
		s.clear("HOME", "XDG_CACHE_HOME", "XSALE_TOKEN_STORE")
	}, expectation{"store": {failed, "XSALE_TOKEN_STORE"}}},

	// The account.
	"wrong password": {func(s *setup) {
		s.environment["XSALE_PASSWORD"] = "canary-wrong-password"
		s.run("me")
	}, expectation{"failed-login": {failed, "check the user name and the password"}}},
	"wrong secret": {func(s *setup) {
		s.environment["XSALE_CLIENT_SECRET"] = "canary-wrong-secret"
		s.run("me")
	}, expectation{"failed-login": {failed, "check the client ID"}}},
	"blocked": {func(s *setup) {
		s.sandbox.Fail(xsaletest.Login, xsaletest.BlockedAccount())
		s.run("me")
	}, expectation{"failed-login": {failed, "unblock the account"}}},
	"login fails": {func(s *setup) {
		s.sandbox.Fail(xsaletest.Login, xsaletest.BlockedAccount())
		s.arguments = []string{"--login"}
	}, expectation{"login": {failed, "unblock the account"}}},
	"budget used up":     {func(s *setup) { s.logins(15, 0); s.run("token", "clear") }, expectation{"login-budget": {failed, "share one token store"}}},
	"logins to wait for": {func(s *setup) { s.logins(6, 0) }, expectation{"login-budget": {warning, "share one token store"}}},
	"many logins":        {func(s *setup) { s.logins(12, 30*time.Minute) }, expectation{"login-budget": {warning, "share one token store"}}},
	"login service out of order": {func(s *setup) {
		s.sandbox.Fail(xsaletest.Login, xsaletest.Status(503).WithHeader("Retry-After", "600"))
		s.run("me")
	}, expectation{"failed-login": {failed, "check the network"}}},
	"many wrong passwords": {func(s *setup) {
		for i := range 3 {
			s.environment["XSALE_PASSWORD"] = fmt.Sprint("canary-password-", i)
			s.run("me")
		}
		s.environment["XSALE_PASSWORD"] = xsaletest.Password
	}, expectation{"login-budget": {failed, "share one token store"}}},
	"expired tokens": {func(s *setup) {
		s.login()
		s.edit(func(envelope map[string]any) {
			for _, part := range envelope["tokens"].(map[string]any) {
				part.(map[string]any)["until"] = time.Now().Add(-time.Hour).UTC()
			}
		})
	}, expectation{"tokens": {warning, "--login"}}},
	"revoked tokens": {func(s *setup) { s.login(); s.sandbox.RevokeTokens() }, expectation{"tokens": {failed, "xsale token refresh"}}},
	"tokens of an earlier password": {func(s *setup) {
		s.login()
		s.environment["XSALE_PASSWORD"] = "canary-new-password"
	}, expectation{"tokens": {warning, "check password"}}},
	"unknown organization": {func(s *setup) { s.login(); s.environment["XSALE_ORGANIZATION"] = "canary-shop" }, expectation{"organization": {failed, "xsale me"}}},
	"organization in lower case": {func(s *setup) {
		s.login()
		s.environment["XSALE_ORGANIZATION"] = strings.ToLower(xsaletest.Organization)
	}, expectation{"organization": {failed, "xsale me"}}},
	"no organization": {func(s *setup) { s.clear("XSALE_ORGANIZATION") }, expectation{"organization": {warning, "XSALE_ORGANIZATION"}}},
	"not a name":      {func(s *setup) { s.environment["XSALE_ORGANIZATION"] = ".." }, expectation{"configuration": {failed, "xsale me"}}},
	"slow after 429s": {func(s *setup) {
		s.login()
		s.limit(map[string]any{"cut": true, "learned": 0.5, "cuts": 5, "cutAt": time.Now().UnixNano()})
	}, expectation{"rate": {warning, "call less often"}}},
	"paused": {func(s *setup) {
		s.login()
		s.limit(map[string]any{"pausedUntil": time.Now().Add(20 * time.Second).UnixNano()})
	}, expectation{"rate": {warning, "wait"}}},
	"rate of a bad day": {func(s *setup) {
		s.login()
		s.limit(map[string]any{"pausedUntil": time.Now().Add(24 * time.Hour).UnixNano()})
	}, expectation{"rate": {warning, "remove"}}},
	"damaged rate": {func(s *setup) { s.login(); s.must(os.WriteFile(s.entry()+".limit", []byte("{"), 0o600)) }, expectation{"rate": {warning, "remove"}}},
	"locked rate":  {func(s *setup) { s.login(); s.lock(s.entry() + ".limit") }, expectation{"rate": {warning, "end that program"}}},
	"public rate": {func(s *setup) {
		unixOnly(s.T)
		s.login()
		s.must(os.Chmod(s.entry()+".limit", 0o644))
	}, expectation{"rate": {warning, "0600"}}},
}

func TestBroken(t *testing.T) {
	for name, test := range broken {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t)
			test.breaks(s)
			s.examine(test.want)
		})
	}
}

// useCommand moves the account to the configuration file, with another command for the password.
func (s *setup) useCommand(line string) {
	s.useAccount("")
	data, err := os.ReadFile(s.accounts())
	s.must(err)
	changed := strings.Replace(string(data), "password_command: echo "+xsaletest.Password, "password_command: "+line, 1)
	s.must(os.WriteFile(s.accounts(), []byte(changed), 0o600))
}

var fetched = regexp.MustCompile(`"fetched":"[0-9-]+T`)

// pull registers a spec, and changes its index.
func (s *setup) pull(change func(index string) string) {
	s.environment["XSALE_CONFIG_DIR"] = filepath.Join(s.dir, "config")
	if _, stderr, code := s.run("spec", "pull", filepath.Join(root, "openapi", "openapi.yaml"), "--raw", filepath.Join(s.dir, "raw"), "--normal", filepath.Join(s.dir, "normal.yaml")); code != 0 {
		s.Fatalf("xsale spec pull: %s", stderr)
	}
	path := filepath.Join(s.dir, "config", "spec", "index")
	index, err := os.ReadFile(path)
	s.must(err)
	changed := change(string(index))
	if changed == string(index) {
		s.Fatal("the index has not changed")
	}
	s.must(os.WriteFile(path, []byte(changed), 0o600))
}

// credentials passes a credentials file.
func (s *setup) credentials(content string, mode os.FileMode) {
	file := filepath.Join(s.dir, "credentials.json")
	s.must(os.WriteFile(file, []byte(content), 0o600))
	s.must(os.Chmod(file, mode))
	s.arguments = []string{"--credentials", file}
}

// lock holds a lock until the test ends.
func (s *setup) lock(path string) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	s.must(err)
	s.Cleanup(func() { file.Close() })
	if locked, err := filelock.Try(file); err != nil || !locked {
		s.Fatalf("%v, %v", locked, err)
	}
}

// edit changes the envelope of the account's entry.
func (s *setup) edit(change func(envelope map[string]any)) {
	path := s.entry()
	data, err := os.ReadFile(path)
	s.must(err)
	var file struct {
		Entries map[string]map[string]any `json:"entries"`
	}
	s.must(json.Unmarshal(data, &file))
	for _, entry := range file.Entries {
		inner, err := base64.StdEncoding.DecodeString(entry["data"].(string))
		s.must(err)
		var envelope map[string]any
		s.must(json.Unmarshal(inner, &envelope))
		change(envelope)
		inner, err = json.Marshal(envelope)
		s.must(err)
		entry["data"] = inner
	}
	data, err = json.Marshal(file)
	s.must(err)
	s.must(os.WriteFile(path, data, 0o600))
}

// logins logs in, and repeats the login in the history of the account.
func (s *setup) logins(count int, ago time.Duration) {
	s.login()
	s.edit(func(envelope map[string]any) {
		budget := envelope["budget"].(map[string]any)
		first := budget["logins"].([]any)[0].(map[string]any)
		var all []any
		for i := range count {
			login := maps.Clone(first)
			login["id"], login["at"] = fmt.Sprint(i), time.Now().Add(-ago).UTC()
			all = append(all, login)
		}
		budget["logins"] = all
	})
}

// limit changes the state of the rate limit.
func (s *setup) limit(changes map[string]any) {
	path := s.entry() + ".limit"
	data, err := os.ReadFile(path)
	s.must(err)
	var file map[string]map[string]map[string]any
	s.must(json.Unmarshal(data, &file))
	for _, state := range file["xsale_rate_limit_states"] {
		for name, value := range changes {
			state["state"].(map[string]any)[name] = value
		}
	}
	data, err = json.Marshal(file)
	s.must(err)
	s.must(os.WriteFile(path, data, 0o600))
}
