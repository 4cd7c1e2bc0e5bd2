package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/bench/contract/fakeapi"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

func TestFakeMatchesSpec(t *testing.T) {
	server := httptest.NewServer(fakeapi.NewFake(asPrism{}))
	defer server.Close()
	validator := traffic.Validate(newTransport())
	c := candidate{server.URL, validator, http.Header{}}
	for _, path := range []string{mePath, ordersPath} {
		if err := c.call(t.Context(), path); err != nil {
			t.Error(err)
		}
	}
	if err := allChecked(validator); err != nil {
		t.Error(err)
	}
	if err := c.call(t.Context(), "/elsewhere"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("unsuccessful response: got %v", err)
	}
	if err := allChecked(validator); err == nil || !strings.HasPrefix(err.Error(), "validator finding: ") {
		t.Errorf("error in the traffic: got %v", err)
	}
	if err := allChecked(traffic.Validate(nil)); err == nil {
		t.Error("no calls: got no error")
	}
}

func TestSandboxAcceptsTokens(t *testing.T) {
	sandbox := xsaletest.New(t)
	header, err := tokens(t.Context(), sandbox)
	if err != nil {
		t.Fatal(err)
	}
	if err := (candidate{sandbox.URL(), newTransport(), header}).call(t.Context(), mePath); err != nil {
		t.Error(err)
	}
}
