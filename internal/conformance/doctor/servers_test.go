package doctor

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// certificate describes a certificate of a server. Its authority is in SSL_CERT_FILE unless it is
// untrusted.
type certificate struct {
	names     []string
	from, to  time.Duration // from now; by default a day ago, and in a year
	untrusted bool
}

// serveTLS serves the sandbox with a certificate and returns the address with the first name.
func (s *setup) serveTLS(c certificate) string {
	s.Helper()
	server := httptest.NewUnstartedServer(s.forward())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{s.sign(c)}}
	server.StartTLS()
	s.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	s.must(err)
	return net.JoinHostPort(c.names[0], port)
}

// forward passes requests on to the sandbox.
func (s *setup) forward() http.Handler {
	target, err := url.Parse(s.sandbox.URL())
	s.must(err)
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}

// serve starts a server in front of the sandbox.
func (s *setup) serve(handler http.HandlerFunc) string {
	server := httptest.NewServer(handler)
	s.Cleanup(server.Close)
	return server.URL
}

func (s *setup) sign(c certificate) tls.Certificate {
	s.Helper()
	if c.from == 0 {
		c.from = -24 * time.Hour
	}
	if c.to == 0 {
		c.to = 365 * 24 * time.Hour
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-10 * 365 * 24 * time.Hour), NotAfter: time.Now().Add(10 * 365 * 24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	authorityDER, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	s.must(err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: c.names, NotBefore: time.Now().Add(c.from), NotAfter: time.Now().Add(c.to),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), key)
	s.must(err)
	if !c.untrusted {
		file := filepath.Join(s.dir, "authority.pem")
		s.must(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityDER}), 0o600))
		s.environment["SSL_CERT_FILE"] = file
	}
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}
}

// behindProxy is a host that only the proxy of a test can reach.
const behindProxy = "api.shop.test"

// useProxy sets a proxy, and addresses that are not on loopback.
func (s *setup) useProxy(address string) {
	s.environment["HTTPS_PROXY"] = "http://canary-user:canary-password@" + address
	s.use("https://" + behindProxy)
}

// startProxy starts a proxy that responds to CONNECT with a status, or with 0 connects to the
// sandbox.
func (s *setup) startProxy(status int) string {
	s.Helper()
	server := s.serveTLS(certificate{names: []string{behindProxy}})
	_, port, err := net.SplitHostPort(server)
	s.must(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go connect(client, net.JoinHostPort("127.0.0.1", port), status)
		}
	}()
	return listener.Addr().String()
}

func connect(client net.Conn, server string, status int) {
	defer client.Close()
	if _, err := http.ReadRequest(bufio.NewReader(client)); err != nil {
		return
	}
	if status != 0 {
		fmt.Fprintf(client, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n", status, http.StatusText(status))
		return
	}
	target, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer target.Close()
	fmt.Fprint(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		io.Copy(target, client)
		target.Close()
	}()
	io.Copy(client, target)
}

// silent accepts connections and never responds.
func (s *setup) silent() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	done := make(chan struct{})
	s.Cleanup(func() { close(done); listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { <-done; client.Close() }()
		}
	}()
	return listener.Addr().String()
}
