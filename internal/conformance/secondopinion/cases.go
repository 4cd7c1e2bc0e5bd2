package main

import (
	"net/http"
	"strings"
)

// testCase is an exchange and the verdict of this module's checks.
type testCase struct {
	name     string
	want     verdict
	exchange exchange
}

const (
	order = `{"IntegrationId":1,"PaymentFormId":1,"PurchaseDate":"2024-10-25","BuyerId":7,"RecipientId":8,"PayerId":9,` +
		`"Items":[{"OfferId":501,"VariantId":1,"Quantity":2.5,"PriceGross":149.9}]}`
	integration = `{"Name":"domenasklepu.pl","IsActive":true,"IntegrationType":28,"OrderSynchronization":{"ExportToWarehouse":"MAG-1"}}`
	translation = `{"LanguageId":2,"Name":"Oak desk","Description":null}`

	parametersPath   = "/integrations/1/categories/12/parameters"
	translationsPath = "/articles/16519/translations"
)

// changed returns a text with one part of it replaced.
func changed(text, old, replacement string) string {
	if strings.Count(text, old) != 1 {
		panic(old + " is not in the text once")
	}
	return strings.Replace(text, old, replacement, 1)
}

func orderWith(old, replacement string) exchange {
	return createOrder(changed(order, old, replacement))
}

func integrationWith(old, replacement string) exchange {
	return createIntegration(changed(integration, old, replacement))
}

func translationWith(old, replacement string) exchange {
	return setTranslation(changed(translation, old, replacement))
}

// meWith is the user with one member more or otherwise.
func meWith(member string) exchange {
	return getMe().answering(http.StatusOK, jsonType, `{"Name":"Lorem Ipsum",`+member+`}`)
}

func ordersWith(body string) exchange {
	return listOrders("").answering(http.StatusOK, jsonType, body)
}

func translationsWith(body string) exchange {
	return listTranslations(translationsPath).answering(http.StatusOK, jsonType, body)
}

func meAs(status int, contentType, body string) exchange {
	return getMe().answering(status, contentType, body)
}

