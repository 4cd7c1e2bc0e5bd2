package doctor

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call/filelimit"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/xsaletest"
)

// A file system that hangs must not hang the doctor, nor may what it finds out in the end disturb.
func TestHangingGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &examination{}
		release := make(chan struct{})
		start := time.Now()
		checks := e.parallel(t.Context(), []Group{
			{[]string{"a", "b"}, func(context.Context) []Check { <-release; return nil }},
			{[]string{"c"}, func(context.Context) []Check { return []Check{{Name: "c", Verdict: OK}} }},
			{[]string{"d"}, func(ctx context.Context) []Check { <-ctx.Done(); return []Check{{Name: "d", Verdict: Warning}} }},
		})
		close(release)
		var names []string
		for _, check := range slices.Concat(checks...) {
			names = append(names, check.Name+" "+string(check.Verdict))
		}
		if want := []string{"a failed", "b failed", "c ok", "d warning"}; !slices.Equal(names, want) {
			t.Errorf("%v, want %v", names, want)
		}
		if took := time.Since(start); took != groupTimeout+grace {
			t.Errorf("it took %v, want %v", took, groupTimeout+grace)
		}
	})
}

func TestCredentialsThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := &examination{Setup: Setup{CredentialsFrom: "the account", Credentials: func(context.Context) (authn.Credentials, error) {
			<-release
			return authn.Credentials{}, nil
		}}}
		checks := e.bounded(t.Context(), credentialsTimeout, Group{[]string{"credentials"}, e.checkCredentials})
		e.open()
		close(release)
		if len(checks) != 1 || checks[0].Verdict != Failed || e.source != nil {
			t.Errorf("%+v, source %v", checks, e.source)
		}
	})
}

