package main

import (
	"context"
	"fmt"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/bench/client/byhand"
	"github.com/xsale-go/xsale/bench/client/ogen"
	"github.com/xsale-go/xsale/bench/client/stock"
	"github.com/xsale-go/xsale/bench/client/this"
	"github.com/xsale-go/xsale/bench/client/xsaleapi"
	"github.com/xsale-go/xsale/call"
)

// Names of the candidates, and of their directories in cold.
const (
	nameThis   = "this"
	nameStock  = "stock"
	nameOgen   = "ogen"
	nameByHand = "byhand"
)

// names has the order of the table's columns.
var names = []string{nameThis, nameStock, nameOgen, nameByHand}

// nameShipped is this module's client with the shipped spec, which lists two fields of an order.
// The client keeps the others as JSON.
const nameShipped = "shipped"

// candidate is one of the compared clients.
type candidate struct {
	me     func(context.Context) error
	orders func(ctx context.Context, organization string) (count int, err error)
	stream func(ctx context.Context, organization string) (count int, err error) // like orders, but with as little memory as the client can use
}

// newCandidates returns the clients to compare, all for the server at address.
func newCandidates(address string) (map[string]candidate, error) {
	candidates := map[string]candidate{nameByHand: byHandCandidate(byhand.New(address))}
	stockClient, err := stock.New(address)
	if err != nil {
		return nil, err
	}
	candidates[nameStock] = stockCandidate(stockClient)
	ogenClient, err := ogen.New(address)
	if err != nil {
		return nil, err
	}
	candidates[nameOgen] = ogenCandidate(ogenClient)
	client, err := this.New(address)
	if err != nil {
		return nil, err
	}
	api, err := xsaleapi.New(client)
	if err != nil {
		return nil, err
	}
	candidates[nameThis] = thisCandidate(api)
	candidates[nameShipped] = shippedCandidate(client)
	return candidates, nil
}

func thisCandidate(api *xsaleapi.Client) candidate {
	return candidate{
		me: func(ctx context.Context) error {
			_, err := api.GetMe(ctx)
			return err
		},
		orders: func(ctx context.Context, organization string) (int, error) {
			orders, err := api.ListOrders(ctx, organization)
			return len(orders), err
		},
		stream: func(ctx context.Context, organization string) (int, error) {
			count := 0
			for _, err := range api.ListOrdersSeq(ctx, organization) {
				if err != nil {
					return count, err
				}
				count++
			}
			return count, nil
		},
	}
}

func shippedCandidate(client *xsale.Client) candidate {
	return candidate{orders: func(ctx context.Context, organization string) (int, error) {
		orders, err := call.Collect(client.Organization(organization).Orders.List(ctx, xsale.ListOrdersParams{}))
		return len(orders), err
	}}
}

func stockCandidate(client *stock.ClientWithResponses) candidate {
	orders := func(ctx context.Context, organization string) (int, error) {
		response, err := client.ListOrdersWithResponse(ctx, organization)
		if err != nil {
			return 0, err
		}
		if response.JSON200 == nil {
			return 0, fmt.Errorf("stock: %s", response.Status())
		}
		return len(*response.JSON200), nil
	}
	return candidate{
		me: func(ctx context.Context) error {
			response, err := client.GetMeWithResponse(ctx)
			if err == nil && response.JSON200 == nil {
				err = fmt.Errorf("stock: %s", response.Status())
			}
			return err
		},
		orders: orders,
		stream: orders,
	}
}

func ogenCandidate(client *ogen.Client) candidate {
	orders := func(ctx context.Context, organization string) (int, error) {
		orders, err := client.ListOrders(ctx, ogen.ListOrdersParams{OrganizationName: organization})
		return len(orders), err
	}
	return candidate{
		me: func(ctx context.Context) error {
			_, err := client.GetMe(ctx)
			return err
		},
		orders: orders,
		stream: orders,
	}
}

func byHandCandidate(client *byhand.Client) candidate {
	orders := func(ctx context.Context, organization string) (int, error) {
		orders, err := client.Orders(ctx, organization)
		return len(orders), err
	}
	return candidate{
		me: func(ctx context.Context) error {
			_, err := client.Me(ctx)
			return err
		},
		orders: orders,
		stream: orders,
	}
}
