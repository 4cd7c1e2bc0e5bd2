package xsaletest_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestStartRejectsInvalidOptions(t *testing.T) {
	for name, test := range map[string]struct {
		option xsaletest.Option
		words  string
	}{
		"every address":      {xsaletest.WithAddress(":8080"), "loopback"},
		"unspecified":        {xsaletest.WithAddress("0.0.0.0:0"), "loopback"},
		"other machine":      {xsaletest.WithAddress("192.0.2.1:80"), "loopback"},
		"not an address":     {xsaletest.WithAddress("127.0.0.1"), "WithAddress"},
		"no listener":        {xsaletest.WithListener(nil), "WithListener"},
		"no clock":           {xsaletest.WithClock(nil), "WithClock"},
		"no access lifetime": {xsaletest.WithTokenLifetimes(0, time.Hour), "WithTokenLifetimes"},
		"half a second":      {xsaletest.WithTokenLifetimes(time.Hour, 1500*time.Millisecond), "whole seconds"},
		"negative orders":    {xsaletest.WithOrders(-1), "WithOrders"},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox, err := xsaletest.Start(test.option)
			if err == nil {
				sandbox.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.words) {
				t.Errorf("want %q in the error: %v", test.words, err)
			}
		})
	}
}

func TestStartWithAddress(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithAddress("localhost:0"))
	address := strings.TrimPrefix(sandbox.URL(), "http://")
	if _, err := xsaletest.Start(xsaletest.WithAddress(address)); err == nil {
		t.Errorf("%s was used twice", address)
	}
	if err := sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	if again := xsaletest.New(t, xsaletest.WithAddress(address)); again.URL() != sandbox.URL() {
		t.Errorf("%s, want %s", again.URL(), sandbox.URL())
	}
}

func TestStartWithListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sandbox := xsaletest.New(t, xsaletest.WithListener(listener))
	if sandbox.URL() != "http://"+listener.Addr().String() {
		t.Errorf("%s, want %s", sandbox.URL(), listener.Addr())
	}
	login(t, sandbox)
	if err := sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is still open: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	sandbox := xsaletest.New(t)
	environment := make(map[string]string)
	for _, variable := range sandbox.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	response, err := http.PostForm(environment["XSALE_TOKEN_URL"], url.Values{
		"grant_type":    {"password"},
		"client_id":     {environment["XSALE_CLIENT_ID"]},
		"client_secret": {environment["XSALE_CLIENT_SECRET"]},
		"username":      {environment["XSALE_USERNAME"]},
		"password":      {environment["XSALE_PASSWORD"]},
		"audience":      {xsaletest.Audience},
		"scope":         {"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	pair := decode[tokens](t, reply{status: response.StatusCode, body: string(body)})
	request, err := http.NewRequest(http.MethodGet, environment["XSALE_BASE_URL"]+"/"+environment["XSALE_ORGANIZATION"]+"/statuses", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = pair.header()
	statuses, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer statuses.Body.Close()
	if statuses.StatusCode != http.StatusOK {
		t.Errorf("status %d", statuses.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestTLS(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithTLS())
	if !strings.HasPrefix(sandbox.URL(), "https://") || sandbox.TokenURL() != sandbox.URL()+"/oauth/token" {
		t.Errorf("addresses %s and %s", sandbox.URL(), sandbox.TokenURL())
	}
	login(t, sandbox)

	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(sandbox.CertificatePEM()) {
		t.Fatal("no certificate")
	}
	block, _ := pem.Decode(sandbox.CertificatePEM())
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if names := authority.PermittedDNSDomains; !slices.Equal(names, []string{"localhost"}) || len(authority.PermittedIPRanges) != 2 {
		t.Errorf("the authority is valid for %v and %v", names, authority.PermittedIPRanges)
	}
	address := strings.TrimPrefix(sandbox.URL(), "https://")
	for name, test := range map[string]struct {
		config  *tls.Config
		trusted bool
	}{
		"authority by address": {&tls.Config{RootCAs: trusted}, true},
		"authority by name":    {&tls.Config{RootCAs: trusted, ServerName: "localhost"}, true},
		"other name":           {&tls.Config{RootCAs: trusted, ServerName: "api.xsale.ai"}, false},
		"system's authorities": {&tls.Config{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := tls.Dial("tcp", address, test.config)
			if err == nil {
				connection.Close()
			}
			if (err == nil) != test.trusted {
				t.Errorf("error %v", err)
			}
		})
	}
	if plain := xsaletest.New(t); plain.CertificatePEM() != nil {
		t.Error("a sandbox without TLS has a certificate")
	}
}

func TestDateHeaderUsesTheClock(t *testing.T) {
	now := newClock()
	sandbox := xsaletest.New(t, xsaletest.WithClock(now.Now))
	want := now.Now().Format(http.TimeFormat)
	for _, reply := range []reply{tryLogin(t, sandbox), send(t, sandbox, http.MethodGet, "/me", "", nil)} {
		if date := reply.header.Get("Date"); date != want {
			t.Errorf("Date %s, want %s", date, want)
		}
	}
}

func TestCounters(t *testing.T) {
	sandbox := xsaletest.New(t)
	pair := login(t, sandbox)
	tryLogin(t, sandbox, "password", "wrong")
	sandbox.Fail(xsaletest.Login, xsaletest.Status(http.StatusOK))
	tryLogin(t, sandbox)
	send(t, sandbox, http.MethodGet, "/oauth/token", "", nil)
	send(t, sandbox, http.MethodGet, "/.well-known/jwks.json", "", nil)
	send(t, sandbox, http.MethodGet, "/me", "", pair.header())
	send(t, sandbox, http.MethodGet, "/me", "", nil)
	if sandbox.Logins() != 1 || sandbox.TokenRequests() != 3 || sandbox.Calls() != 2 {
		t.Errorf("got %d logins, %d token requests, %d calls, want 1, 3 and 2", sandbox.Logins(), sandbox.TokenRequests(), sandbox.Calls())
	}
}

func TestEveryOperationIsServed(t *testing.T) {
	c := newCaller(t, xsaletest.WithInvalidRequests())
	document, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	for template, item := range document.Paths.Map() {
		id := "1" // of the integration
		if strings.Contains(template, "/articles/") {
			id = "16519"
		}
		path := strings.NewReplacer("{organizationName}", xsaletest.Organization, "{id}", id, "{categoryId}", "1").Replace(template)
		for method := range item.Operations() {
			reply := c.call(method, path, "{}")
			if reply.status != http.StatusOK && reply.status != http.StatusCreated && reply.status != http.StatusBadRequest {
				t.Errorf("%s %s: status %d, %s", method, template, reply.status, reply.body)
			}
		}
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	c := newCaller(t)
	for _, path := range []string{"/me/", "/you", "//orders", ":/contractors", ":/orders/1", ":/orders/", "/a/../me", ":/articles/16519"} {
		wantProblem(t, c.call(http.MethodGet, path, ""), http.StatusNotFound)
	}
	for path, allowed := range map[string]string{"/me": "GET", ":/orders": "GET, POST", ":/articles/16519/translations": "GET, PUT"} {
		reply := c.call(http.MethodDelete, path, "")
		wantProblem(t, reply, http.StatusMethodNotAllowed)
		if reply.header.Get("Allow") != allowed {
			t.Errorf("%s: Allow %q, want %q", path, reply.header.Get("Allow"), allowed)
		}
	}
}

func TestUnknownOrganization(t *testing.T) {
	c := newCaller(t)
	for _, test := range []struct{ method, path, body string }{
		{http.MethodGet, "/Other/orders", ""},
		{http.MethodPost, "/Other/orders", validOrder},
		{http.MethodGet, "/Other/statuses", ""},
		{http.MethodPost, "/Other/integrations", `{"Name":"shop","IntegrationType":28}`},
		{http.MethodPost, "/Other/integrations/1/categories/1/parameters", `{}`},
		{http.MethodGet, "/Other/articles/16519/translations", ""},
		{http.MethodPut, "/Other/articles/16519/translations", `{"LanguageId":2}`},
	} {
		wantProblem(t, c.call(test.method, test.path, test.body), http.StatusNotFound, "path organizationName")
	}
	if orders := c.listOrders(""); len(orders) != 300 {
		t.Errorf("%d orders", len(orders))
	}
}

func TestMeAndStatuses(t *testing.T) {
	c := newCaller(t)
	const me = `{"Email":"loremipsum@futuriti.pl","EmailVerified":true,"Id":1,"Name":"Lorem Ipsum","Nickname":"loremipsum","Organizations":[{"Id":1,"Name":"Futuriti_bb7b2a13-84e7-4261-8550-0250op0f9b55","ShortName":"Futuriti"}]}`
	if reply := c.call(http.MethodGet, "/me", ""); reply.status != http.StatusOK || strings.TrimSpace(reply.body) != me {
		t.Errorf("status %d, body %s", reply.status, reply.body)
	}
	names := []string{
		"Nowe", "Zaimportowano do ERP", "W trakcie realizacji", "Przygotowywane do wysyłki",
		"Wysłane", "Zrealizowane", "Anulowane", "Do obsługi ręcznej",
	}
	statuses := decode[[]struct {
		Id   int64
		Name string
	}](t, c.call(http.MethodGet, ":/statuses", ""))
	if len(statuses) != len(names) {
		t.Fatalf("%d statuses", len(statuses))
	}
	for i, status := range statuses {
		if status.Name != names[i] || status.Id == 0 {
			t.Errorf("status %d is %+v", i, status)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(0))
	const workers, rounds = 8, 10
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for round := range rounds {
				if reply := c.call(http.MethodPost, ":/orders", validOrder); reply.status != http.StatusCreated {
					t.Errorf("status %d", reply.status)
				}
				c.call(http.MethodGet, ":/orders", "")
				c.call(http.MethodPut, ":/articles/16519/translations", fmt.Sprintf(`{"LanguageId":%d}`, 100+round))
				c.call(http.MethodGet, ":/articles/16519/translations", "")
				c.call(http.MethodPost, ":/integrations", `{"Name":"shop","IntegrationType":28}`)
				tryLogin(t, c.sandbox, "username", "other")
				c.sandbox.Unblock("other")
			}
		})
	}
	group.Wait()
	ids := make(map[int64]bool)
	for _, order := range c.listOrders("") {
		ids[order.Id] = true
	}
	if len(ids) != workers*rounds {
		t.Errorf("%d orders, want %d", len(ids), workers*rounds)
	}
	if id := c.create(":/integrations", `{"Name":"shop","IntegrationType":28}`); id != workers*rounds+2 {
		t.Errorf("the last integration has id %d", id)
	}
	if translations := decode[[]any](t, c.call(http.MethodGet, ":/articles/16519/translations", "")); len(translations) != rounds+1 {
		t.Errorf("%d translations", len(translations))
	}
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	sandbox, err := xsaletest.Start(xsaletest.WithTLS())
	if err != nil {
		t.Fatal(err)
	}
	pair := login(t, sandbox)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { send(t, sandbox, http.MethodGet, "/me", "", pair.header()) })
	}
	group.Wait()
	for range 2 {
		if err := sandbox.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if response, err := sandbox.HTTPClient().Get(sandbox.URL()); err == nil {
		response.Body.Close()
		t.Error("a closed sandbox responds")
	}
	wantNoGoroutine(t)
}

func TestCloseCutsEndlessRequests(t *testing.T) {
	sandbox := xsaletest.New(t)
	unfinished, _ := startRequest(t, sandbox)
	silent, err := net.Dial("tcp", unfinished.RemoteAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if err := sandbox.Close(); err != nil {
		t.Error(err)
	}
	wantNoGoroutine(t)
}

// wantNoGoroutine fails if a goroutine of an HTTP server or client is left. It waits a little,
// because a goroutine may not have returned yet.
func wantNoGoroutine(t *testing.T) {
	t.Helper()
	var stacks string
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
		buffer := make([]byte, 1<<20)
		stacks = string(buffer[:runtime.Stack(buffer, true)])
		if !strings.Contains(stacks, "net/http.") {
			return
		}
	}
	t.Errorf("leaked goroutines:\n%s", stacks)
}

// startRequest sends the beginning of a login and returns the connection and the rest.
func startRequest(t *testing.T, sandbox *xsaletest.Sandbox) (connection net.Conn, rest string) {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(sandbox.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	form := make(url.Values)
	for name, value := range grant() {
		form.Set(name, value)
	}
	body := form.Encode()
	_, err = fmt.Fprintf(connection, "POST /oauth/token HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:10])
	if err != nil {
		t.Fatal(err)
	}
	for sandbox.TokenRequests() == 0 {
		runtime.Gosched()
	}
	return connection, body[10:]
}

func TestCloseWaitsForRequests(t *testing.T) {
	sandbox := xsaletest.New(t)
	connection, rest := startRequest(t, sandbox)
	closed := make(chan error)
	go func() { closed <- sandbox.Close() }()
	for { // until it stops listening
		probe, err := net.Dial("tcp", connection.RemoteAddr().String())
		if err != nil {
			break
		}
		probe.Close()
	}
	if _, err := io.WriteString(connection, rest); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d", response.StatusCode)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
