package main

import (
	"context"
	"encoding/json"
	"math"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/bench/client/byhand"
	"github.com/xsale-go/xsale/bench/client/ogen"
	"github.com/xsale-go/xsale/bench/client/server"
	"github.com/xsale-go/xsale/bench/client/stock"
	"github.com/xsale-go/xsale/bench/client/this"
	"github.com/xsale-go/xsale/bench/client/xsaleapi"
	"github.com/xsale-go/xsale/wire"
)

// page sums up what a client read, in whole cents and seconds, so that it does not depend on the
// client's types.
type page struct {
	orders, items, articles int
	ids                     int64 // of orders, items and articles
	totals, lines           int64 // TotalGross of the orders, PriceGross of the items
	seconds                 int64 // of PurchaseDate and ModifiedAt
	comments, paid          int
	letters                 int // in the names of buyers and items
}

func (p *page) addOrder(id int64, total float64, purchased, modified int64, comment string, paid bool, buyer string) {
	p.orders++
	p.ids += id
	p.totals += cents(total)
	p.seconds += purchased + modified
	if comment != "" {
		p.comments++
	}
	if paid {
		p.paid++
	}
	p.letters += len(buyer)
}

func (p *page) addItem(id int64, price float64, name string) {
	p.items++
	p.ids += id
	p.lines += cents(price)
	p.letters += len(name)
}

func (p *page) addArticle(id int64) {
	p.articles++
	p.ids += id
}

func cents(amount float64) int64 { return int64(math.Round(amount * 100)) }

// user is what a client read from GET /me.
type user struct {
	id           int64
	name, email  string
	verified     bool
	organization string
}

// reader reads the page and the user with one of the clients.
type reader struct {
	me   func(context.Context) (user, error)
	page func(context.Context) (page, error)
}

func TestCandidatesDoEqualWork(t *testing.T) {
	fake := httptest.NewServer(server.New())
	defer fake.Close()
	wantUser := user{17, "Jan Kowalski", "jan@example.com", true, "sklep"}
	byHand := byHandReader(t, fake.URL)
	wantPage, err := byHand.page(t.Context())
	if err != nil || wantPage.orders != server.Orders || wantPage.items != 5*server.Orders || wantPage.articles <= wantPage.items || wantPage.totals == 0 {
		t.Fatal(wantPage, err)
	}
	for name, reader := range map[string]reader{
		nameByHand: byHand,
		nameStock:  stockReader(t, fake.URL),
		nameOgen:   ogenReader(t, fake.URL),
		nameThis:   thisReader(t, fake.URL),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := reader.me(t.Context()); err != nil || got != wantUser {
				t.Errorf("me: got %+v, %v, want %+v", got, err, wantUser)
			}
			if got, err := reader.page(t.Context()); err != nil || got != wantPage {
				t.Errorf("page: got %+v, %v, want %+v", got, err, wantPage)
			}
		})
	}
}

// Unlike the other clients, this module's keeps fields that the spec does not list.
func TestThisKeepsUnknownFields(t *testing.T) {
	fake := httptest.NewServer(server.New())
	defer fake.Close()
	client, api := newThis(t, fake.URL)
	orders, err := api.ListOrders(t.Context(), server.PageOrganization)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for shipped, err := range client.Organization(server.PageOrganization).Orders.List(t.Context(), xsale.ListOrdersParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		order := orders[count]
		count++
		total, _ := shipped.Get("TotalGross")
		if shipped.ID != order.ID || string(total) != order.TotalGross.String() {
			t.Errorf("order %d, total %s: got %d, %s with the shipped spec", order.ID, order.TotalGross, shipped.ID, total)
		}
		if rate, _ := order.Get("ExchangeRate"); string(rate) != "1.00" {
			t.Errorf("order %d: got the rate %s, want 1.00", order.ID, rate)
		}
		var decoded struct{ Code string }
		if warehouse, _ := order.Items[0].Get("Warehouse"); json.Unmarshal(warehouse, &decoded) != nil || decoded.Code != "MAIN" {
			t.Errorf("order %d: got the warehouse %s, want MAIN", order.ID, warehouse)
		}
	}
	if count != len(orders) {
		t.Errorf("got %d orders with the shipped spec, want %d", count, len(orders))
	}
}

