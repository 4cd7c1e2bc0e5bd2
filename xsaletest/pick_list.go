package xsaletest

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// Offers of the sandbox: each sells one of the generated articles, in their order, but that of a
// table is a set with chairs of the same material.
const (
	materials    = 5 // of each piece of furniture
	articleCount = 8 * materials
	chairs       = 1 * materials // index of the first chair
	tables       = 2 * materials // index of the first table
	chairsPerSet = 4
)

// pickedArticle is an element of OrderItemArticles. The vendor does not publish the fields, so the
// names say that they are the sandbox's own.
type pickedArticle struct {
	ArticleID int64        `json:"SandboxArticleId"`
	Quantity  wire.Decimal `json:"SandboxQuantity"`
}

// pickList returns the OrderItemArticles of a line as JSON: the articles of its offer, times its
// quantity. Any offer of a created order is one of the sandbox's, modulo their number.
func pickList(item gen.CreateOrderItem) (json.RawMessage, error) {
	index := (item.OfferID - firstOffer) % articleCount
	if index < 0 {
		index += articleCount
	}
	articles := []pickedArticle{{firstArticle + index, item.Quantity}}
	if index >= tables && index < tables+materials {
		quantity := item.Quantity.Decimal().Mul(decimal.NewFromInt(chairsPerSet))
		articles = append(articles, pickedArticle{firstArticle + index - tables + chairs, wire.NewDecimal(quantity)})
	}
	return json.Marshal(articles)
}
