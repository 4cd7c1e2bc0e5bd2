package authn_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// sink is a server that must not receive secrets. It records every request.
type sink struct {
	mu   sync.Mutex
	seen strings.Builder
	hits int
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	dump, _ := httputil.DumpRequest(r, true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits++
	s.seen.Write(dump)
	fmt.Fprint(w, `{"access_token":"stolen","id_token":"stolen","expires_in":60}`)
}

// When the client for logins followed redirects, the password reached the sink with 307 and 308.
// When the client for calls did, x-id-token reached it with every redirect.
func TestF29_Redirects(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{"https, other host", "http, other host", "https, same host", "http, same host"} {
			for _, which := range []string{"login", "call"} {
				t.Run(fmt.Sprintf("%s, %d to %s", which, code, target), func(t *testing.T) {
					sink := &sink{}
					var other *httptest.Server
					if strings.HasPrefix(target, "https") {
						other = httptest.NewTLSServer(sink)
					} else {
						other = httptest.NewServer(sink)
					}
					defer other.Close()
					to := other.URL
					if strings.HasSuffix(target, "other host") {
						to = strings.Replace(to, "127.0.0.1", "localhost", 1)
					}
					var logins int
					server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						loginRequest := r.URL.Path == "/oauth/token"
						if loginRequest == (which == "login") {
							http.Redirect(w, r, to+r.URL.Path, code)
							return
						}
						if loginRequest {
							logins++
							fmt.Fprint(w, `{"access_token":"canary-access","id_token":"canary-id","expires_in":60}`)
						}
					}))
					defer server.Close()
					pool := x509.NewCertPool()
					pool.AddCert(server.Certificate())
					if certificate := other.Certificate(); certificate != nil {
						pool.AddCert(certificate)
					}
					client := server.Client()
					client.Transport.(*http.Transport).TLSClientConfig.RootCAs = pool
					client.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true // the sink's certificate is for another name

					c, err := xsale.New(
						xsale.WithBaseURL(server.URL), xsale.WithTokenURL(server.URL+"/oauth/token"), xsale.WithHTTPClient(client), xsale.WithOrganization("acme"),
						xsale.WithCredentials(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("canary-secret"), Username: "user", Password: authn.NewSecret("canary-password")}),
					)
					if err != nil {
						t.Fatal(err)
					}
					defer c.Close()
					_, err = c.Call(t.Context(), "POST", "/acme/orders", map[string]int{"a": 1})
					if which == "login" && !errors.Is(err, authn.ErrInvalidResponse) || which == "call" && !errors.Is(err, xsale.ErrRedirect) {
						t.Errorf("got %v", err)
					}
					if sink.hits != 0 {
						t.Errorf("the redirect was followed: %s", sink.seen.String())
					}
				})
			}
		}
	}
}

// Without the check of both URLs in New, the password was sent in clear.
func TestF30_PlainHTTP(t *testing.T) {
	credentials := authn.Static(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("s"), Username: "user", Password: authn.NewSecret("p")})
	for _, address := range []string{"http://login.example/oauth/token", "http://10.0.0.1", "http://127.0.0.1.example", "ftp://login.example", "login.example", "//login.example", "https://user:canary@login.example"} {
		for name, config := range map[string]authn.Config{"token URL": {TokenURL: address}, "API URL": {APIURL: address}} {
			config.Credentials = credentials
			if _, err := authn.New(config); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s %s: %v", name, address, err)
			}
		}
		if _, err := xsale.New(xsale.WithCredentialsFunc(credentials), xsale.WithBaseURL(address)); err == nil {
			t.Errorf("base URL %s was accepted", address)
		}
	}
	for _, address := range []string{"http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080/token", "https://login.example"} {
		if _, err := authn.New(authn.Config{Credentials: credentials, TokenURL: address, APIURL: address}); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
