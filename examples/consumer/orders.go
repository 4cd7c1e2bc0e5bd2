package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
	"github.com/xsale-go/xsale"

	"example.com/erp-sync/xsaleapi"
)

// statusNew is the status of orders that the ERP does not have yet.
const statusNew = "Nowe"

// errTryLater is of failures that pass by themselves.
var errTryLater = errors.New("try again later")

// Order is an order as the ERP takes it.
type Order struct {
	ID    int64
	Lines []Line
	Total decimal.Decimal // gross
}

// Line is a line of an order.
type Line struct {
	OfferID    int64
	Quantity   decimal.Decimal
	PriceGross decimal.Decimal // of one
}

// newOrders returns the new orders of an organization. It returns none where one of them cannot be taken, because an
// order with a wrong total is worse than a late one.
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
	for i, item := range order.Items {
		if !item.Quantity.IsSet() || !item.PriceGross.IsSet() {
			return Order{}, fmt.Errorf("line %d has no quantity or no gross price", i+1)
		}
		line := Line{OfferID: item.OfferID, Quantity: item.Quantity.Decimal(), PriceGross: item.PriceGross.Decimal()}
		translated.Lines = append(translated.Lines, line)
		translated.Total = translated.Total.Add(line.Quantity.Mul(line.PriceGross))
	}
	return translated, nil
}

// explain says what can be done about a call that failed.
func explain(err error) error {
	failure, ok := errors.AsType[*xsale.Error](err)
	switch {
	case errors.Is(err, xsale.ErrRateLimited) && ok && failure.RetryAfter > 0:
		return fmt.Errorf("%w, in %v: %w", errTryLater, failure.RetryAfter, err)
	case errors.Is(err, xsale.ErrRateLimited), errors.Is(err, xsale.ErrServer):
		return fmt.Errorf("%w: %w", errTryLater, err)
	case errors.Is(err, xsale.ErrNotFound):
		return fmt.Errorf("is XSALE_ORGANIZATION right? %w", err)
	}
	return err
}
