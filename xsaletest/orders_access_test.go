package xsaletest_test

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestOrdersAccess(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(2))
	orders := c.sandbox.Orders("")
	id, err := orders.Add(xsaletest.SeedOrder{Order: xsale.CreateOrder{IntegrationID: 1, Items: []xsale.CreateOrderItem{}}, Status: "Wysłane"})
	if id != 3 || err != nil {
		t.Errorf("order %d, %v", id, err)
	}
	if id, err := orders.Add(xsaletest.SeedOrder{Order: `{"Id": 90, "Total": 1.50}`}); id != 90 || err != nil {
		t.Errorf("order %d, %v", id, err)
	}
	for range 2 { // a change of what Get returned changes nothing
		body, status, err := c.sandbox.Orders(xsaletest.Organization).Get(90)
		if string(body) != `{"Id":90,"Total":1.50}` || status != "Nowe" || err != nil {
			t.Errorf("%s, %s, %v", body, status, err)
		}
		clear(body)
	}
	if id := c.create(":/orders", validOrder); id != 91 {
		t.Errorf("the next order is %d", id)
	}
	if err := orders.SetStatus(3, "Nowe"); err != nil {
		t.Error(err)
	}
	var ids []int64
	for _, order := range c.listOrders("") {
		ids = append(ids, order.Id)
	}
	if len(ids) != 5 || ids[2] != 3 || ids[3] != 90 || ids[4] != 91 {
		t.Errorf("orders %d", ids)
	}
}

func TestOrdersAccessErrors(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(1))
	add := func(organization, order, status string) error {
		_, err := sandbox.Orders(organization).Add(xsaletest.SeedOrder{Order: order, Status: status})
		return err
	}
	get := func(organization string, id int64) error {
		_, _, err := sandbox.Orders(organization).Get(id)
		return err
	}
	for want, err := range map[string]error{
		"add an order: there is no organization \"Other\": want one of Futuriti_": add("Other", `{}`, ""),
		"add an order: /Status: there is no such status":                          add("", `{}`, "New"),
		"add an order: /Order/Id: is already used by another order":               add("", `{"Id":1}`, ""),
		"add an order: /Order/Items/0: string, want object":                       add("", `{"Items":["Kowalski"]}`, ""),
		"add an order: /Order: array, want object":                                add("", `["Kowalski"]`, ""),
		"order 1: there is no organization \"Other\": want one of Futuriti_":      get("Other", 1),
		"order 2: there is no such order":                                         get("", 2),
		"order 1: there is no such status":                                        sandbox.Orders("").SetStatus(1, "New"),
		"order -1: there is no such order":                                        sandbox.Orders("").SetStatus(-1, "Nowe"),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "xsaletest: "+want) || strings.Contains(err.Error(), "Kowalski") {
			t.Errorf("want %s, got %v", want, err)
		}
	}
	if id, err := sandbox.Orders("").Add(xsaletest.SeedOrder{Order: `{}`}); id != 2 || err != nil {
		t.Errorf("order %d, %v", id, err)
	}
}
