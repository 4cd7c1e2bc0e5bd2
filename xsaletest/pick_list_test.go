package xsaletest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

func TestPickListOfACreatedOrder(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(0))
	for i, test := range []struct{ offer, quantity, want string }{
		{"501", "2.50", `[{"SandboxArticleId":16519,"SandboxQuantity":2.50}]`},
		{"540", "1", `[{"SandboxArticleId":16558,"SandboxQuantity":1}]`},
		{"511", "2", `[{"SandboxArticleId":16529,"SandboxQuantity":2},{"SandboxArticleId":16524,"SandboxQuantity":8}]`},
		{"515", "1.25", `[{"SandboxArticleId":16533,"SandboxQuantity":1.25},{"SandboxArticleId":16528,"SandboxQuantity":5.00}]`},
		{"541", "1e2", `[{"SandboxArticleId":16519,"SandboxQuantity":1e2}]`},
		{"500", "0", `[{"SandboxArticleId":16558,"SandboxQuantity":0}]`},
		{"-1", "-1", `[{"SandboxArticleId":16537,"SandboxQuantity":-1}]`},
	} {
		c.create(":/orders", strings.NewReplacer(`"OfferId":501`, `"OfferId":`+test.offer, `"Quantity":2.50`, `"Quantity":`+test.quantity).Replace(validOrder))
		if got := string(c.listOrders("")[i].Items[0].OrderItemArticles); got != test.want {
			t.Errorf("offer %s: %s, want %s", test.offer, got, test.want)
		}
	}
}

// Every generated line is picked from the generated articles, and some lines are sets.
func TestPickListsOfGeneratedOrders(t *testing.T) {
	c := newCaller(t)
	sets := 0
	known := make(map[int64]string) // articles by id
	for _, order := range c.listOrders("") {
		for _, item := range order.Items {
			articles := decode[[]struct {
				SandboxArticleId int64
				SandboxQuantity  int
			}](t, reply{body: string(item.OrderItemArticles)})
			for _, article := range articles {
				if known[article.SandboxArticleId] == "" {
					known[article.SandboxArticleId] = c.call(http.MethodGet, fmt.Sprintf(":/articles/%d/translations", article.SandboxArticleId), "").body
				}
			}
			quantity, _ := strconv.Atoi(string(item.Quantity))
			if len(articles) == 0 || articles[0].SandboxQuantity != quantity {
				t.Fatalf("order %d: %s of %d", order.Id, item.OrderItemArticles, quantity)
			}
			if len(articles) > 1 {
				sets++
				table, chair := known[articles[0].SandboxArticleId], known[articles[1].SandboxArticleId]
				if len(articles) != 2 || !strings.Contains(table, "Stół") || strings.ReplaceAll(table, "Stół", "Krzesło") != chair || articles[1].SandboxQuantity != 4*quantity {
					t.Errorf("order %d: %s of %s and %s", order.Id, item.OrderItemArticles, table, chair)
				}
			}
		}
	}
	for id, translations := range known {
		if !strings.Contains(translations, `"LanguageId":9`) {
			t.Errorf("article %d: %s", id, translations)
		}
	}
	if sets == 0 {
		t.Error("no order has a set")
	}
}
