package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
)

// serveBare serves the reverse proxy of the standard library, which only sets the tokens: what one
// more process in between takes at least. It runs in a child process, which is this program again.
func serveBare() error {
	api, err := url.Parse(os.Getenv("XSALE_BASE_URL"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("export BARE_URL=http://%s\nIt listens at this address.\n", listener.Addr())
	return http.Serve(listener, &httputil.ReverseProxy{Rewrite: func(request *httputil.ProxyRequest) {
		request.SetURL(api)
		request.Out.Header.Set("Authorization", "Bearer "+os.Getenv("ACCESS_TOKEN"))
		request.Out.Header.Set("X-Id-Token", os.Getenv("ID_TOKEN"))
	}})
}
