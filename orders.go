package xsale

import (
	"context"
	"errors"
	"fmt"
	"github.com/xsale-go/xsale/call"
	"iter"
	"net/http"

	"github.com/xsale-go/xsale/gen"
)

// OrdersService reads and creates orders (zamówienia). It is safe for concurrent use.
type OrdersService service

// The types of orders. Money and quantities are exact decimals; the currency is not part of the
// published model.
type (
	Order            = gen.Order
	OrderItem        = gen.OrderItem
	OrderItemArticle = gen.OrderItemArticle
	CreateOrder      = gen.CreateOrder
	CreateOrderItem  = gen.CreateOrderItem
	ListOrdersParams = gen.ListOrdersParams
	Created          = gen.Created
)

// List returns the organization's orders, all of them or those in the given statuses. The call is
// sent when the list is ranged over, and again at each further range. An error ends the list;
// elements before it are good. Paging is not published: what the server sends in one answer is the
// list.
//
// GET /{organizationName}/orders, documented at
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/pobieranie-zamowien-integracja-z-wlasnym-systemem-erp.
// Inferred: the answer is an array, or an object with one; the statuses are sent as repeated keys.
func (s *OrdersService) List(ctx context.Context, params ListOrdersParams, options ...call.Option) iter.Seq2[Order, error] {
	return call.Stream[Order](ctx, listOrders, options, func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		if s.err != nil {
			return nil, s.err
		}
		return s.client.api.ListOrders(ctx, s.name, withoutEmptyFilters(params), edit)
	})
}

// withoutEmptyFilters keeps the generated client from sending an empty list as an empty value,
// which reads as "in no status".
func withoutEmptyFilters(params ListOrdersParams) *ListOrdersParams {
	if len(params.StatusIDs) == 0 {
		params.StatusIDs = nil
	}
	if len(params.StatusNames) == 0 {
		params.StatusNames = nil
	}
	return &params
}

// Create adds an order. The integration, the contractors and the offers that it names must exist. A
// line needs PriceNet or PriceGross; the vendor recommends PriceGross. An order that lacks a member
// is refused with [ErrInvalid] before anything is sent.
//
// A create is repeated only after an answer which says that it was not processed. How the vendor
// treats the same order sent twice is not published; neither is the answer, so that [Created.ID]
// may be 0 after a success.
//
// POST /{organizationName}/orders, documented at
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/dodanie-zamowienia-z-wlasnego-sklepu-lub-marketplace.
// Inferred: the name Items of the list of lines; the Id of the answer.
func (s *OrdersService) Create(ctx context.Context, order CreateOrder, options ...call.Option) (Created, error) {
	return call.Fetch[Created](ctx, createOrder, options, func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		if err := errors.Join(s.err, checkOrder(order)); err != nil {
			return nil, err
		}
		return s.client.api.CreateOrder(ctx, s.name, order, edit)
	})
}

// checkOrder names every member that the vendor requires and the order lacks.
func checkOrder(order CreateOrder) error {
	var problems []error
	require := func(set bool, member string) {
		if !set {
			problems = append(problems, fmt.Errorf("%w: %s is not set", ErrInvalid, member))
		}
	}
	require(order.IntegrationID != 0, "IntegrationID")
	require(order.PaymentFormID != 0, "PaymentFormID")
	require(order.PurchaseDate.String() != "", "PurchaseDate")
	require(order.BuyerID != 0, "BuyerID")
	require(order.RecipientID != 0, "RecipientID")
	require(order.PayerID != 0, "PayerID")
	require(len(order.Items) > 0, "Items")
	for i, item := range order.Items {
		require(item.OfferID != 0, fmt.Sprintf("Items[%d].OfferID", i))
		require(item.VariantID != 0, fmt.Sprintf("Items[%d].VariantID", i))
		require(item.Quantity.IsSet(), fmt.Sprintf("Items[%d].Quantity", i))
		require(item.PriceGross.IsSet() || item.PriceNet.IsSet(), fmt.Sprintf("Items[%d].PriceGross or PriceNet", i))
	}
	return errors.Join(problems...)
}
