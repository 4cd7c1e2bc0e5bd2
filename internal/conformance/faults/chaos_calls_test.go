package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

const (
	marker          = "ChaosCall"    // the field of an order that names the call that created it
	completedStatus = "Zrealizowane" // of orders that no call creates
	firstArticle    = 16519          // of the sandbox's articles
	articles        = 40
	firstLanguage   = 100 // of languages that no article has at first
)

// chaosCall is a call and its result.
type chaosCall struct {
	*chaosKind
	number  int
	worker  *chaosWorker
	random  *rand.Rand
	options []call.Option
	hurried bool // the context, or a time limit, may end it
	marked  bool // Idempotent(false)

	created int64 // the id of a create that succeeded
	err     error
	ended   error // why the context had ended when the call returned
}

// mayHarm reports whether processing the call twice matters.
func (c *chaosCall) mayHarm() bool { return c.method == http.MethodPost || c.marked }

// chaosWorker makes one call after another. No other worker writes its translation, so it knows
// what it must read.
type chaosWorker struct {
	article, language int64
	written           []string // what the translation may be: the last that was written for sure, and what failed since
}

func newChaosWorker(n int) *chaosWorker {
	return &chaosWorker{article: int64(firstArticle + n%articles), language: int64(firstLanguage + n), written: []string{""}}
}

// chaosKind is a kind of call and its share of all calls.
type chaosKind struct {
	name, operation string
	method, route   string
	list            bool // a truncated response is not retried
	share           int
	run             func(context.Context, *chaos, *chaosCall) error
}

var chaosKinds = []chaosKind{
	{"create", "createOrder", http.MethodPost, "/{organizationName}/orders", false, 40, create},
	{"raw create", "", http.MethodPost, "/" + xsaletest.Organization + "/orders", false, 10, createRaw},
	{"me", "getMe", http.MethodGet, "/me", false, 10, readMe},
	{"raw read", "", http.MethodGet, "/" + xsaletest.Organization + "/statuses", false, 8, readRaw},
	{"list", "listOrders", http.MethodGet, "/{organizationName}/orders", true, 8, listCompleted},
	{"list broken off", "listOrders", http.MethodGet, "/{organizationName}/orders", true, 6, breakOffList},
	{"read translation", "listTranslations", http.MethodGet, "/{organizationName}/articles/{id}/translations", true, 8, readTranslation},
	{"write translation", "setTranslation", http.MethodPut, "/{organizationName}/articles/{id}/translations", false, 10, writeTranslation},
}

// drawKind draws a kind by its share.
func drawKind(random *rand.Rand) *chaosKind {
	total := 0
	for _, kind := range chaosKinds {
		total += kind.share
	}
	drawn := random.IntN(total)
	for i := range chaosKinds {
		if drawn -= chaosKinds[i].share; drawn < 0 {
			return &chaosKinds[i]
		}
	}
	panic("unreachable")
}

// makeCall makes the call with this number.
func (c *chaos) makeCall(number int, worker *chaosWorker) {
	random := rand.New(rand.NewPCG(c.seed, uint64(number)))
	current := &c.calls[number]
	*current = chaosCall{chaosKind: drawKind(random), number: number, worker: worker, random: random}
	current.options = []call.Option{call.Header(callHeader, strconv.Itoa(number))}
	ctx, cancel := context.WithCancel(c.t.Context())
	if current.method != http.MethodPut { // because the worker would not learn when it is processed
		ctx, cancel = current.disturb(ctx, cancel)
	}
	defer cancel()
	current.err = current.run(ctx, c, current)
	current.ended = ctx.Err()
}

