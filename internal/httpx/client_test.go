package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"
)

type otherTransport struct{ http.RoundTripper }

func TestNewClientKeepsSettings(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	given := &http.Client{Transport: otherTransport{}, Timeout: time.Minute, Jar: jar}
	made := NewClient(given)
	if made.Transport != given.Transport || made.Timeout != time.Minute || made.Jar != nil || made.CheckRedirect(nil, nil) != http.ErrUseLastResponse {
		t.Errorf("got %+v", made)
	}
	if given.Jar == nil || given.CheckRedirect != nil {
		t.Error("the given client changed")
	}
}

func TestNewClientWithCustomDefaultTransport(t *testing.T) {
	standard := http.DefaultTransport
	defer func() { http.DefaultTransport = standard }()

	pool := x509.NewCertPool()
	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10}}
	transport := NewClient(nil).Transport.(*http.Transport)
	if transport.TLSClientConfig.RootCAs != pool || transport.TLSClientConfig.MinVersion != tls.VersionTLS12 {
		t.Errorf("got %+v", transport.TLSClientConfig)
	}

	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13}}
	if got := NewClient(nil).Transport.(*http.Transport).TLSClientConfig.MinVersion; got != tls.VersionTLS13 {
		t.Errorf("the minimum version was lowered to %x", got)
	}

	http.DefaultTransport = otherTransport{standard}
	if NewClient(nil).Transport != http.DefaultTransport {
		t.Error("the program's own transport is not used")
	}
}
