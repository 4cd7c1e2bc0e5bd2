package xsaleotel

import (
	"cmp"
	"errors"
	"net/url"
	"strconv"

	"github.com/xsale-go/xsale"
)

// server is the destination of the calls.
type server struct {
	address string
	port    int
}

func serverOf(baseURL string) (server, error) {
	address, err := url.Parse(cmp.Or(baseURL, xsale.DefaultBaseURL))
	if err != nil || address.Hostname() == "" {
		return server{}, errors.New("xsaleotel: invalid base URL: write it as https://host") // without the URL, which may contain a password
	}
	if address.Port() == "" {
		port := 443
		if address.Scheme == "http" {
			port = 80
		}
		return server{address.Hostname(), port}, nil
	}
	port, err := strconv.Atoi(address.Port())
	if err != nil {
		return server{}, errors.New("xsaleotel: invalid port in the base URL")
	}
	return server{address.Hostname(), port}, nil
}
