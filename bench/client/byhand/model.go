package byhand

import "time"

type Me struct {
	ID            int64          `json:"Id"`
	Name          string         `json:"Name"`
	Nickname      string         `json:"Nickname"`
	Email         string         `json:"Email"`
	EmailVerified bool           `json:"EmailVerified"`
	Organizations []Organization `json:"Organizations"`
}

type Organization struct {
	ID        int64  `json:"Id"`
	ShortName string `json:"ShortName"`
	Name      string `json:"Name"`
}

type Order struct {
	ID             int64       `json:"Id"`
	Number         string      `json:"Number"`
	ExternalNumber string      `json:"ExternalNumber"`
	IntegrationID  int64       `json:"IntegrationId"`
	StatusID       int64       `json:"StatusId"`
	StatusName     string      `json:"StatusName"`
	PaymentFormID  int64       `json:"PaymentFormId"`
	DeliveryFormID int64       `json:"DeliveryFormId"`
	PurchaseDate   time.Time   `json:"PurchaseDate"`
	CreatedAt      time.Time   `json:"CreatedAt"`
	ModifiedAt     *time.Time  `json:"ModifiedAt"`
	CurrencyCode   string      `json:"CurrencyCode"`
	TotalNet       float64     `json:"TotalNet"`
	TotalGross     float64     `json:"TotalGross"`
	ShippingGross  float64     `json:"ShippingGross"`
	PaidAmount     float64     `json:"PaidAmount"`
	IsPaid         bool        `json:"IsPaid"`
	IsCanceled     bool        `json:"IsCanceled"`
	WantsInvoice   bool        `json:"WantsInvoice"`
	Comment        *string     `json:"Comment"`
	Buyer          *Buyer      `json:"Buyer"`
	Items          []OrderItem `json:"Items"`
}

type Buyer struct {
	FirstName   string `json:"FirstName"`
	LastName    string `json:"LastName"`
	Email       string `json:"Email"`
	Phone       string `json:"Phone"`
	Street      string `json:"Street"`
	PostalCode  string `json:"PostalCode"`
	City        string `json:"City"`
	CountryCode string `json:"CountryCode"`
}

type OrderItem struct {
	ID                int64              `json:"Id"`
	OfferID           int64              `json:"OfferId"`
	VariantID         int64              `json:"VariantId"`
	Name              string             `json:"Name"`
	Sku               string             `json:"Sku"`
	Ean               string             `json:"Ean"`
	Quantity          float64            `json:"Quantity"`
	PriceNet          float64            `json:"PriceNet"`
	PriceGross        float64            `json:"PriceGross"`
	VatRate           float64            `json:"VatRate"`
	OrderItemArticles []OrderItemArticle `json:"OrderItemArticles"`
}

type OrderItemArticle struct {
	ArticleID int64   `json:"ArticleId"`
	Quantity  float64 `json:"Quantity"`
}