// disturb gives a third of the calls a timeout or a canceled context, from a millisecond to
// minutes, or forbids retries.
func (c *chaosCall) disturb(ctx context.Context, cancel context.CancelFunc) (context.Context, context.CancelFunc) {
	after := time.Duration(float64(time.Millisecond) * math.Pow(10, 5.3*c.random.Float64()))
	drawn := c.random.IntN(100)
	c.hurried = drawn < 27
	switch {
	case drawn < 8:
		return context.WithTimeout(ctx, after)
	case drawn < 14:
		time.AfterFunc(after, cancel)
	case drawn < 20:
		c.options = append(c.options, call.AttemptTimeout(min(after, slowAnswer/2)))
	case drawn < 27:
		c.options = append(c.options, call.Timeout(after))
	case drawn < 35:
		c.marked = true
		c.options = append(c.options, call.Idempotent(false))
	}
	return ctx, cancel
}

func (c *chaosCall) order() xsale.CreateOrder {
	order := xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")}},
	}
	if err := order.Set(marker, json.RawMessage(strconv.Itoa(c.number))); err != nil {
		panic(err)
	}
	return order
}

func create(ctx context.Context, c *chaos, call *chaosCall) error {
	created, err := c.shop.Orders.Create(ctx, call.order(), call.options...)
	call.created = created.ID
	return err
}

func createRaw(ctx context.Context, c *chaos, call *chaosCall) error {
	response, err := c.shop.Call(ctx, http.MethodPost, "/orders", call.order(), call.options...)
	if err != nil {
		return err
	}
	var created xsale.Created
	err = response.Decode(&created)
	call.created = created.ID
	return err
}

func readMe(ctx context.Context, c *chaos, call *chaosCall) error {
	me, err := c.client.Me(ctx, call.options...)
	if err == nil && (me.Email != xsaletest.Username || len(me.Organizations) != 1) {
		c.t.Errorf("call %d: read the user %+v", call.number, me)
	}
	return err
}

func readRaw(ctx context.Context, c *chaos, call *chaosCall) error {
	response, err := c.shop.Call(ctx, http.MethodGet, "/statuses", nil, call.options...)
	if err != nil {
		return err
	}
	var statuses []xsale.Status
	if err := response.Decode(&statuses); err != nil || len(statuses) != 8 || statuses[7].Name != "Do obsługi ręcznej" {
		c.t.Errorf("call %d: read the statuses %v, %v", call.number, statuses, err)
	}
	return nil
}

func listCompleted(ctx context.Context, c *chaos, call *chaosCall) error {
	return c.listOrders(ctx, call, len(c.completed)+1)
}

func breakOffList(ctx context.Context, c *chaos, call *chaosCall) error {
	return c.listOrders(ctx, call, call.random.IntN(len(c.completed)))
}

// listOrders reads at most count orders. The orders before an error must be right, too.
func (c *chaos) listOrders(ctx context.Context, call *chaosCall, limit int) error {
	var ids []int64
	var err error
	for order, failure := range c.shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{completedStatus}}, call.options...) {
		if failure != nil {
			err = failure
			break
		}
		ids = append(ids, order.ID)
		if len(ids) > limit {
			break
		}
	}
	whole := limit >= len(c.completed) && err == nil
	if len(ids) > len(c.completed) || !slices.Equal(ids, c.completed[:len(ids)]) || whole && len(ids) < len(c.completed) {
		c.t.Errorf("call %d: read the orders %v instead of %v", call.number, ids, c.completed)
	}
	return err
}

func readTranslation(ctx context.Context, c *chaos, call *chaosCall) error {
	worker := call.worker
	name := ""
	for translation, err := range c.shop.Articles.ListTranslations(ctx, worker.article, call.options...) {
		if err != nil {
			return err
		}
		if translation.LanguageID == worker.language {
			name, _ = translation.Name.Get()
		}
	}
	if !slices.Contains(worker.written, name) {
		c.t.Errorf("call %d: read the translation %q, want one of %q", call.number, name, worker.written)
	}
	return nil
}

func writeTranslation(ctx context.Context, c *chaos, call *chaosCall) error {
	worker := call.worker
	name := fmt.Sprintf("written by call %d", call.number)
	err := c.shop.Articles.SetTranslation(ctx, worker.article, xsale.Translation{LanguageID: worker.language, Name: wire.Some(name)}, call.options...)
	if err == nil {
		worker.written = nil
	}
	worker.written = append(worker.written, name)
	return err
}
