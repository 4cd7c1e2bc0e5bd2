package xsale_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/xsale-go/xsale"

	"github.com/xsale-go/xsale/authn"
)

// A program that makes a Client for each job must not pile up connections.
func TestCloseClosesIdleConnections(t *testing.T) {
	var open sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"access_token":"access","id_token":"id","expires_in":60}`)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}
	server.Start()
	defer server.Close()
	client, err := xsale.New(xsale.WithBaseURL(server.URL), xsale.WithTokenURL(server.URL+"/oauth/token"), xsale.WithCredentials(authn.Credentials{
		ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	open.Wait() // hangs, and the test with it, where a connection stays open
}
