package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/wire"

	"example.com/erp-sync/xsaleapi"
)

// statusNew is the status of orders that the ERP has not imported yet.
const statusNew = "Nowe"

// errTryLater marks temporary failures.
var errTryLater = errors.New("try again later")

// Order is an order in the format of the ERP.
type Order struct {
	ID    int64
	Lines []Line
	Total wire.Decimal // gross
}

// Line is a line of an order. Its numbers keep the digits that xSale sent, such as 548.90.
type Line struct {
	OfferID    int64
	Quantity   wire.Decimal
	PriceGross wire.Decimal // per unit
}

// newOrders returns the new orders of an organization. If it cannot translate one of them, it
// returns none: an order with a wrong total is worse than a late one.
func newOrders(ctx context.Context, api *xsaleapi.Client, organization string) ([]Order, error) {
	listed, err := api.ListOrders(ctx, organization, &xsaleapi.ListOrdersParams{StatusNames: []string{statusNew}})
	if err != nil {
		return nil, explain(err)
	}
	orders := make([]Order, len(listed))
	for i, order := range listed {
		if orders[i], err = translate(order); err != nil {
			return nil, fmt.Errorf("order %d: %w", order.ID, err)
		}
	}
	return orders, nil
}

func translate(order xsaleapi.Order) (Order, error) {
	translated := Order{ID: order.ID}
	var total decimal.Decimal
	for i, item := range order.Items {
		if !item.Quantity.IsSet() || !item.PriceGross.IsSet() {
			return Order{}, fmt.Errorf("line %d has no quantity or no gross price", i+1)
		}
		translated.Lines = append(translated.Lines, Line{item.OfferID, item.Quantity, item.PriceGross})
		total = total.Add(item.Quantity.Decimal().Mul(item.PriceGross.Decimal()))
	}
	translated.Total = wire.NewDecimal(total) // keeps trailing zeros, unlike decimal.Decimal
	return translated, nil
}

// explain adds what can be done about a failed call.
func explain(err error) error {
	failure, ok := errors.AsType[*xsale.Error](err)
	switch {
	case errors.Is(err, xsale.ErrRateLimited) && ok && failure.RetryAfter > 0:
		return fmt.Errorf("%w, in %v: %w", errTryLater, failure.RetryAfter, err)
	case errors.Is(err, xsale.ErrRateLimited), errors.Is(err, xsale.ErrServer):
		return fmt.Errorf("%w: %w", errTryLater, err)
	case errors.Is(err, xsale.ErrNotFound):
		return fmt.Errorf("check XSALE_ORGANIZATION: %w", err)
	}
	return err
}
