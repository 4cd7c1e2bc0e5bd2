package main

import (
	"testing"

	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/xsaletest"
)

// A second setup sends nothing, not even the parameter whose response was lost: that one is left to
// a person.
func TestSetUpCreatesOnce(t *testing.T) {
	sandbox := xsaletest.New(t)
	sandbox.Fail("createParameter", xsaletest.Cut(xsaletest.BeforeResponse).Processed())
	s := newShop(t, sandbox)
	for range 2 {
		if err := s.setUp(t.Context(), 12, []string{"Color", "Size"}); err != nil {
			t.Fatal(err)
		}
	}
	integrations, parameters := sandbox.Requests("createIntegration"), sandbox.Requests("createParameter")
	if len(integrations) != 1 || len(parameters) != 2 {
		t.Errorf("%d integrations and %d parameters were sent, want 1 and 2", len(integrations), len(parameters))
	}
	stats, err := s.parameters().Stats(t.Context())
	if err != nil || stats[transfer.StateDone] != 1 || stats[transfer.StateParked] != 1 {
		t.Errorf("the parameters are %v, %v, want one done and one parked", stats, err)
	}
}
