package xsaletest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestSeed(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithSeed(xsaletest.Seed{
		Organizations: []xsale.OrganizationInfo{{ID: 5, Name: "Shop_1", ShortName: "Shop"}, {ID: 6, Name: "Sklep ż"}},
		Statuses:      []xsale.Status{{ID: 40, Name: "Ready"}, {ID: 41, Name: "Sent"}},
		Orders: []xsaletest.SeedOrder{
			{Order: `{"Id": 7, "TotalGross": 10.00, "Items": []}`, Status: "Sent"},
			{Order: xsale.CreateOrder{IntegrationID: 1, BuyerID: 3, PurchaseDate: wire.NewDate(2025, time.May, 5), Items: []xsale.CreateOrderItem{}}},
			{Order: json.RawMessage(`{"Note":1.50}`)},
			{Order: []byte(`{"Id":3}`)},
		},
		Translations: map[int64][]xsale.Translation{1: {{LanguageID: 2, Name: wire.Some("Desk")}}, 2: nil},
	}))
	c := &caller{t, sandbox, login(t, sandbox)}
	for _, test := range []struct{ path, body string }{
		{"/me", `{"Email":"loremipsum@futuriti.pl","EmailVerified":true,"Id":1,"Name":"Lorem Ipsum","Nickname":"loremipsum","Organizations":[{"Id":5,"Name":"Shop_1","ShortName":"Shop"},{"Id":6,"Name":"Sklep ż"}]}`},
		{"/Shop_1/statuses", `[{"Id":40,"Name":"Ready"},{"Id":41,"Name":"Sent"}]`},
		{"/Shop_1/orders", `[{"Id":7,"TotalGross":10.00,"Items":[]},{"BuyerId":3,"IntegrationId":1,"Items":[],"PayerId":0,"PaymentFormId":0,"PurchaseDate":"2025-05-05","RecipientId":0,"Id":8},{"Note":1.50,"Id":9},{"Id":3}]`},
		{"/Shop_1/orders?statusnamein=Sent", `[{"Id":7,"TotalGross":10.00,"Items":[]}]`},
		{"/Shop_1/articles/1/translations", `[{"LanguageId":2,"Name":"Desk"}]`},
		{"/Shop_1/articles/2/translations", `[]`},
		{"/Sklep%20%C5%BC/orders", `[]`},
		{"/Sklep%20%C5%BC/statuses", `[{"Id":40,"Name":"Ready"},{"Id":41,"Name":"Sent"}]`},
	} {
		if reply := c.call(http.MethodGet, test.path, ""); reply.status != http.StatusOK || strings.TrimSpace(reply.body) != test.body {
			t.Errorf("%s: status %d\n%s\n%s", test.path, reply.status, reply.body, test.body)
		}
	}
	wantProblem(t, c.call(http.MethodGet, ":/orders", ""), http.StatusNotFound, "path organizationName")

	// Each organization has its own data.
	if id := c.create("/Shop_1/orders", validOrder); id != 10 {
		t.Errorf("the next order is %d", id)
	}
	if id := c.create("/Sklep%20%C5%BC/orders", validOrder); id != 1 {
		t.Errorf("the first order is %d", id)
	}
	if orders := decode[[]listedOrder](t, c.call(http.MethodGet, "/Shop_1/orders?statusidin=40", "")); len(orders) != 4 {
		t.Errorf("%d orders in the first status", len(orders))
	}
	if orders, err := call.Collect(sandbox.Client(t).Organization("").Orders.List(t.Context(), xsale.ListOrdersParams{})); err != nil || len(orders) != 5 {
		t.Errorf("the client reads %d orders, %v", len(orders), err)
	}
}

func TestEmptySeed(t *testing.T) {
	c := newCaller(t, xsaletest.WithSeed(xsaletest.Seed{}))
	if orders := c.listOrders(""); len(orders) != 0 {
		t.Errorf("%d orders", len(orders))
	}
	if statuses := decode[[]any](t, c.call(http.MethodGet, ":/statuses", "")); len(statuses) != 8 {
		t.Errorf("%d statuses", len(statuses))
	}
	wantProblem(t, c.call(http.MethodGet, ":/articles/16519/translations", ""), http.StatusNotFound, "path id")
	if id := c.create(":/orders", validOrder); id != 1 {
		t.Errorf("order %d", id)
	}
}

func TestStartRejectsInvalidSeeds(t *testing.T) {
	order := func(orders ...any) xsaletest.Seed {
		var seed xsaletest.Seed
		for _, order := range orders {
			seed.Orders = append(seed.Orders, xsaletest.SeedOrder{Order: order})
		}
		return seed
	}
	for want, seed := range map[string]xsaletest.Seed{
		`/Orders/0/Order: invalid JSON`:                                              order(`{"Name":Kowalski}`),
		`/Orders/1/Order: array, want object`:                                        order(`{}`, `["Kowalski"]`),
		`/Orders/0/Order/Items/1: string, want object`:                               order(`{"Items":[{},"Kowalski"]}`),
		`/Orders/0/Order/Id: string, want integer of the format int64`:               order(`{"Id":"Kowalski"}`),
		`/Orders/0/Order/Id: must be a positive`:                                     order(`{"Id":0}`),
		`/Orders/0/Order/Id: integer out of range, want integer of the format int64`: order(`{"Id":9223372036854775808}`),
		`/Orders/1/Order/Id: is already used by another order`:                       order(`{}`, `{"Id":1}`),
		`/Orders/0/Order: json: unsupported type`:                                    order(func() {}),
		`/Orders/0/Status: there is no such status`:                                  {Orders: []xsaletest.SeedOrder{{Order: `{}`, Status: "New"}}},
		`/Statuses/0/Id: must be a positive integer`:                                 {Statuses: []xsale.Status{{Name: "a"}}},
		`/Statuses/0/Name: is empty`:                                                 {Statuses: []xsale.Status{{ID: 1}}},
		`/Statuses/1/Id: is already used by another status`:                          {Statuses: []xsale.Status{{ID: 1, Name: "a"}, {ID: 1, Name: "b"}}},
		`/Statuses/1/Name: is already used by another status`:                        {Statuses: []xsale.Status{{ID: 1, Name: "a"}, {ID: 2, Name: "a"}}},
		`/Organizations/0/Name: is empty`:                                            {Organizations: []xsale.OrganizationInfo{{ID: 1}}},
		`/Organizations/1/Name: is already used by another organization`:             {Organizations: []xsale.OrganizationInfo{{ID: 1, Name: "a"}, {ID: 2, Name: "a"}}},
		`/Organizations/1/Id: is already used by another organization`:               {Organizations: []xsale.OrganizationInfo{{ID: 1, Name: "a"}, {ID: 1, Name: "b"}}},
		`/Translations/0: the article id must be positive`:                           {Translations: map[int64][]xsale.Translation{0: nil}},
		`/Translations/5/1/LanguageId: is already used by another translation of th`: {Translations: map[int64][]xsale.Translation{5: {{LanguageID: 2}, {LanguageID: 2}}}},
	} {
		sandbox, err := xsaletest.Start(xsaletest.WithSeed(seed))
		if err == nil {
			sandbox.Close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), "xsaletest: WithSeed: "+want) || strings.Contains(err.Error(), "Kowalski") {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}
