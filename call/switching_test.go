package call_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// After 101, net/http no longer ends the connection with the context, so nothing may wait for more.
func TestA13_CallSwitchingProtocols(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	closed := make(chan struct{}, 100)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				if _, err := http.ReadRequest(bufio.NewReader(connection)); err != nil {
					return // a response to no request would be an error of its own
				}
				fmt.Fprint(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nand")
				io.Copy(io.Discard, connection)
				connection.Close()
				closed <- struct{}{}
			}()
		}
	}()
	address := "http://" + listener.Addr().String()
	source, err := authn.New(authn.Config{Credentials: credentials, APIURL: address, HTTPClient: &http.Client{Transport: &stub.Login{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	client, err := xsale.New(xsale.WithBaseURL(address), xsale.WithTokenSource(source), xsale.WithOrganization("acme"), xsale.WithTimeout(time.Minute), xsale.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	start := time.Now()
	for name, send := range map[string]func() error{
		"Fetch": func() error { _, err := client.Me(t.Context()); return err },
		"Stream": func() error {
			_, err := call.Collect(client.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}))
			return err
		},
		"raw": func() error { _, err := client.Call(t.Context(), "POST", "/x", nil); return err },
		"Doer": func() error {
			request, err := http.NewRequestWithContext(t.Context(), "GET", address+"/x", nil)
			if err != nil {
				return err
			}
			_, err = client.Doer().Do(request)
			return err
		},
	} {
		if failed, ok := errors.AsType[*call.Error](send()); !ok || failed.StatusCode != 101 {
			t.Errorf("%s: got %v", name, failed)
		}
		select {
		case <-closed:
		case <-time.After(30 * time.Second):
			t.Errorf("%s: the connection is still open", name)
		}
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}

// A request without a header map gets its tokens, and one without a URL an error.
func TestA35_DoerWithoutHeaderMap(t *testing.T) {
	sent := 0
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		if sent++; request.Header.Get("Authorization") == "" || request.Header.Get("X-Id-Token") == "" {
			t.Errorf("%d headers", len(request.Header))
		}
		return stub.Response(200, "{}"), nil
	})
	request, err := http.NewRequestWithContext(t.Context(), "GET", client.BaseURL()+"/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = nil
	response, err := client.Doer().Do(request)
	if err != nil || sent != 1 || request.Header != nil {
		t.Fatalf("%v, %d requests", err, sent)
	}
	response.Body.Close()
	request.URL = nil
	if _, err := client.Doer().Do(request); err == nil || sent != 1 {
		t.Errorf("without a URL: %v, %d requests", err, sent)
	}
}

// When the hint was read by this machine's clock, a call waited for minutes, or not at all.
func TestA20_CallHintsByTheServersClock(t *testing.T) {
	for _, skew := range []time.Duration{-5 * time.Hour, -10 * time.Minute, 10 * time.Minute} {
		t.Run(fmt.Sprint(skew), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := newTestClient(t, func(*http.Request) (*http.Response, error) {
					server := time.Now().Add(-skew).UTC()
					if requests++; requests > 1 {
						return stub.Response(200, "{}"), nil
					}
					return stub.Response(429, "", "Date", server.Format(http.TimeFormat), "Retry-After", server.Add(5*time.Second).Format(http.TimeFormat)), nil
				})
				start := time.Now()
				if _, err := client.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(start); waited < 5*time.Second || waited > 10*time.Second {
					t.Errorf("waited %v", waited)
				}
			})
		})
	}
}
