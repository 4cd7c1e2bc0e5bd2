package xsaletest_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestGeneratedOrdersAreReproducible(t *testing.T) {
	first, second := newCaller(t), newCaller(t)
	a, b := first.call(http.MethodGet, ":/orders", ""), second.call(http.MethodGet, ":/orders", "")
	if a.body != b.body {
		t.Error("two sandboxes differ")
	}
	// The first order shows any change of the seed.
	const want = `{"BuyerId":66,"IntegrationId":1,"Items":[{"OfferId":520,"PriceGross":611.90,"Quantity":3,"VariantId":2,"OrderItemArticles":[{"SandboxArticleId":16538,"SandboxQuantity":3}]}],"PayerId":66,"PaymentFormId":2,"PurchaseDate":"2024-10-03","RecipientId":66,"Id":1}`
	if got := string(decode[[]json.RawMessage](t, a)[0]); got != want {
		t.Errorf("the first order is\n%s instead of\n%s", got, want)
	}
}

func TestGeneratedOrdersArePlausible(t *testing.T) {
	c := newCaller(t)
	orders := c.listOrders("")
	if len(orders) != 300 {
		t.Fatalf("%d orders", len(orders))
	}
	money := regexp.MustCompile(`^[1-9][0-9]*\.[0-9]{2}$`)
	prices := make(map[int64]string)
	for i, order := range orders {
		if order.Id != int64(i)+1 || order.IntegrationId != 1 || len(order.Items) == 0 {
			t.Errorf("order %+v", order)
		}
		if i > 0 && order.PurchaseDate < orders[i-1].PurchaseDate {
			t.Errorf("order %d is older than the one before", order.Id)
		}
		for _, item := range order.Items {
			gross, net := string(item.PriceGross), string(item.PriceNet)
			if !money.MatchString(gross) || net != "" && !money.MatchString(net) {
				t.Errorf("prices %s and %s", gross, net)
			}
			if net != "" && wire.MustDecimal(net).Compare(wire.MustDecimal(gross)) >= 0 {
				t.Errorf("net %s is not below gross %s", net, gross)
			}
			if known, found := prices[item.OfferId]; found && known != gross {
				t.Errorf("offer %d costs %s and %s", item.OfferId, known, gross)
			}
			prices[item.OfferId] = gross
			if quantity, err := strconv.Atoi(string(item.Quantity)); err != nil || quantity < 1 {
				t.Errorf("quantity %s", item.Quantity)
			}
			if len(item.OrderItemArticles) == 0 {
				t.Errorf("order %d has a line without articles", order.Id)
			}
		}
	}
	oldest, err := time.Parse(time.DateOnly, orders[0].PurchaseDate)
	if err != nil {
		t.Fatal(err)
	}
	if newest := orders[len(orders)-1].PurchaseDate; newest != "2025-03-31" || oldest.After(time.Date(2024, time.November, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("orders from %s to %s", orders[0].PurchaseDate, newest)
	}
	if len(prices) < 24 {
		t.Errorf("%d offers only", len(prices))
	}
}

func TestNumberOfOrders(t *testing.T) {
	for _, count := range []int{0, 1, 7} {
		c := newCaller(t, xsaletest.WithOrders(count))
		if orders := c.listOrders(""); len(orders) != count {
			t.Errorf("%d orders, want %d", len(orders), count)
		}
		if id := c.create(":/orders", validOrder); id != int64(count)+1 {
			t.Errorf("order %d follows %d orders", id, count)
		}
	}
}

func TestArticles(t *testing.T) {
	c := newCaller(t)
	var names []string
	for id := 16519; ; id++ {
		reply := c.call(http.MethodGet, ":/articles/"+strconv.Itoa(id)+"/translations", "")
		if reply.status == http.StatusNotFound {
			break
		}
		translations := decode[[]struct {
			LanguageId        int64
			Name, Description string
		}](t, reply)
		if len(translations) != 1 || translations[0].LanguageId != 9 || translations[0].Description == "" {
			t.Errorf("article %d: %s", id, reply.body)
		}
		names = append(names, translations[0].Name)
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(names))); len(names) < 24 || len(unique) != len(names) {
		t.Errorf("%d articles, %d names", len(names), len(unique))
	}
}
