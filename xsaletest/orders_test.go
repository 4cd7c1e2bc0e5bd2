package xsaletest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

func TestCreatedOrderIsListed(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(5))
	id := c.create(":/orders", `{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"2024-10-25","BuyerId":7,"RecipientId":8,"PayerId":9,
		"Id":"mine","id":17,"Comment":{"Text":"proszę dzwonić","Amount":1.50},
		"Items":[
			{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90,"Remark":null},
			{"OfferId":502,"VariantId":3,"Quantity":1,"PriceNet":0.10,"OrderItemArticles":["mine"]}]}`)
	orders := decode[[]json.RawMessage](t, c.call(http.MethodGet, ":/orders", ""))
	if len(orders) != 6 {
		t.Fatalf("%d orders", len(orders))
	}
	want := `{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"2024-10-25","BuyerId":7,"RecipientId":8,"PayerId":9,` +
		`"Comment":{"Text":"proszę dzwonić","Amount":1.50},"Items":[` +
		`{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90,"Remark":null,"OrderItemArticles":[{"SandboxArticleId":16519,"SandboxQuantity":2.50}]},` +
		`{"OfferId":502,"VariantId":3,"Quantity":1,"PriceNet":0.10,"OrderItemArticles":[{"SandboxArticleId":16520,"SandboxQuantity":1}]}],"Id":` + strconv.FormatInt(id, 10) + `}`
	if got := string(orders[5]); got != want {
		t.Errorf("listed as\n%s instead of\n%s", got, want)
	}
}

// The sandbox does not check its lists of orders, which may be long.
func TestListedOrdersFitTheSpec(t *testing.T) {
	sandbox := xsaletest.New(t)
	checked := traffic.ValidateFor(t, sandbox.HTTPClient().Transport)
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: checked}))
	if _, err := client.Organization("").Call(t.Context(), http.MethodPost, "/orders", json.RawMessage(validOrder)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Organization("").Call(t.Context(), http.MethodGet, "/orders", nil); err != nil {
		t.Fatal(err)
	}
}

func TestListsOfManyOrdersAreCheap(t *testing.T) {
	const count = 5000
	c := newCaller(t, xsaletest.WithOrders(count))
	allocations := testing.AllocsPerRun(1, func() { c.call(http.MethodGet, ":/orders", "") })
	if allocations > count/10 {
		t.Errorf("%.0f allocations for %d orders", allocations, count)
	}
}

func TestNewestOrderIsLast(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(3))
	first := c.create(":/orders", validOrder)
	second := c.create(":/orders", validOrder)
	orders := c.listOrders("")
	for i, order := range orders[1:] {
		if order.Id <= orders[i].Id {
			t.Errorf("order %d follows %d", order.Id, orders[i].Id)
		}
	}
	if len(orders) != 5 || orders[3].Id != first || orders[4].Id != second {
		t.Errorf("%d orders, the last two not %d and %d", len(orders), first, second)
	}
}

func TestOrdersAreFilteredByStatus(t *testing.T) {
	c := newCaller(t)
	created := c.create(":/orders", validOrder)
	statuses := decode[[]struct {
		Id   int64
		Name string
	}](t, c.call(http.MethodGet, ":/statuses", ""))

	total := 0
	for i, status := range statuses {
		id := strconv.FormatInt(status.Id, 10)
		byID := c.listOrders("?statusidin=" + id)
		byName := c.listOrders("?statusnamein=" + url.QueryEscape(status.Name))
		byBoth := c.listOrders("?statusidin=" + id + "&statusnamein=" + url.QueryEscape(status.Name))
		other := statuses[(i+1)%len(statuses)]
		if contradiction := c.listOrders("?statusidin=" + id + "&statusnamein=" + url.QueryEscape(other.Name)); len(contradiction) != 0 {
			t.Errorf("%d orders are both %s and %s", len(contradiction), status.Name, other.Name)
		}
		if len(byID) == 0 || len(byID) != len(byName) || len(byID) != len(byBoth) {
			t.Fatalf("%s: %d orders by id, %d by name, %d by both", status.Name, len(byID), len(byName), len(byBoth))
		}
		for n := range byID {
			if byID[n].Id != byName[n].Id || byID[n].Id != byBoth[n].Id {
				t.Errorf("%s: the lists differ at %d", status.Name, n)
			}
		}
		if listed := byID[len(byID)-1].Id == created; listed != (status.Name == "Nowe") {
			t.Errorf("the new order is listed as %s: %v", status.Name, listed)
		}
		two := c.listOrders("?statusidin=" + id + "&statusidin=" + strconv.FormatInt(other.Id, 10))
		if want := len(byID) + len(c.listOrders("?statusnamein="+url.QueryEscape(other.Name))); len(two) != want {
			t.Errorf("%d orders are %s or %s, not %d", len(two), status.Name, other.Name, want)
		}
		total += len(byID)
	}
	if all := c.listOrders(""); len(all) != 301 || total != len(all) {
		t.Errorf("%d orders, %d by status", len(all), total)
	}
	for _, query := range []string{"?statusidin=4711", "?statusnamein=nowe"} {
		if reply := c.call(http.MethodGet, ":/orders"+query, ""); reply.status != http.StatusOK || reply.body != "[]\n" {
			t.Errorf("%s: status %d, body %s", query, reply.status, reply.body)
		}
	}
}

func TestOrderNeedsItsIntegration(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(0))
	for _, id := range []string{"2", "0", "-1"} {
		reply := c.call(http.MethodPost, ":/orders", orderWith(`"IntegrationId":1`, `"IntegrationId":`+id))
		wantProblem(t, reply, http.StatusBadRequest, "/IntegrationId")
	}
	if id := c.create(":/integrations", `{"Name":"domenasklepu.pl","IntegrationType":28}`); id != 2 {
		t.Fatalf("the new integration has id %d", id)
	}
	c.create(":/orders", orderWith(`"IntegrationId":1`, `"IntegrationId":2`))
	if orders := c.listOrders(""); len(orders) != 1 || orders[0].IntegrationId != 2 {
		t.Errorf("orders %+v", orders)
	}
}

func TestParameterNeedsItsIntegration(t *testing.T) {
	c := newCaller(t)
	first := c.create(":/integrations/1/categories/12/parameters", `{"Name":"Kolor"}`)
	second := c.create(":/integrations/1/categories/13/parameters", `{}`)
	if first == 0 || second == 0 || first == second {
		t.Errorf("ids %d and %d", first, second)
	}
	wantProblem(t, c.call(http.MethodPost, ":/integrations/2/categories/12/parameters", `{}`), http.StatusNotFound, "path id")
}