// apiCases are exchanges of the API, good or wrong in one way each.
func apiCases() []testCase {
	return []testCase{
		{"user", passes, getMe()},
		{"orders", passes, listOrders("")},
		{"orders of some statuses", passes, listOrders("?statusidin=1&statusidin=2&statusnamein=Nowe&statusnamein=W%20toku")},
		{"orders of one status", passes, listOrders("?statusidin=1")},
		{"new order", passes, createOrder(order)},
		{"statuses", passes, listStatuses()},
		{"new integration", passes, createIntegration(integration)},
		{"new parameter", passes, createParameter(parametersPath, `{"Name":"Colour"}`)},
		{"new parameter without members", passes, createParameter(parametersPath, `{}`)},
		{"translations", passes, listTranslations(translationsPath)},
		{"translation", passes, setTranslation(translation)},

		{"unknown query parameter", passes, listOrders("?a-filter=1")},
		{"unknown member", passes, orderWith(`"BuyerId":7`, `"BuyerId":7,"Unlisted":{"a":[1,null]}`)},
		{"unknown member of a line", passes, orderWith(`"OfferId":501`, `"OfferId":501,"Unlisted":null`)},
		{"charset of a body", passes, createOrder(order).with("Content-Type", "application/json; charset=utf-8")},
		{"id of the largest size", passes, orderWith(`"BuyerId":7`, `"BuyerId":9007199254740991`)},
		{"id beyond exact floats", passes, orderWith(`"BuyerId":7`, `"BuyerId":9007199254740993`)},
		{"whole number with a point", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":7.0`)},
		{"whole number with an exponent", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":7e2`)},
		{"escaped slash in the path", passes, newExchange(http.MethodGet, "/a%2Fb/statuses", "", listStatuses().answer)},
		{"both prices", passes, orderWith(`"PriceGross":149.9`, `"PriceGross":149.9,"PriceNet":121.87`)},

		{"member missing", requestRefused, orderWith(`"BuyerId":7,`, ``)},
		{"member of a line missing", requestRefused, orderWith(`"OfferId":501,`, ``)},
		{"both prices missing", requestRefused, orderWith(`,"PriceGross":149.9`, ``)},
		{"language missing", requestRefused, translationWith(`"LanguageId":2,`, ``)},
		{"all members missing", requestRefused, createOrder(`{}`)},
		{"text for an id", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":"seven"`)},
		{"digits in a text for an id", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":"7"`)},
		{"fraction for an id", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":7.5`)},
		{"null for an id", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":null`)},
		{"text for a quantity", requestRefused, orderWith(`"Quantity":2.5`, `"Quantity":"2.5"`)},
		{"number for a text", requestRefused, integrationWith(`"domenasklepu.pl"`, `5`)},
		{"text for a boolean", requestRefused, integrationWith(`true`, `"true"`)},
		{"number inside an allOf", requestRefused, integrationWith(`"MAG-1"`, `5`)},
		{"text for an allOf", requestRefused, integrationWith(`{"ExportToWarehouse":"MAG-1"}`, `"MAG-1"`)},
		{"null for an allOf", requestRefused, integrationWith(`{"ExportToWarehouse":"MAG-1"}`, `null`)},
		{"null for a list", requestRefused, orderWith(`[{"OfferId":501,"VariantId":1,"Quantity":2.5,"PriceGross":149.9}]`, `null`)},
		{"member of a wrong type that comes twice", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":7,"BuyerId":"seven"`)},
		{"no lines", requestRefused, orderWith(`{"OfferId":501,"VariantId":1,"Quantity":2.5,"PriceGross":149.9}`, ``)},
		{"other form of a date", requestRefused, orderWith(`2024-10-25`, `25.10.2024`)},
		{"date and time for a date", passes, orderWith(`2024-10-25`, `2024-10-25T12:00:00Z`)},
		{"day that does not exist", requestRefused, orderWith(`2024-10-25`, `2024-02-30`)},
		{"id next to the range", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":9223372036854775808`)},
		{"id out of range", requestRefused, orderWith(`"BuyerId":7`, `"BuyerId":99999999999999999999`)},
		{"number beyond floats", passes, orderWith(`"Quantity":2.5`, `"Quantity":1e400`)},
		{"array for an object", requestRefused, createOrder(`[` + order + `]`)},
		{"text for an object", requestRefused, createOrder(`"order"`)},
		{"null for an object", requestRefused, createOrder(`null`)},
		{"array for an object without members", requestRefused, createParameter(parametersPath, `[]`)},
		{"broken JSON", requestRefused, createOrder(order[:len(order)-1])},
		{"two values", requestRefused, createOrder(order + order)},
		{"no body", requestRefused, createOrder("")},
		{"body of another type", requestRefused, createOrder(order).with("Content-Type", "text/plain")},
		{"body without a type", requestRefused, createOrder(order).with("Content-Type", "")},
		{"text for an id in the query", requestRefused, listOrders("?statusidin=1&statusidin=two")},
		{"empty id in the query", requestRefused, listOrders("?statusidin=")},
		{"ids with commas in the query", requestRefused, listOrders("?statusidin=1,2")},
		{"fraction in the query", requestRefused, listOrders("?statusidin=1.5")},
		{"hexadecimal in the query", requestRefused, listOrders("?statusidin=0x10")},
		{"text for an id in the path", requestRefused, listTranslations("/articles/desk/translations")},
		{"hexadecimal in the path", requestRefused, listTranslations("/articles/0x10/translations")},
		{"text for the second id in the path", requestRefused, createParameter("/integrations/1/categories/desks/parameters", `{}`)},
		{"empty segment of the path", requestRefused, createParameter("/integrations//categories/12/parameters", `{}`)},
		{"unknown path", requestRefused, listTranslations("/contractors")},
		{"path with a slash behind", requestRefused, listTranslations("/orders/")},
		{"method of another path", requestRefused, newExchange(http.MethodDelete, "/me", "", answer{status: http.StatusNoContent})},
		{"access token missing", passes, getMe().with("Authorization", "")},
		{"access token without Bearer", passes, getMe().with("Authorization", "Basic YTpi")},
		{"ID token missing", passes, getMe().with("X-Id-Token", "")},

		{"answer with unknown members", passes, meWith(`"Unlisted":{"a":[1,null]}`)},
		{"answer with an id beyond exact floats", passes, meWith(`"Id":9007199254740993`)},
		{"answer without members", passes, meAs(http.StatusOK, jsonType, `{}`)},
		{"empty list", passes, ordersWith(`[]`)},
		{"null where it is allowed", passes, translationsWith(`[{"LanguageId":2,"Name":null}]`)},
		{"charset of an answer", passes, meAs(http.StatusOK, "application/json; charset=utf-8", `{"Id":1}`)},
		{"other success", passes, createOrder(order).answering(http.StatusAccepted, jsonType, `{"Id":303}`)},
		{"failure without a body", passes, meAs(http.StatusNotFound, "", "")},
		{"failure with a page", passes, meAs(http.StatusBadGateway, "text/html", "<p>Bad gateway</p>")},
		{"failure with a problem", passes, meAs(http.StatusConflict, "application/problem+json", `{"detail":"no"}`)},
		{"status that nobody knows", passes, meAs(499, jsonType, `{"a":1}`)},

		{"answer with text for an id", answerRefused, meWith(`"Id":"one"`)},
		{"answer with a fraction for an id", answerRefused, meWith(`"Id":1.5`)},
		{"answer with an id out of range", answerRefused, meWith(`"Id":99999999999999999999`)},
		{"answer with null for an id", answerRefused, meWith(`"Id":null`)},
		{"answer with text for a boolean", answerRefused, meWith(`"EmailVerified":"yes"`)},
		{"answer with an object for a list", answerRefused, meWith(`"Organizations":{}`)},
		{"answer with a number in a list of objects", answerRefused, meWith(`"Organizations":[{},5]`)},
		{"answer with a number for a text, one deep", answerRefused, meWith(`"Organizations":[{"Name":5}]`)},
		{"answer with text for an object, three deep", answerRefused, ordersWith(`[{"Id":1,"Items":[{"OrderItemArticles":["a"]}]}]`)},
		{"answer with null for a list, two deep", answerRefused, ordersWith(`[{"Id":1,"Items":[{"OrderItemArticles":null}]}]`)},
		{"answer with text for an id in the second element", answerRefused, ordersWith(`[{"Id":1},{"Id":"two"}]`)},
		{"answer with a required member missing", answerRefused, translationsWith(`[{"LanguageId":2},{"Name":"Biurko"}]`)},
		{"answer with an object for the list", answerRefused, ordersWith(`{"Items":[]}`)},
		{"answer with a list for the object", answerRefused, meAs(http.StatusOK, jsonType, `[{"Id":1}]`)},
		{"answer with null for the object", answerRefused, meAs(http.StatusOK, jsonType, `null`)},
		{"answer with null in a list", answerRefused, ordersWith(`[null]`)},
		{"answer with broken JSON", answerRefused, meAs(http.StatusOK, jsonType, `{"Id":1`)},
		{"answer with two values", answerRefused, meAs(http.StatusOK, jsonType, `{"Id":1}{"Id":1}`)},
		{"answer without a body", answerRefused, meAs(http.StatusOK, jsonType, "")},
		{"answer of another type", answerRefused, meAs(http.StatusOK, "text/html", "<p>Hello</p>")},
		{"answer without a type", answerRefused, meAs(http.StatusOK, "", `{"Id":1}`)},
		{"answer to a new order with text for an id", answerRefused, createOrder(order).answering(http.StatusCreated, jsonType, `{"Id":"new"}`)},
		{"answer to a new integration with text for an id", answerRefused, createIntegration(integration).answering(http.StatusCreated, jsonType, `{"Id":"new"}`)},
		{"answer to a new parameter with text for an id", answerRefused, createParameter(parametersPath, `{}`).answering(http.StatusCreated, jsonType, `{"Id":"new"}`)},
		{"statuses with a number for a name", answerRefused, listStatuses().answering(http.StatusOK, jsonType, `[{"Id":1,"Name":5}]`)},
		{"no content where an object is described", passes, meAs(http.StatusNoContent, "", "")},
		{"no content with a body", answerRefused, setTranslation(translation).answering(http.StatusNoContent, jsonType, `{"Id":1}`)},
		{"body where none is described", passes, setTranslation(translation).answering(http.StatusOK, jsonType, `{"Id":1}`)},
	}
}
