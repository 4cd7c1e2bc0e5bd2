package orderimport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// memoryERP is an ERP for tests.
type memoryERP struct {
	mu     sync.Mutex
	orders map[int64]xsale.Order
}

func (e *memoryERP) Has(_ context.Context, id int64) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.orders[id]
	return known, nil
}

func (e *memoryERP) Import(_ context.Context, order xsale.Order) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.orders == nil {
		e.orders = map[int64]xsale.Order{}
	}
	e.orders[order.ID] = order
	return nil
}

// newShop returns a client whose traffic is checked: a request or response that breaks the spec
// fails the test and names the JSON pointer.
func newShop(t *testing.T, sandbox *xsaletest.Sandbox) *xsale.Organization {
	t.Helper()
	checked := traffic.ValidateFor(t, sandbox.HTTPClient().Transport)
	return sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: checked})).Organization("")
}

// countNew returns the number of new orders in the sandbox.
func countNew(t *testing.T, shop *xsale.Organization) int {
	t.Helper()
	orders, err := call.Collect(shop.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{statusNew}}))
	if err != nil || len(orders) == 0 {
		t.Fatal(len(orders), err)
	}
	return len(orders)
}

func TestImportNew(t *testing.T) {
	sandbox := xsaletest.New(t)
	shop, erp := newShop(t, sandbox), &memoryERP{}
	want := countNew(t, shop)
	for _, want := range []int{want, 0} { // the ERP has all of them in the second run
		if imported, err := ImportNew(t.Context(), shop, erp); err != nil || imported != want {
			t.Errorf("got %d orders, want %d: %v", imported, want, err)
		}
	}
	if len(erp.orders) != want {
		t.Errorf("the ERP has %d orders, want %d", len(erp.orders), want)
	}
}

func TestImportRenewsExpiredTokens(t *testing.T) {
	sandbox := xsaletest.New(t)
	shop, erp := newShop(t, sandbox), &memoryERP{}
	want := countNew(t, shop)
	sandbox.Fail("listOrders", xsaletest.ExpiredIDToken())
	if imported, err := ImportNew(t.Context(), shop, erp); err != nil || imported != want {
		t.Errorf("got %d orders, want %d: %v", imported, want, err)
	}
	if sandbox.Logins() != 2 {
		t.Errorf("got %d logins, want 2", sandbox.Logins())
	}
}

func TestImportWaitsOut429(t *testing.T) {
	sandbox := xsaletest.New(t)
	shop, erp := newShop(t, sandbox), &memoryERP{}
	want := countNew(t, shop)
	sandbox.Fail("listOrders", xsaletest.RetryAfter(0).Times(3))
	if imported, err := ImportNew(t.Context(), shop, erp); err != nil || imported != want {
		t.Errorf("got %d orders, want %d: %v", imported, want, err)
	}

	sandbox.Fail("listOrders", xsaletest.RetryAfter(time.Hour))
	_, err := ImportNew(t.Context(), shop, erp)
	failure, ok := errors.AsType[*xsale.Error](err)
	if !errors.Is(err, xsale.ErrRateLimited) || !ok || failure.RetryAfter != time.Hour {
		t.Errorf("got %v", err)
	}
}

func TestImportResumesAfterCutList(t *testing.T) {
	sandbox := xsaletest.New(t)
	shop, erp := newShop(t, sandbox), &memoryERP{}
	want := countNew(t, shop)
	sandbox.Fail("listOrders", xsaletest.Cut(xsaletest.InBody))
	first, err := ImportNew(t.Context(), shop, erp)
	if err == nil || first == 0 || first >= want {
		t.Fatalf("got %d of %d orders before the cut: %v", first, want, err)
	}
	second, err := ImportNew(t.Context(), shop, erp)
	if err != nil || first+second != want {
		t.Errorf("got %d and %d orders, want %d: %v", first, second, want, err)
	}
}

// Whichever order is bad, all others are imported, in one run.
func TestImportGoesOnAfterABadOrder(t *testing.T) {
	sandbox := xsaletest.New(t)
	want := countNew(t, newShop(t, sandbox)) - 1
	transport := &spoiler{next: sandbox.HTTPClient().Transport}
	shop := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: transport})).Organization("")
	for bad := range want + 1 {
		transport.index = bad
		imported, err := ImportNew(t.Context(), shop, &memoryERP{})
		unfit, ok := errors.AsType[*call.ElementError](err)
		if imported != want || !ok || unfit.Index != bad || !strings.Contains(string(unfit.JSON), `"Items":{}`) {
			t.Errorf("bad order %d: %d orders of %d, %v", bad, imported, want, err)
		}
	}
}

// spoiler spoils the order with an index in the list of orders.
type spoiler struct {
	next  http.RoundTripper
	index int
}

func (s *spoiler) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := s.next.RoundTrip(request)
	if err != nil || !strings.HasSuffix(request.URL.Path, "/orders") {
		return response, err
	}
	defer response.Body.Close()
	var orders []map[string]any
	if err := json.NewDecoder(response.Body).Decode(&orders); err != nil {
		return nil, err
	}
	orders[s.index]["Items"] = struct{}{}
	body, err := json.Marshal(orders)
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return response, err
}

func TestImportKeepsUnknownFields(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithUnknownFields())
	shop, erp := newShop(t, sandbox), &memoryERP{}
	want := countNew(t, shop)
	if imported, err := ImportNew(t.Context(), shop, erp); err != nil || imported != want {
		t.Errorf("got %d orders, want %d: %v", imported, want, err)
	}
	for _, order := range erp.orders {
		if added, ok := order.Get("AddedDecimal"); !ok || string(added) != "12345678901234567890.123456789012345678" {
			t.Errorf("order %d: got %s for an unknown field", order.ID, added)
		}
	}
}

func TestSendCreatesOnce(t *testing.T) {
	for name, faults := range map[string][]xsaletest.Fault{
		"no fault":                nil,
		"lost response":           {xsaletest.Cut(xsaletest.BeforeResponse).Processed()},
		"lost request":            {xsaletest.Cut(xsaletest.BeforeResponse)},
		"failed before the order": {xsaletest.Status(http.StatusServiceUnavailable)},
		"failed after the order":  {xsaletest.Status(http.StatusServiceUnavailable).Processed()},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := xsaletest.New(t, xsaletest.WithOrders(0))
			shop := newShop(t, sandbox)
			if len(faults) > 0 {
				sandbox.Fail("createOrder", faults...)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // or Send looks for longer
			defer cancel()
			err := Send(ctx, shop, "S-2024/1", exampleOrder())
			if errors.Is(err, xsale.ErrMaybeProcessed) { // the next run of the program sends it
				err = Send(t.Context(), shop, "S-2024/1", exampleOrder())
			}
			if err != nil {
				t.Fatal(err)
			}
			orders, err := call.Collect(shop.Orders.List(t.Context(), xsale.ListOrdersParams{}))
			if err != nil || len(orders) != 1 {
				t.Errorf("got %d orders, want 1: %v", len(orders), err)
			}
			sent, err := xsaletest.Decode[xsale.CreateOrder](sandbox.Requests("createOrder")[0])
			if err != nil || sent.Items[0].PriceGross.String() != "149.90" {
				t.Errorf("sent %+v, %v", sent, err)
			}
		})
	}
}

func exampleOrder() xsale.CreateOrder {
	return xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")}},
	}
}