func byHandReader(t *testing.T, address string) reader {
	t.Helper()
	client := byhand.New(address)
	return reader{
		me: func(ctx context.Context) (user, error) {
			me, err := client.Me(ctx)
			if err != nil {
				return user{}, err
			}
			return user{me.ID, me.Name, me.Email, me.EmailVerified, me.Organizations[0].Name}, nil
		},
		page: func(ctx context.Context) (page, error) {
			orders, err := client.Orders(ctx, server.PageOrganization)
			var p page
			for _, o := range orders {
				p.addOrder(o.ID, o.TotalGross, o.PurchaseDate.Unix(), o.ModifiedAt.Unix(), orEmpty(o.Comment), o.IsPaid, o.Buyer.LastName)
				for _, i := range o.Items {
					p.addItem(i.ID, i.PriceGross, i.Name)
					for _, a := range i.OrderItemArticles {
						p.addArticle(a.ArticleID)
					}
				}
			}
			return p, err
		},
	}
}

func stockReader(t *testing.T, address string) reader {
	t.Helper()
	client, err := stock.New(address)
	if err != nil {
		t.Fatal(err)
	}
	return reader{
		me: func(ctx context.Context) (user, error) {
			response, err := client.GetMeWithResponse(ctx)
			if err != nil {
				return user{}, err
			}
			me := response.JSON200
			return user{*me.Id, *me.Name, *me.Email, *me.EmailVerified, *(*me.Organizations)[0].Name}, nil
		},
		page: func(ctx context.Context) (page, error) {
			response, err := client.ListOrdersWithResponse(ctx, server.PageOrganization)
			if err != nil {
				return page{}, err
			}
			var p page
			for _, o := range *response.JSON200 {
				p.addOrder(*o.Id, *o.TotalGross, o.PurchaseDate.Unix(), o.ModifiedAt.Unix(), orEmpty(o.Comment), *o.IsPaid, *o.Buyer.LastName)
				for _, i := range *o.Items {
					p.addItem(*i.Id, *i.PriceGross, *i.Name)
					for _, a := range *i.OrderItemArticles {
						p.addArticle(*a.ArticleId)
					}
				}
			}
			return p, nil
		},
	}
}

func ogenReader(t *testing.T, address string) reader {
	t.Helper()
	client, err := ogen.New(address)
	if err != nil {
		t.Fatal(err)
	}
	return reader{
		me: func(ctx context.Context) (user, error) {
			me, err := client.GetMe(ctx)
			if err != nil {
				return user{}, err
			}
			return user{me.ID.Value, me.Name.Value, me.Email.Value, me.EmailVerified.Value, me.Organizations[0].Name.Value}, nil
		},
		page: func(ctx context.Context) (page, error) {
			orders, err := client.ListOrders(ctx, ogen.ListOrdersParams{OrganizationName: server.PageOrganization})
			var p page
			for _, o := range orders {
				p.addOrder(o.ID.Value, o.TotalGross.Value, o.PurchaseDate.Value.Unix(), o.ModifiedAt.Value.Unix(), o.Comment.Value, o.IsPaid.Value, o.Buyer.Value.LastName.Value)
				for _, i := range o.Items {
					p.addItem(i.ID.Value, i.PriceGross.Value, i.Name.Value)
					for _, a := range i.OrderItemArticles {
						p.addArticle(a.ArticleId.Value)
					}
				}
			}
			return p, err
		},
	}
}

func thisReader(t *testing.T, address string) reader {
	t.Helper()
	_, api := newThis(t, address)
	return reader{
		me: func(ctx context.Context) (user, error) {
			me, err := api.GetMe(ctx)
			if err != nil {
				return user{}, err
			}
			return user{me.ID, me.Name, me.Email, me.EmailVerified, me.Organizations[0].Name}, nil
		},
		page: func(ctx context.Context) (page, error) {
			orders, err := api.ListOrders(ctx, server.PageOrganization)
			var p page
			for _, o := range orders {
				p.addOrder(o.ID, float(t, o.TotalGross), unix(t, o.PurchaseDate), unix(t, o.ModifiedAt), o.Comment, o.IsPaid, o.Buyer.LastName)
				for _, i := range o.Items {
					p.addItem(i.ID, float(t, i.PriceGross), i.Name)
					for _, a := range i.OrderItemArticles {
						p.addArticle(a.ArticleID)
					}
				}
			}
			return p, err
		},
	}
}

func newThis(t *testing.T, address string) (*xsale.Client, *xsaleapi.Client) {
	t.Helper()
	client, err := this.New(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	api, err := xsaleapi.New(client)
	if err != nil {
		t.Fatal(err)
	}
	return client, api
}

func orEmpty(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func float(t *testing.T, amount wire.Decimal) float64 {
	t.Helper()
	value, err := strconv.ParseFloat(amount.String(), 64)
	if err != nil {
		t.Error(err)
	}
	return value
}

func unix(t *testing.T, date wire.DateTime) int64 {
	t.Helper()
	instant, ok := date.Time(nil)
	if !ok {
		t.Errorf("%s is not an instant", date)
	}
	return instant.Unix()
}
