package server

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Orders is the number of orders on the page.
const Orders = 100

const itemsPerOrder = 5

// money is an amount in hundredths, marshaled with two decimals like the vendor's.
type money int64

func (m money) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%d.%02d", m/100, m%100), nil
}

type order struct {
	ID             int64  `json:"Id"`
	Number         string `json:"Number"`
	ExternalNumber string `json:"ExternalNumber"`
	IntegrationID  int64  `json:"IntegrationId"`
	StatusID       int64  `json:"StatusId"`
	StatusName     string `json:"StatusName"`
	PaymentFormID  int64  `json:"PaymentFormId"`
	DeliveryFormID int64  `json:"DeliveryFormId"`
	PurchaseDate   string `json:"PurchaseDate"`
	CreatedAt      string `json:"CreatedAt"`
	ModifiedAt     string `json:"ModifiedAt"`
	CurrencyCode   string `json:"CurrencyCode"`
	TotalNet       money  `json:"TotalNet"`
	TotalGross     money  `json:"TotalGross"`
	ShippingGross  money  `json:"ShippingGross"`
	PaidAmount     money  `json:"PaidAmount"`
	IsPaid         bool   `json:"IsPaid"`
	IsCanceled     bool   `json:"IsCanceled"`
	WantsInvoice   bool   `json:"WantsInvoice"`
	Comment        *string
	Buyer          buyer
	Items          []item

	// The spec does not list these fields: a real service has such fields too.
	ExchangeRate money
	Parcel       parcel
}

type parcel struct {
	Carrier string
	Number  string
}

type buyer struct {
	FirstName, LastName, Email, Phone, Street, PostalCode, City, CountryCode string
}

type item struct {
	ID                int64 `json:"Id"`
	OfferID           int64 `json:"OfferId"`
	VariantID         int64 `json:"VariantId"`
	Name              string
	Sku               string
	Ean               string
	Quantity          int64
	PriceNet          money
	PriceGross        money
	VatRate           money
	OrderItemArticles []article

	// The spec does not list these fields.
	Discount  money
	Warehouse warehouse
}

type warehouse struct {
	ID   int64 `json:"Id"`
	Code string
}

type article struct {
	ArticleID int64 `json:"ArticleId"`
	Quantity  int64
}

var (
	firstNames = []string{"Jan", "Anna", "Piotr", "Zofia", "Łukasz", "Katarzyna"}
	lastNames  = []string{"Kowalski", "Nowak", "Wiśniewska", "Wójcik", "Zając"}
	cities     = []string{"Warszawa", "Kraków", "Łódź", "Gdańsk", "Poznań"}
	streets    = []string{"Długa", "Polna", "Leśna", "Krótka", "Szkolna"}
	products   = []string{"Oak desk 140 × 70", "Office chair, black", "Desk lamp \"Mini\"", "Bookshelf, five boards", "Filing cabinet"}
	statuses   = []string{"Nowe", "W realizacji", "Spakowane", "Wysłane"}
	comments   = []string{"Please call before the delivery", "Proszę o fakturę na firmę", "Leave it with the neighbor"}
)

// newOrders returns the orders of the page, the same ones in every run.
func newOrders() []order {
	random := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2024, time.October, 25, 8, 0, 0, 0, time.FixedZone("", 2*60*60))
	orders := make([]order, Orders)
	for i := range orders {
		orders[i] = newOrder(random, int64(700_000+i), begin.Add(time.Duration(i)*7*time.Minute))
	}
	return orders
}

func newOrder(random *rand.Rand, id int64, purchased time.Time) order {
	first, last := pick(random, firstNames), pick(random, lastNames)
	status := random.IntN(len(statuses))
	o := order{
		ID: id, Number: fmt.Sprintf("ZS/%d/2024", id), ExternalNumber: fmt.Sprintf("%012x", random.Uint64()>>16),
		IntegrationID: 1 + random.Int64N(4), StatusID: int64(status + 1), StatusName: statuses[status],
		PaymentFormID: 1 + random.Int64N(5), DeliveryFormID: 1 + random.Int64N(9),
		PurchaseDate: purchased.Format(time.RFC3339), CreatedAt: purchased.Add(2 * time.Second).Format(time.RFC3339),
		ModifiedAt:   purchased.Add(time.Hour).Add(1234567 * time.Microsecond).Format(time.RFC3339Nano),
		CurrencyCode: "PLN", ShippingGross: 1499,
		IsPaid: random.IntN(4) > 0, IsCanceled: random.IntN(20) == 0, WantsInvoice: random.IntN(2) == 0,
		Buyer: buyer{
			FirstName: first, LastName: last, Email: fmt.Sprintf("buyer%d@example.com", id), Phone: fmt.Sprintf("+48 600 %06d", random.IntN(1_000_000)),
			Street: fmt.Sprintf("%s %d", pick(random, streets), 1+random.IntN(99)), PostalCode: fmt.Sprintf("%02d-%03d", random.IntN(100), random.IntN(1000)),
			City: pick(random, cities), CountryCode: "PL",
		},
		ExchangeRate: 100,
		Parcel:       parcel{Carrier: "InPost", Number: fmt.Sprintf("%024d", random.Uint64())},
	}
	if random.IntN(2) == 0 {
		comment := pick(random, comments)
		o.Comment = &comment
	}
	for n := range itemsPerOrder {
		line := newItem(random, id*10+int64(n))
		o.Items = append(o.Items, line)
		o.TotalNet += line.PriceNet * money(line.Quantity)
		o.TotalGross += line.PriceGross * money(line.Quantity)
	}
	o.TotalGross += o.ShippingGross
	if o.IsPaid {
		o.PaidAmount = o.TotalGross
	}
	return o
}

func newItem(random *rand.Rand, id int64) item {
	net := money(500 + random.IntN(90_000))
	line := item{
		ID: id, OfferID: 500 + random.Int64N(10_000), VariantID: 1 + random.Int64N(12),
		Name: pick(random, products), Sku: fmt.Sprintf("SKU-%05d", random.IntN(100_000)), Ean: fmt.Sprintf("590%010d", random.Int64N(10_000_000_000)),
		Quantity: 1 + random.Int64N(4), PriceNet: net, PriceGross: net * 123 / 100, VatRate: 2300,
		Discount: money(random.IntN(1000)), Warehouse: warehouse{ID: 2, Code: "MAIN"},
	}
	for range 1 + random.IntN(2) {
		line.OrderItemArticles = append(line.OrderItemArticles, article{ArticleID: 16_000 + random.Int64N(4000), Quantity: line.Quantity})
	}
	return line
}

func pick(random *rand.Rand, values []string) string { return values[random.IntN(len(values))] }
