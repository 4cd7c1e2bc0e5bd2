package main

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestMe(t *testing.T) {
	sandbox := xsaletest.New(t)
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(sandbox.Credentials()), TokenURL: sandbox.TokenURL(), APIURL: sandbox.URL(), HTTPClient: sandbox.HTTPClient(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	for range 2 {
		user, err := me(t.Context(), sandbox.HTTPClient(), source, sandbox.URL())
		if err != nil || !strings.Contains(user, xsaletest.Username) {
			t.Error(user, err)
		}
	}
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins for two calls", sandbox.Logins())
	}
}