func TestMask(t *testing.T) {
	t.Setenv("HOME", "/home/anna")
	t.Setenv("USERPROFILE", "/home/anna")
	e := &examination{Setup: Setup{
		Settings: []Setting{{Name: Organization, Value: "Shop_1"}, {Name: Account, Value: "acme"}},
		Private:  []string{"anna-at-shop"},
		Environ:  []string{"XSALE_PASSWORD=geheim+1"},
	}}
	e.credentials.Store(&authn.Credentials{ClientID: "client-7", ClientSecret: authn.NewSecret("secret-7"), Username: "anna@shop.example", Password: authn.NewSecret("password-7")})
	mask := e.mask()
	for text, want := range map[string]string{
		"/home/anna/.cache/xsale":                                "~/.cache/xsale",
		"/home/bert/.cache and /Users/c d":                       "/home/[user]/.cache and /Users/[user] d",
		`C:\Users\Bert\AppData`:                                  `C:\Users\[user]\AppData`,
		"organization Shop_1 of anna@shop.example":               "organization [organization] of [user name]",
		"bert@shop.example, secret-7, password-7":                "[email], [client secret], [password]",
		"client-7, anna-at-shop, geheim+1":                       "[client ID], [private], [password]",
		"account acme: run 'xsale account add acme --overwrite'": "account NAME: run 'xsale account add NAME --overwrite'",
		"account \"acme\" is missing":                            "account \"NAME\" is missing",
		"http://user:pass@proxy:3128/":                           "http://proxy:3128/",
		"Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJh":               "Bearer [token]",
		"connection refused, clock right":                        "connection refused, clock right",
		"the certificate of api.xsale.ai:443":                    "the certificate of api.xsale.ai:443",
	} {
		if got := mask(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	for variable, want := range map[string]string{
		"XSALE_CLIENT_ID=x":        "",
		"XSALE_KEY=4711":           "",
		"XSALE_PROXY_URL=http://x": "",
		"HOME=/":                   "",
		"SALE=1":                   "",
		"GRADLE_USERNAME=x":        "",
		"xsale_client_id=x":        "XSALE_CLIENT_ID",
		"XSALE_CLIENTID=x":         "XSALE_CLIENT_ID",
		"XSALE-PASSWORD=x":         "XSALE_PASSWORD",
		"XSALE_PASWORD=x":          "XSALE_PASSWORD",
		"XSALES_USERNAME=x":        "XSALE_USERNAME",
		"XSALE_USER_NAME=x":        "XSALE_USERNAME",
		"XSALE_USER=x":             "XSALE_USERNAME",
		"XSALE_BASEURL=x":          "XSALE_BASE_URL",
		"XSALE_URL=x":              "XSALE_BASE_URL",
		"XSALE_TOKENSTORE=x":       "XSALE_TOKEN_STORE",
		"XSALE_VERBOSE=1":          "remove it",
		"XSALE_PASSWORD=":          "is set but empty",
		"XSALE_PASSWORD= ":         "white space",
		"XSALE_PASSWORD=a\r":       "carriage return",
		"XSALE_PASSWORD=\ufeffa":   "invisible",
		"XSALE_PASSWORD='a'":       "quotation marks",
		"XSALE_PASSWORD='a":        "",
		"XSALE_PASSWORD=a b":       "",
		"XSALE_PASSWORD=$a":        "",
		"XSALE_PASSWORD=${a}":      "reference",
		"XSALE_PASSWORD=%a%":       "reference",
		"XSALE_PASSWORD=<secret>":  "placeholder",
		"XSALE_PASSWORD=changeme":  "placeholder",
		"XSALE_USERNAME=a\nb":      "control characters",
		"HTTP_PROXY=http://p:1":    "HTTPS_PROXY",
		"https_proxy=p:3128":       "",
		"HTTPS_PROXY=http://%":     "http://host:port",
	} {
		if runtime.GOOS == "windows" && strings.HasPrefix(variable, "xsale_client_id") {
			want = "" // the same variable
		}
		t.Run(variable, func(t *testing.T) {
			e := &examination{Setup: Setup{Environ: []string{variable}}}
			check := e.checkEnvironment(t.Context())[0]
			if want == "" && check.Verdict != OK || want != "" && (check.Verdict == OK || !strings.Contains(check.Detail+check.Remedy, want)) {
				t.Errorf("%+v, want %q", check, want)
			}
		})
	}
}

// Every variable that the code reads or sets is known here.
func TestVariablesAreKnown(t *testing.T) {
	variable := regexp.MustCompile(`"(XSALE_[A-Z_]+)[="]`)
	found := 0
	for _, dir := range []string{"../..", "../../authn", "../../account", "../../transfer", "../../cmd/xsale", "../../internal/gateway"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range variable.FindAllStringSubmatch(string(code), -1) {
				found++
				if !slices.Contains(knownVariables, match[1]) && !slices.Contains(givenVariables, match[1]) && match[1] != "XSALE_PROXY_" {
					t.Errorf("%s: %s is unknown", file, match[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d variables found", found)
	}
}

func TestConfiguration(t *testing.T) {
	for name, test := range map[string]struct {
		settings map[string]string
		verdict  Verdict
		want     string
	}{
		"production":              {nil, OK, "by default"},
		"sandbox":                 {map[string]string{BaseURL: "http://127.0.0.1:1/", TokenURL: "http://127.0.0.1:1/oauth/token"}, OK, "base URL, token URL from test"},
		"login in production":     {map[string]string{BaseURL: "http://127.0.0.1:1"}, Failed, "logins go to production"},
		"API in production":       {map[string]string{TokenURL: "http://127.0.0.1:1/oauth/token"}, Failed, "logins go to this machine"},
		"half of another service": {map[string]string{BaseURL: "https://api.test"}, Warning, "only one of"},
		"another service":         {map[string]string{BaseURL: "https://api.test", TokenURL: "https://login.test/token"}, OK, ""},
		"another audience":        {map[string]string{Audience: "https://api.xsale.ai/"}, Warning, "another audience"},
		"plain http":              {map[string]string{BaseURL: "http://api.xsale.ai"}, Failed, "plain http"},
		"two mistakes":            {map[string]string{BaseURL: "x", Scope: "profile"}, Failed, "openid"},
	} {
		t.Run(name, func(t *testing.T) {
			e := &examination{}
			for name, value := range test.settings {
				e.Settings = append(e.Settings, Setting{name, value, "test"})
			}
			if check := e.checkConfiguration(); check.Verdict != test.verdict || !strings.Contains(check.Detail, test.want) || (check.Verdict == OK) != (check.Remedy == "") {
				t.Errorf("%+v, want %s with %q", check, test.verdict, test.want)
			}
		})
	}
}

func TestClock(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	server := func(difference time.Duration) *route {
		header := http.Header{"Date": {at.Add(difference).Format(http.TimeFormat)}}
		return &route{url: &url.URL{Host: "server"}, response: &http.Response{Header: header}, sent: at, received: at.Add(200 * time.Millisecond)}
	}
	silent := &route{url: &url.URL{Host: "server"}, response: &http.Response{}}
	for name, test := range map[string]struct {
		login, api *route
		verdict    Verdict
		want       string
	}{
		"right":       {server(0), server(-time.Second), OK, "right"},
		"a little":    {server(-20 * time.Second), server(-20 * time.Second), OK, "20s ahead"},
		"ahead":       {server(-time.Minute), server(-time.Minute), Warning, "1m0s ahead"},
		"behind":      {server(time.Hour), server(time.Hour), Failed, "1h00m behind"},
		"a year":      {server(365 * 24 * time.Hour), silent, Failed, "365 days behind"},
		"only API":    {silent, server(time.Hour), Failed, "behind"},
		"one server":  {server(0), server(time.Hour), Warning, "the clock of server"},
		"no response": {&route{}, &route{}, Skipped, "no server"},
	} {
		t.Run(name, func(t *testing.T) {
			if check := checkClock(test.login, test.api); check.Verdict != test.verdict || !strings.Contains(check.Detail, test.want) {
				t.Errorf("%+v, want %s with %q", check, test.verdict, test.want)
			}
		})
	}
}

func TestFailedStep(t *testing.T) {
	proxy := &url.URL{Host: "proxy"}
	failed := errors.New("failed")
	for name, test := range map[string]struct {
		route *route
		want  step
	}{
		"no response":            {&route{step: stepResponse, err: failed}, stepResponse},
		"a response":             {&route{step: stepResponse}, stepResponse},
		"before anything":        {&route{err: failed}, stepDNS},
		"DNS hangs":              {&route{step: stepDNS, err: context.DeadlineExceeded}, stepDNS},
		"no address is reached":  {&route{step: stepTCP, err: failed}, stepTCP},
		"between DNS and TCP":    {&route{step: stepDNS, ended: true, err: failed}, stepTCP},
		"handshake":              {&route{step: stepTLS, err: failed}, stepTLS},
		"no handshake begins":    {&route{step: stepTCP, ended: true, err: failed}, stepTLS},
		"DNS of the proxy":       {&route{proxy: proxy, step: stepDNS, err: failed}, stepProxy},
		"CONNECT hangs":          {&route{proxy: proxy, step: stepTCP, ended: true, err: context.DeadlineExceeded}, stepProxy},
		"CONNECT is refused":     {&route{proxy: proxy, step: stepTCP, ended: true, err: &httpx.ProxyError{StatusCode: 407}}, stepProxy},
		"handshake behind proxy": {&route{proxy: proxy, step: stepTLS, err: failed}, stepTLS},
	} {
		t.Run(name, func(t *testing.T) {
			test.route.url = &url.URL{Scheme: "https", Host: "server"}
			if got := test.route.failedAt(); got != test.want {
				t.Errorf("step %d, want %d", got, test.want)
			}
		})
	}
}

// The file of a rate limit is read as package call writes it.
func TestRateAsLearned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	limiter := filelimit.New(path + ".limit")
	sandbox := xsaletest.New(t)
	client := sandbox.Client(t, xsale.WithLimiter(limiter), xsale.WithRetries(0), xsale.WithRateLearning(true))
	if err := sandbox.Fail("getMe", xsaletest.RetryAfter(20*time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Me(t.Context()); !errors.Is(err, xsale.ErrRateLimited) {
		t.Fatal(err)
	}
	base, err := httpx.ParseEndpoint("base URL", sandbox.URL())
	if err != nil {
		t.Fatal(err)
	}
	e := &examination{Setup: Setup{Now: time.Now}, addresses: addresses{base: base}, store: storage{path: path}}
	if check := e.checkRate(t.Context()); check.Verdict != Warning || !strings.Contains(check.Detail, "pause for ") {
		t.Errorf("after a 429: %+v", check)
	}
	e.Now = func() time.Time { return time.Now().Add(30 * time.Second) }
	if check := e.checkRate(t.Context()); check.Verdict != OK || !strings.Contains(check.Detail, "learned from 429s") {
		t.Errorf("after the pause: %+v", check)
	}
	data, err := os.ReadFile(path + ".limit")
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{`"pausedUntil":`, `"cut":`, `"cutAt":`, `"cuts":`, `"learned":`} {
		if !strings.Contains(string(data), field) {
			t.Errorf("the file has no field %s", field)
		}
	}
}

// The remedies of errors of the storage are separated from their texts.
func TestSplitRemedy(t *testing.T) {
	for text, want := range map[string]string{
		"file x is readable or writable by others (mode -rw-r--r--): set it to 0600":                                               "set it to 0600",
		"file x belongs to another user (uid 0, this program runs as 1): change its owner, run as that user, or name another file": "change its owner, run as that user, or name another file",
		"directory x is not a directory: remove it or name another path":                                                           "remove it or name another path",
		"XSALE_PASSWORD is not set": "",
	} {
		if detail, remedy := splitRemedy(text); remedy != want || !strings.HasPrefix(text, detail) {
			t.Errorf("%s: %q, %q, want %q", text, detail, remedy, want)
		}
	}
}
