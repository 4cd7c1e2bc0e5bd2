package xsaleotel

import (
	"cmp"
	"errors"
	"net/url"
	"strconv"

	"github.com/xsale-go/xsale"
)

// server is where the calls go to.
type server struct {
	address string
	port    int
}

func serverOf(baseURL string) (server, error) {
	address, err := url.Parse(cmp.Or(baseURL, xsale.DefaultBaseURL))
	if err != nil || address.Hostname() == "" {
		return server{}, errors.New("xsaleotel: the base URL is no address: write it as https://host") // it could hold a password
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
		return server{}, errors.New("xsaleotel: the port of the base URL is no number")
	}
	return server{address.Hostname(), port}, nil
}
