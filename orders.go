package xsale

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
)

// OrdersService reads and creates orders (zamówienia). It is safe for concurrent use.
type OrdersService service

// Order is an order that was read; see [gen.Order] for the fields. Money and quantities are exact
// decimals; the currency is not part of the published model.
type Order = gen.Order

// OrderItem is a line of an order that was read; see [gen.OrderItem].
type OrderItem = gen.OrderItem

// OrderItemArticle is a warehouse article of an order line. Its fields are not published.
type OrderItemArticle = gen.OrderItemArticle

// CreateOrder is a new order; see [gen.CreateOrder] for the fields, all of them required.
type CreateOrder = gen.CreateOrder

// CreateOrderItem is a line of a new order; see [gen.CreateOrderItem].
type CreateOrderItem = gen.CreateOrderItem

// ListOrdersParams selects orders by status; see [gen.ListOrdersParams]. The zero value selects all.
type ListOrdersParams = gen.ListOrdersParams

// Created is the response to a create; see [gen.Created].
type Created = gen.Created

// List returns the organization's orders, all of them or those in the given statuses. Each range
// over the list sends the call. An order that does not fit is a [*call.ElementError], after which
// the range goes on, so that one order does not hide the others. Any other error ends the list. The
// orders before an error are valid. Paging is not published: the list is what the server sends in
// one response; [call.Envelope] reads the fields next to it.
//
// Lists without values in params do not filter. A blank name or an id below 1 is rejected with
// [ErrInvalid], because it could select all orders.
//
// GET /{organizationName}/orders, documented at
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/pobieranie-zamowien-integracja-z-wlasnym-systemem-erp.
// Inferred: the response is an array, or an object with exactly one array of orders; the statuses
// are sent as repeated keys.
func (s *OrdersService) List(ctx context.Context, params ListOrdersParams, options ...call.Option) iter.Seq2[Order, error] {
	return s.client.api.ListOrdersSeq(ctx, s.name, &params, s.checked(options, notID("StatusIDs", params.StatusIDs...), blankName(params.StatusNames))...)
}

// blankName returns an error if a name of a status is blank, or nil.
func blankName(names []string) error {
	for _, name := range names {
		if strings.TrimSpace(name) == "" {
			return fmt.Errorf("%w: StatusNames has the blank name %q: leave it out, or use a name from Statuses.List", ErrInvalid, name)
		}
	}
	return nil
}

// Create adds an order. The integration, the contractors and the offers that it names must exist. A
// line needs PriceNet or PriceGross; the vendor recommends PriceGross. An order that lacks a
// required field is rejected with [ErrInvalid] before anything is sent.
//
// A create is retried only if the server cannot have processed it: after a 429, or if no connection
// was made. The vendor does not publish how it treats a repeated order, nor the response, so
// [gen.Created.ID] may be 0 after a success. With a number of the shop's own in the order,
// [call.CreateOnce] finds out after an [ErrMaybeProcessed] whether the order exists.
//
// POST /{organizationName}/orders, documented at
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/dodanie-zamowienia-z-wlasnego-sklepu-lub-marketplace.
// Inferred: the name Items of the list of lines; the Id of the response.
func (s *OrdersService) Create(ctx context.Context, order CreateOrder, options ...call.Option) (Created, error) {
	return s.client.api.CreateOrder(ctx, s.name, order, s.checked(options, unset(fieldsOf(order)...))...)
}

// fieldsOf returns the fields of an order that the vendor requires.
func fieldsOf(order CreateOrder) []field {
	fields := []field{
		{"IntegrationId", order.IntegrationID != 0},
		{"PaymentFormId", order.PaymentFormID != 0},
		{"PurchaseDate", order.PurchaseDate.String() != ""},
		{"BuyerId", order.BuyerID != 0},
		{"RecipientId", order.RecipientID != 0},
		{"PayerId", order.PayerID != 0},
		{"Items", len(order.Items) > 0},
	}
	for i, item := range order.Items {
		line := fmt.Sprintf("Items[%d].", i)
		fields = append(fields,
			field{line + "OfferId", item.OfferID != 0},
			field{line + "VariantId", item.VariantID != 0},
			field{line + "Quantity", item.Quantity.IsSet()},
			field{line + "PriceGross or PriceNet", item.PriceGross.IsSet() || item.PriceNet.IsSet()},
		)
	}
	return fields
}
