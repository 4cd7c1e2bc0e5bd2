package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/internal/gateway"
)

// pipes is a listener without a network, so that minutes pass at once.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.connections:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial() net.Conn {
	caller, server := net.Pipe()
	p.connections <- server
	return caller
}

// inBubble runs a test with a gateway in front of a function, in fake time.
func inBubble(t *testing.T, api func(*http.Request) (*http.Response, error), test func(t *testing.T, front *pipes)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		transport := stub.RoundTripFunc(func(request *http.Request) (*http.Response, error) {
			if strings.HasSuffix(request.URL.Path, "/oauth/token") {
				return stub.Response(http.StatusOK, `{"access_token":"an-access-token","id_token":"an-id-token","token_type":"Bearer","scope":"openid","expires_in":86400}`), nil
			}
			return api(request)
		})
		client, err := xsale.New(xsale.WithHTTPClient(&http.Client{Transport: transport}), xsale.WithOnDemandLogin(), xsale.WithRetries(0),
			xsale.WithCredentials(authn.Credentials{ClientID: "id", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password")}))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		g, err := gateway.New(gateway.Config{API: client, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		front := &pipes{make(chan net.Conn), make(chan struct{})}
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- g.Serve(ctx, front) }()
		test(t, front)
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

const head = " HTTP/1.1\r\nHost: localhost\r\nXsale-Proxy-Secret: " + secret + "\r\n"

// A caller that stops sending gets a response or is dropped, and nothing is sent on.
func TestSlowCallers(t *testing.T) {
	for name, test := range map[string]struct {
		sent     string
		after    time.Duration
		response string // empty for a closed connection
	}{
		"in the header":         {"GET /me HTTP/1.1\r\nHost: loc", 10 * time.Second, ""},
		"in the body":           {"POST /orders" + head + "Content-Length: 10\r\n\r\n12345", time.Minute, "HTTP/1.1 408 "},
		"in a chunk":            {"POST /orders" + head + "Transfer-Encoding: chunked\r\n\r\n5\r\n123", time.Minute, "HTTP/1.1 408 "},
		"in a body not wanted":  {"POST /../orders" + head + "Content-Length: 10\r\n\r\n12345", time.Minute, "HTTP/1.1 400 "},
		"between two requests":  {"GET /_proxy/health HTTP/1.1\r\nHost: localhost\r\n\r\n", 2 * time.Minute, "HTTP/1.1 204 "},
		"without the secret":    {"POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n", time.Minute, "HTTP/1.1 403 "},
		"before the first byte": {"", 10 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			api := func(request *http.Request) (*http.Response, error) {
				t.Error("sent on")
				return nil, io.EOF
			}
			inBubble(t, api, func(t *testing.T, front *pipes) {
				connection := front.dial()
				defer connection.Close()
				begin := time.Now()
				go io.WriteString(connection, test.sent)
				data, err := io.ReadAll(connection) // a response before the time is up, then the end
				if took := time.Since(begin); err != nil || took < test.after || took > test.after+10*time.Second || !strings.HasPrefix(string(data), test.response) || (test.response == "" && len(data) > 0) {
					t.Errorf("after %v: %q, %v", took, data, err)
				}
			})
		})
	}
}

// A caller that stops reading for a minute ends the response at the API. One that reads slowly gets
// all of it.
func TestSlowReaders(t *testing.T) {
	for name, pause := range map[string]time.Duration{"slow": 5 * time.Second, "stopped": 2 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			const size = 300_000
			closed := make(chan struct{})
			api := func(request *http.Request) (*http.Response, error) {
				response := stub.Response(http.StatusOK, strings.Repeat("x", size))
				response.Body = closing{response.Body, closed}
				return response, nil
			}
			inBubble(t, api, func(t *testing.T, front *pipes) {
				connection := front.dial()
				defer connection.Close()
				go io.WriteString(connection, "GET /file"+head+"Connection: close\r\n\r\n")
				received, part := 0, make([]byte, 40_000)
				for {
					n, err := connection.Read(part)
					received += n
					if err != nil {
						break
					}
					time.Sleep(pause) // in fake time
				}
				<-closed
				if whole := received > size; whole != (name == "slow") {
					t.Errorf("received %d bytes", received)
				}
			})
		})
	}
}

type closing struct {
	io.ReadCloser
	closed chan struct{}
}

func (c closing) Close() error {
	close(c.closed)
	return c.ReadCloser.Close()
}

// A request that does not finish in time does not keep the gateway from stopping.
func TestStopEndsWhatHangs(t *testing.T) {
	api := func(request *http.Request) (*http.Response, error) {
		<-request.Context().Done()
		return nil, request.Context().Err()
	}
	inBubble(t, api, func(t *testing.T, front *pipes) {
		connection := front.dial()
		go io.Copy(io.Discard, connection)
		if _, err := io.WriteString(connection, "GET /me"+head+"\r\n"); err != nil {
			t.Error(err)
		}
		synctest.Wait()
	})
}

// Beyond the limit, a connection waits until another one ends.
func TestManyConnections(t *testing.T) {
	api := func(*http.Request) (*http.Response, error) { return nil, errors.New("not called") }
	inBubble(t, api, func(t *testing.T, front *pipes) {
		const limit = 512
		var open []net.Conn
		for range limit {
			open = append(open, front.dial())
		}
		waiting := make(chan string)
		go func() {
			connection := front.dial()
			fmt.Fprint(connection, "GET /_proxy/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
			line, err := bufio.NewReader(connection).ReadString('\n')
			waiting <- fmt.Sprint(line, err)
			connection.Close()
		}()
		synctest.Wait()
		select {
		case line := <-waiting:
			t.Errorf("not waited: %s", line)
		default:
		}
		for _, connection := range open {
			connection.Close()
		}
		if line := <-waiting; line != "HTTP/1.1 204 No Content\r\n<nil>" {
			t.Error(line)
		}
	})
}
