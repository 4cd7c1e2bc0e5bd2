package main

import (
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// A response that breaks off is one of a network or server that fails, which a script tries again.
func TestResponseThatBreaksOff(t *testing.T) {
	sandbox := useSandbox(t)
	for _, arguments := range [][]string{
		{"statuses", "list"},
		{"call", "listStatuses"},
		{"call", "listStatuses", "-o", "ndjson", "--limit", "1000"},
		{"api", "GET", "/{organizationName}/statuses"},
	} {
		for range 4 {
			sandbox.Fail("listStatuses", xsaletest.Cut(xsaletest.InBody))
		}
		execute(t, "", arguments...).expect(t, exitUnavailable)
	}
}
