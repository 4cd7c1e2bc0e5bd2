package xsaletest

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// The offers of the sandbox. Each offer sells one of the generated articles, in their order. The offer
// of a table is a set with chairs of the same material.
const (
	materials    = 5 // of each piece of furniture
	articleCount = 8 * materials
	chairs       = 1 * materials // index of the first chair
	tables       = 2 * materials // index of the first table
	chairsPerSet = 4
)

// pickedArticle is an element of OrderItemArticles. The vendor does not publish its fields, so their
// names show that they are the sandbox's own.
type pickedArticle struct {
	ArticleID int64        `json:"SandboxArticleId"`
	Quantity  wire.Decimal `json:"SandboxQuantity"`
}

// pickList returns the OrderItemArticles of a line as JSON: the articles of its offer, multiplied by
// its quantity. The offer id of a created order selects an offer of the sandbox, modulo their number.
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
