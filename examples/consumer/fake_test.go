package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/wire"

	"example.com/erp-sync/xsaleapi"
)

// fakeShop gives the same response to each call for orders. It has no other operation.
type fakeShop struct {
	xsaleapi.Unimplemented
	response xsaleapi.ListOrdersResponseObject
	request  xsaleapi.ListOrdersRequestObject
}

func (f *fakeShop) ListOrders(_ context.Context, request xsaleapi.ListOrdersRequestObject) (xsaleapi.ListOrdersResponseObject, error) {
	f.request = request
	return f.response, nil
}

// newFake serves a fake. It needs no login, unlike the sandbox.
func newFake(t *testing.T, fake *fakeShop) *xsaleapi.Client {
	t.Helper()
	server := httptest.NewServer(xsaleapi.NewFake(fake))
	t.Cleanup(server.Close)
	api, err := xsaleapi.NewWithDoer(server.URL, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// listed is a response with one order with the given lines.
func listed(items ...xsaleapi.OrderItem) xsaleapi.ListOrdersResponseObject {
	return xsaleapi.ListOrders2XXJSONResponse{StatusCode: http.StatusOK, Body: []xsaleapi.Order{{ID: 7, Items: items}}}
}

func TestTotalsAreExact(t *testing.T) {
	fake := &fakeShop{response: listed(
		xsaleapi.OrderItem{OfferID: 501, Quantity: wire.MustDecimal("0.750"), PriceGross: wire.MustDecimal("19.99")},
		xsaleapi.OrderItem{OfferID: 502, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("1234567890123456.78")},
	)}
	orders, err := newOrders(t.Context(), newFake(t, fake), "shop")
	if err != nil {
		t.Fatal(err)
	}
	if len(orders) != 1 || len(orders[0].Lines) != 2 || orders[0].Total.String() != "2469135780246928.55250" {
		t.Errorf("got %+v", orders)
	}
	if fake.request.OrganizationName != "shop" || !slices.Equal(fake.request.Params.StatusNames, []string{statusNew}) {
		t.Errorf("the request is %+v", fake.request)
	}
}

func TestOrderWithoutPrice(t *testing.T) {
	fake := &fakeShop{response: listed(xsaleapi.OrderItem{OfferID: 501, Quantity: wire.MustDecimal("1")})}
	orders, err := newOrders(t.Context(), newFake(t, fake), "shop")
	if err == nil || !strings.Contains(err.Error(), "order 7: line 1") || orders != nil {
		t.Errorf("got %+v, %v", orders, err)
	}
}

func TestFailures(t *testing.T) {
	for _, test := range []struct {
		status int
		is     error
		later  bool
		want   string
	}{
		{http.StatusTooManyRequests, xsale.ErrRateLimited, true, "try again later"},
		{http.StatusServiceUnavailable, xsale.ErrServer, true, "try again later"},
		{http.StatusNotFound, xsale.ErrNotFound, false, "XSALE_ORGANIZATION"},
		{http.StatusForbidden, xsale.ErrForbidden, false, "403"},
	} {
		t.Run(http.StatusText(test.status), func(t *testing.T) {
			fake := &fakeShop{response: xsaleapi.ListOrdersDefaultResponse{StatusCode: test.status}}
			_, err := newOrders(t.Context(), newFake(t, fake), "shop")
			if !errors.Is(err, test.is) || errors.Is(err, errTryLater) != test.later || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
