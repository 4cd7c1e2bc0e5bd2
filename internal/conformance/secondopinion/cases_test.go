package secondopinion

import (
	"net/http"
	"strings"
)

// testCase is an exchange and the expected verdict of this module's checks.
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

// changed replaces the only occurrence of a string.
func changed(body, old, replacement string) string {
	if strings.Count(body, old) != 1 {
		panic(old + " does not occur once")
	}
	return strings.Replace(body, old, replacement, 1)
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

// meWith returns the user with another field.
func meWith(field string) exchange {
	return getMe().replying(http.StatusOK, jsonType, `{"Name":"Lorem Ipsum",`+field+`}`)
}

func ordersWith(body string) exchange {
	return listOrders("").replying(http.StatusOK, jsonType, body)
}

func translationsWith(body string) exchange {
	return listTranslations(translationsPath).replying(http.StatusOK, jsonType, body)
}

func meAs(status int, contentType, body string) exchange {
	return getMe().replying(status, contentType, body)
}

// apiCases are exchanges of the API: valid ones, and ones with a single error.
func apiCases() []testCase {
	return []testCase{
		{"user", passes, getMe()},
		{"orders", passes, listOrders("")},
		{"orders of some statuses", passes, listOrders("?statusidin=1&statusidin=2&statusnamein=Nowe&statusnamein=W%20toku")},
		{"orders of one status", passes, listOrders("?statusidin=1")},
		{"new order", passes, createOrder(order)},
		{"statuses", passes, listStatuses()},
		{"new integration", passes, createIntegration(integration)},
		{"new parameter", passes, createParameter(parametersPath, `{"Name":"Color"}`)},
		{"new parameter without fields", passes, createParameter(parametersPath, `{}`)},
		{"translations", passes, listTranslations(translationsPath)},
		{"translation", passes, setTranslation(translation)},

		{"unknown query parameter", passes, listOrders("?a-filter=1")},
		{"unknown field", passes, orderWith(`"BuyerId":7`, `"BuyerId":7,"Unlisted":{"a":[1,null]}`)},
		{"unknown field of a line", passes, orderWith(`"OfferId":501`, `"OfferId":501,"Unlisted":null`)},
		{"charset of a body", passes, createOrder(order).with("Content-Type", "application/json; charset=utf-8")},
		{"id of the largest size", passes, orderWith(`"BuyerId":7`, `"BuyerId":9007199254740991`)},
		{"id beyond exact floats", passes, orderWith(`"BuyerId":7`, `"BuyerId":9007199254740993`)},
		{"whole number with a point", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":7.0`)},
		{"whole number with an exponent", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":7e2`)},
		{"escaped slash in the path", passes, newExchange(http.MethodGet, "/a%2Fb/statuses", "", listStatuses().reply)},
		{"both prices", passes, orderWith(`"PriceGross":149.9`, `"PriceGross":149.9,"PriceNet":121.87`)},

		{"field missing", requestRejected, orderWith(`"BuyerId":7,`, ``)},
		{"field of a line missing", requestRejected, orderWith(`"OfferId":501,`, ``)},
		{"both prices missing", requestRejected, orderWith(`,"PriceGross":149.9`, ``)},
		{"language missing", requestRejected, translationWith(`"LanguageId":2,`, ``)},
		{"all fields missing", requestRejected, createOrder(`{}`)},
		{"string for an id", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":"seven"`)},
		{"digits in a string for an id", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":"7"`)},
		{"fraction for an id", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":7.5`)},
		{"null for an id", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":null`)},
		{"string for a quantity", requestRejected, orderWith(`"Quantity":2.5`, `"Quantity":"2.5"`)},
		{"number for a string", requestRejected, integrationWith(`"domenasklepu.pl"`, `5`)},
		{"string for a boolean", requestRejected, integrationWith(`true`, `"true"`)},
		{"number inside an allOf", requestRejected, integrationWith(`"MAG-1"`, `5`)},
		{"string for an allOf", requestRejected, integrationWith(`{"ExportToWarehouse":"MAG-1"}`, `"MAG-1"`)},
		{"null for an allOf", requestRejected, integrationWith(`{"ExportToWarehouse":"MAG-1"}`, `null`)},
		{"null for a list", requestRejected, orderWith(`[{"OfferId":501,"VariantId":1,"Quantity":2.5,"PriceGross":149.9}]`, `null`)},
		{"repeated field with a wrong type", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":7,"BuyerId":"seven"`)},
		{"no lines", requestRejected, orderWith(`{"OfferId":501,"VariantId":1,"Quantity":2.5,"PriceGross":149.9}`, ``)},
		{"other form of date", requestRejected, orderWith(`2024-10-25`, `25.10.2024`)},
		{"date and time for a date", passes, orderWith(`2024-10-25`, `2024-10-25T12:00:00Z`)},
		{"day that does not exist", requestRejected, orderWith(`2024-10-25`, `2024-02-30`)},
		{"id next to the range", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":9223372036854775808`)},
		{"id out of range", requestRejected, orderWith(`"BuyerId":7`, `"BuyerId":99999999999999999999`)},
		{"number beyond floats", passes, orderWith(`"Quantity":2.5`, `"Quantity":1e400`)},
		{"array for an object", requestRejected, createOrder(`[` + order + `]`)},
		{"string for an object", requestRejected, createOrder(`"order"`)},
		{"null for an object", requestRejected, createOrder(`null`)},
		{"array for an object without fields", requestRejected, createParameter(parametersPath, `[]`)},
		{"broken JSON", requestRejected, createOrder(order[:len(order)-1])},
		{"two values", requestRejected, createOrder(order + order)},
		{"no body", requestRejected, createOrder("")},
		{"body with another type", requestRejected, createOrder(order).with("Content-Type", "text/plain")},
		{"body without a type", requestRejected, createOrder(order).with("Content-Type", "")},
		{"string for an id in the query", requestRejected, listOrders("?statusidin=1&statusidin=two")},
		{"empty id in the query", requestRejected, listOrders("?statusidin=")},
		{"ids with commas in the query", requestRejected, listOrders("?statusidin=1,2")},
		{"fraction in the query", requestRejected, listOrders("?statusidin=1.5")},
		{"hexadecimal in the query", requestRejected, listOrders("?statusidin=0x10")},
		{"string for an id in the path", requestRejected, listTranslations("/articles/desk/translations")},
		{"hexadecimal in the path", requestRejected, listTranslations("/articles/0x10/translations")},
		{"string for the second id in the path", requestRejected, createParameter("/integrations/1/categories/desks/parameters", `{}`)},
		{"empty segment of the path", requestRejected, createParameter("/integrations//categories/12/parameters", `{}`)},
		{"unknown path", requestRejected, listTranslations("/contractors")},
		{"path with a trailing slash", requestRejected, listTranslations("/orders/")},
		{"method of another path", requestRejected, newExchange(http.MethodDelete, "/me", "", reply{status: http.StatusNoContent})},
		{"access token missing", passes, getMe().with("Authorization", "")},
		{"access token without Bearer", passes, getMe().with("Authorization", "Basic YTpi")},
		{"ID token missing", passes, getMe().with("X-Id-Token", "")},

		{"response with unknown fields", passes, meWith(`"Unlisted":{"a":[1,null]}`)},
		{"response with an id beyond exact floats", passes, meWith(`"Id":9007199254740993`)},
		{"response without fields", passes, meAs(http.StatusOK, jsonType, `{}`)},
		{"empty list", passes, ordersWith(`[]`)},
		{"allowed null", passes, translationsWith(`[{"LanguageId":2,"Name":null}]`)},
		{"charset of a response", passes, meAs(http.StatusOK, "application/json; charset=utf-8", `{"Id":1}`)},
		{"other success", passes, createOrder(order).replying(http.StatusAccepted, jsonType, `{"Id":303}`)},
		{"error without a body", passes, meAs(http.StatusNotFound, "", "")},
		{"error with a page", passes, meAs(http.StatusBadGateway, "text/html", "<p>Bad gateway</p>")},
		{"error with a problem", passes, meAs(http.StatusConflict, "application/problem+json", `{"detail":"no"}`)},
		{"unassigned status", passes, meAs(499, jsonType, `{"a":1}`)},

		{"response with string for an id", responseRejected, meWith(`"Id":"one"`)},
		{"response with a fraction for an id", responseRejected, meWith(`"Id":1.5`)},
		{"response with an id out of range", responseRejected, meWith(`"Id":99999999999999999999`)},
		{"response with null for an id", responseRejected, meWith(`"Id":null`)},
		{"response with string for a boolean", responseRejected, meWith(`"EmailVerified":"yes"`)},
		{"response with an object for a list", responseRejected, meWith(`"Organizations":{}`)},
		{"response with a number in a list of objects", responseRejected, meWith(`"Organizations":[{},5]`)},
		{"response with a number for a string, one deep", responseRejected, meWith(`"Organizations":[{"Name":5}]`)},
		{"response with string for an object, three deep", responseRejected, ordersWith(`[{"Id":1,"Items":[{"OrderItemArticles":["a"]}]}]`)},
		{"response with null for a list, two deep", responseRejected, ordersWith(`[{"Id":1,"Items":[{"OrderItemArticles":null}]}]`)},
		{"response with string for an id in the second element", responseRejected, ordersWith(`[{"Id":1},{"Id":"two"}]`)},
		{"response with a required field missing", responseRejected, translationsWith(`[{"LanguageId":2},{"Name":"Biurko"}]`)},
		{"response with an object for the list", responseRejected, ordersWith(`{"Items":[]}`)},
		{"response with a list for the object", responseRejected, meAs(http.StatusOK, jsonType, `[{"Id":1}]`)},
		{"response with null for the object", responseRejected, meAs(http.StatusOK, jsonType, `null`)},
		{"response with null in a list", responseRejected, ordersWith(`[null]`)},
		{"response with broken JSON", responseRejected, meAs(http.StatusOK, jsonType, `{"Id":1`)},
		{"response with two values", responseRejected, meAs(http.StatusOK, jsonType, `{"Id":1}{"Id":1}`)},
		{"response without a body", responseRejected, meAs(http.StatusOK, jsonType, "")},
		{"response with another type", responseRejected, meAs(http.StatusOK, "text/html", "<p>Hello</p>")},
		{"response without a type", responseRejected, meAs(http.StatusOK, "", `{"Id":1}`)},
		{"response to a new order with string for an id", responseRejected, createOrder(order).replying(http.StatusCreated, jsonType, `{"Id":"new"}`)},
		{"response to a new integration with string for an id", responseRejected, createIntegration(integration).replying(http.StatusCreated, jsonType, `{"Id":"new"}`)},
		{"response to a new parameter with string for an id", responseRejected, createParameter(parametersPath, `{}`).replying(http.StatusCreated, jsonType, `{"Id":"new"}`)},
		{"statuses with a number for a name", responseRejected, listStatuses().replying(http.StatusOK, jsonType, `[{"Id":1,"Name":5}]`)},
		{"no content instead of an object", passes, meAs(http.StatusNoContent, "", "")},
		{"no content with a body", responseRejected, setTranslation(translation).replying(http.StatusNoContent, jsonType, `{"Id":1}`)},
		{"unlisted body", passes, setTranslation(translation).replying(http.StatusOK, jsonType, `{"Id":1}`)},
	}
}
