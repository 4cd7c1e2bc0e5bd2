package xsaletest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/wire"
)

const (
	// seedIntegration is the id of the shop of the generated orders.
	seedIntegration = 1
	// firstArticle is an article id from public code.
	firstArticle = 16519
	// languagePolish was seen as MarketplacePL.
	languagePolish = 9
	firstOffer     = 501
	// seedPeriod is the number of days of the generated orders.
	seedPeriod = 180
)

// newGeneratedState returns the default data. It depends on the number of orders only.
func newGeneratedState(orders int, spec *contract.Document) (*state, error) {
	s := newState(spec, defaultStatuses())
	s.translations = seedTranslations()
	random := rand.New(rand.NewPCG(16519, 9))
	prices := seedPrices(random, len(s.translations))
	for i := range orders {
		age := orders - 1 - i
		created := gen.CreateOrder{
			IntegrationID: seedIntegration,
			PaymentFormID: 1 + random.Int64N(4),
			PurchaseDate:  wire.NewDate(2025, time.March, 31-age*seedPeriod/orders),
			Items:         seedItems(random, prices),
		}
		created.BuyerID = 1 + random.Int64N(120)
		created.PayerID = created.BuyerID
		created.RecipientID = created.BuyerID
		if random.IntN(8) == 0 { // a gift, or a delivery to the office
			created.RecipientID = 1 + random.Int64N(120)
		}
		if _, err := s.addOrder(created, seedStatus(random, age*100/orders)); err != nil {
			return nil, fmt.Errorf("generate orders: %w", err)
		}
	}
	return s, nil
}

// seedTranslations returns the articles, each with a Polish name and description.
func seedTranslations() map[int64][]gen.Translation {
	translations := make(map[int64][]gen.Translation)
	for _, furniture := range []string{"Biurko", "Krzesło", "Stół", "Regał", "Komoda", "Szafka nocna", "Ławka", "Półka"} {
		for _, material := range []string{"z drewna dębowego", "z drewna bukowego", "z drewna sosnowego", "z metalu", "z płyty laminowanej"} {
			name := furniture + " " + material
			translations[firstArticle+int64(len(translations))] = []gen.Translation{{
				LanguageID:  languagePolish,
				Name:        wire.Some(name),
				Description: wire.Some("<p>" + name + ", do samodzielnego montażu.</p>"),
			}}
		}
	}
	return translations
}

// seedPrices returns the gross price of each offer in grosz, hundredths of a złoty.
func seedPrices(random *rand.Rand, count int) []int64 {
	prices := make([]int64, count)
	for i := range prices {
		prices[i] = (49+random.Int64N(1450))*100 + 90
	}
	return prices
}

// seedItems returns one to four lines. About a third also has the net price.
func seedItems(random *rand.Rand, prices []int64) []gen.CreateOrderItem {
	items := make([]gen.CreateOrderItem, 1+random.IntN(4))
	for i := range items {
		offer := random.IntN(len(prices))
		items[i] = gen.CreateOrderItem{
			OfferID:    firstOffer + int64(offer),
			VariantID:  1 + random.Int64N(3),
			Quantity:   wire.MustDecimal(fmt.Sprint(1 + random.IntN(3))),
			PriceGross: money(prices[offer]),
		}
		if random.IntN(3) == 0 {
			items[i].PriceNet = money((prices[offer]*100 + 61) / 123) // 23 % VAT, rounded to the nearest grosz
		}
	}
	return items
}

func money(grosz int64) wire.Decimal {
	return wire.MustDecimal(fmt.Sprintf("%d.%02d", grosz/100, grosz%100))
}

// seedStatus returns the status of an order by its age in percent of the period.
func seedStatus(random *rand.Rand, age int) int64 {
	chance := random.IntN(100)
	if chance < 5 {
		return statusCancelled
	}
	if chance < 8 {
		return statusManual
	}
	switch {
	case age < 10:
		return statusNew
	case age < 15:
		return statusImported
	case age < 20:
		return statusInProgress
	case age < 25:
		return statusPreparing
	case age < 35:
		return statusShipped
	}
	return statusCompleted
}
