package orderimport

import (
	"errors"
	"net/http"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

func TestUnknownOrganization(t *testing.T) {
	sandbox := xsaletest.New(t)
	checked := traffic.ValidateFor(t, sandbox.HTTPClient().Transport)
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: checked}))
	sandbox.Fail("listOrders", xsaletest.Status(http.StatusNotFound))

	_, err := ImportNew(t.Context(), client.Organization(""), &memoryERP{})
	if !errors.Is(err, xsale.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
