package stub

import (
	"strings"
	"unicode/utf16"
)

// ErrorBody is a known form of the body of a failure, and what is read from it.
type ErrorBody struct {
	Name, ContentType, Body string
	Code, Message           string
	Fields                  [][2]string // field and message
}

// ErrorBodies are all known forms.
var ErrorBodies = []ErrorBody{
	{"problem details", "application/problem+json", `{"type":"about:blank","title":"Bad","status":400,"detail":"The order is not valid","instance":"/orders/7"}`,
		"", "The order is not valid", nil},
	{"problem details without a detail", "application/problem+json; charset=utf-8", `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-1"}`,
		"", "Not Found", nil},
	{"problem details with a map of errors", "application/problem+json", `{"title":"One or more validation errors occurred.","errors":{"Items[0].Quantity":["must be positive","must be whole"],"BuyerId":["is required"]}}`,
		"", "One or more validation errors occurred.", [][2]string{{"BuyerId", "is required"}, {"Items[0].Quantity", "must be positive; must be whole"}}},
	{"problem details with a list of errors", "Application/Problem+JSON; Charset=UTF-8", `{"title":"Bad","errors":[{"pointer":"#/Items/0","detail":"missing"},{"detail":"too late"}]}`,
		"", "Bad", [][2]string{{"#/Items/0", "missing"}, {"", "too late"}}},
	{"errors as a map to strings", "application/json", `{"errors":{"Name":"is taken"}}`, "", "", [][2]string{{"Name", "is taken"}}},
	{"errors as a map to objects", "application/json", `{"errors":{"Name":{"message":"is taken","code":3}}}`, "", "", [][2]string{{"Name", "is taken"}}},
	{"errors as strings", "application/json", `{"errors":["no buyer","no payer"]}`, "", "", [][2]string{{"", "no buyer"}, {"", "no payer"}}},
	{"FluentValidation", "application/json", `{"errors":[{"propertyName":"BuyerId","errorMessage":"must not be empty","errorCode":"NotEmptyValidator"}]}`,
		"", "", [][2]string{{"BuyerId", "must not be empty"}}},
	{"Web API", "application/json; charset=utf-8", `{"Message":"The request is invalid.","ModelState":{"order.BuyerId":["is required"],"":["no order"]}}`,
		"", "The request is invalid.", [][2]string{{"", "no order"}, {"order.BuyerId", "is required"}}},
	{"Web API without a route", "application/json", `{"Message":"No HTTP resource was found.","MessageDetail":"No type was found."}`,
		"", "No HTTP resource was found.: No type was found.", nil},
	{"Web API with an exception", "application/json", `{"Message":"An error has occurred.","ExceptionMessage":"Object reference not set.","ExceptionType":"System.NullReferenceException","StackTrace":"   at Canary.Main()"}`,
		"", "An error has occurred.: Object reference not set.", nil},
	{"only an exception", "application/json", `{"ExceptionMessage":"Timeout expired."}`, "", "Timeout expired.", nil},
	{"a bare ModelState", "application/json", `{"Name":["is required","is short"],"BuyerId":["is unknown"]}`,
		"", "", [][2]string{{"BuyerId", "is unknown"}, {"Name", "is required; is short"}}},
	{"lists, but not only of strings", "application/json", `{"Name":["a"],"Ids":[1]}`, "", "", nil},
	{"lists, but one is empty", "application/json", `{"Name":["a"],"Other":[]}`, "", "", nil},
	{"ServiceStack", "application/json", `{"ResponseStatus":{"ErrorCode":"NotEmpty","Message":"'Name' must not be empty.","StackTrace":"[Canary]","Errors":[{"ErrorCode":"NotEmpty","FieldName":"Name","Message":"must not be empty"}]}}`,
		"NotEmpty", "'Name' must not be empty.", [][2]string{{"Name", "must not be empty"}}},
	{"ServiceStack in camelCase", "application/json", `{"responseStatus":{"errorCode":"NotFound","message":"no such order","stackTrace":"[Canary]","errors":[{"errorCode":"Unknown","fieldName":"id","message":""}]}}`,
		"NotFound", "no such order", [][2]string{{"id", "Unknown"}}},
	{"ServiceStack next to fields of the response", "application/json", `{"Message":"outside","Items":[],"ResponseStatus":{"ErrorCode":"E1","Message":"inside"}}`, "E1", "inside", nil},
	{"a wrapper with messages", "application/json", `{"Data":null,"IsSuccess":false,"ErrorMessages":["Oferta 501 nie istnieje","i 502"]}`, "", "Oferta 501 nie istnieje; i 502", nil},
	{"a wrapper with messages next to a message", "application/json", `{"message":"Bad","errorMessages":["a","b"]}`, "", "Bad", [][2]string{{"", "a"}, {"", "b"}}},
	{"Messages", "application/json", `{"Messages":["a","b"],"Result":null}`, "", "a; b", nil},
	{"a reason", "application/json", `{"reason":"no stock"}`, "", "no stock", nil},
	{"an error in a result", "application/json", `{"status":"failed","result":{"errorCode":"E7","errorMessage":"no"}}`, "E7", "no", nil},
	{"errors in data", "application/json", `{"data":{"errors":{"BuyerId":["is required"]}}}`, "", "", [][2]string{{"BuyerId", "is required"}}},
	{"data is not an error", "application/json", `{"message":"no","data":{"message":"canary"}}`, "", "no", nil},
	{"a list of FluentValidation", "application/json", `[{"propertyName":"BuyerId","errorMessage":"must not be empty","attemptedValue":"canary"}]`, "", "", [][2]string{{"BuyerId", "must not be empty"}}},
	{"a list of validation results", "application/json", `{"errors":[{"memberNames":["From","To"],"errorMessage":"overlap"}]}`, "", "", [][2]string{{"From; To", "overlap"}}},
	{"field and messages", "application/json", `{"errors":[{"field":"Name","messages":["is taken","is long"]}]}`, "", "", [][2]string{{"Name", "is taken; is long"}}},
	{"ABP", "application/json", `{"error":{"code":null,"message":"not valid","details":"see below","validationErrors":[{"message":"is required","members":["buyerId"]}]},"success":false,"__abp":true}`,
		"", "not valid: see below", [][2]string{{"buyerId", "is required"}}},
	{"JSON:API", "application/vnd.api+json", `{"errors":[{"status":"422","code":"E7","title":"Bad","detail":"is required","source":{"pointer":"/data/attributes/buyerId"}},{"title":"Bad","source":{"parameter":"page"}}]}`,
		"", "", [][2]string{{"/data/attributes/buyerId", "is required"}, {"page", "Bad"}}},
	{"Google", "application/json", `{"error":{"code":400,"message":"not valid","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"buyer_id","description":"is required"}]}]}}`,
		"INVALID_ARGUMENT", "not valid", [][2]string{{"buyer_id", "is required"}}},
	{"an error as a map of fields", "application/json", `{"error":{"Name":["is required"]}}`, "", "", [][2]string{{"Name", "is required"}}},
	{"an error as a list", "application/json", `{"error":[{"field":"Name","message":"is required"}]}`, "", "", [][2]string{{"Name", "is required"}}},
	{"nested messages", "application/json", `{"errors":{"Items":{"0":{"Quantity":["must be positive"],"Offer":{"message":"is unknown"}}},"Buyer":[{"message":"a"},{"field":"Id","message":"b"},"c"]}}`,
		"", "", [][2]string{{"Buyer", "a"}, {"Buyer.Id", "b"}, {"Buyer", "c"}, {"Items.0.Offer", "is unknown"}, {"Items.0.Quantity", "must be positive"}}},
	{"OAuth", "application/json", `{"error":"invalid_grant","error_description":"The token has expired"}`, "invalid_grant", "The token has expired", nil},
	{"only an error", "application/json", `{"error":"no such order"}`, "", "no such order", nil},
	{"an error as an object", "application/json", `{"error":{"code":"E7","message":"no","details":[{"code":"Null","target":"Name","message":"is null"}]}}`,
		"E7", "no", [][2]string{{"Name", "is null"}}},
	{"OData", "application/json;odata.metadata=minimal", `{"error":{"code":"-2146233079","message":{"lang":"en","value":"No such entity"},"innererror":{"stacktrace":"Canary"}}}`,
		"-2146233079", "No such entity", nil},
	{"OData 3", "application/json", `{"odata.error":{"code":"","message":{"lang":"en","value":"No such entity"}}}`, "", "No such entity", nil},
	{"code and message", "application/json", `{"code":"E7","message":"no"}`, "E7", "no", nil},
	{"a number as code", "application/json", `{"Code":12345678901234567890,"Message":"no"}`, "12345678901234567890", "no", nil},
	{"a number beyond all bounds as code", "application/json", `{"code":1e999999999}`, "1e999999999", "", nil},
	{"several messages", "application/json", `{"statusCode":400,"message":["a is empty","b is empty"],"error":"Bad Request"}`, "", "a is empty; b is empty", nil},
	{"names in odd case", "application/json", `{"MESSAGE":"no","eRRORcODE":"E7"}`, "E7", "no", nil},
	{"names twice", "application/json", `{"message":"second","Message":"first","message":"third"}`, "", "first", nil},
	{"fields of other types", "application/json", `{"code":true,"message":{"a":1},"errors":7,"error":[{}],"responseStatus":"x","detail":null,"title":"Bad"}`, "", "Bad", nil},
	{"a string", "application/json", `"just text"`, "", "just text", nil},
	{"a list of strings", "application/json", `["no buyer","no payer"]`, "", "no buyer; no payer", nil},
	{"ASP.NET Identity", "application/json", `[{"code":"PasswordTooShort","description":"Passwords must be longer."},{"code":"Other","description":"And more."}]`,
		"PasswordTooShort", "Passwords must be longer.; And more.", nil},
	{"a number", "application/json", `42`, "", "", nil},
	{"null", "application/json", `null`, "", "", nil},
	{"an empty object", "application/json", `{}`, "", "", nil},
	{"an empty list", "application/json", `[]`, "", "", nil},
	{"JSON as plain text", "text/plain", ` {"message":"no"} `, "", "no", nil},
	{"JSON as HTML", "text/html", `{"message":"no"}`, "", "no", nil},
	{"JSON of no type", "", `{"message":"no"}`, "", "no", nil},
	{"a UTF-8 mark", "application/json", "\xef\xbb\xbf" + `{"message":"no"}`, "", "no", nil},
	{"UTF-16, little end first", "application/json; charset=utf-16", UTF16(`{"message":"Zażółć 🙂"}`, 0, 8), "", "Zażółć 🙂", nil},
	{"UTF-16, big end first", "application/json", UTF16(`{"message":"Zażółć 🙂"}`, 8, 0), "", "Zażółć 🙂", nil},
	{"UTF-16 with half a character", "text/plain", UTF16("no", 0, 8) + "x", "", "no\ufffd", nil},
	{"invalid UTF-8", "application/json", "{\"message\":\"no \xb3\"}", "", "no \ufffd", nil},
	{"half a surrogate", "application/json", `{"message":"no \ud83d"}`, "", "no \ufffd", nil},
	{"text that acts on terminals", "text/plain", "it\x1b[2J\r\nfailed", "", "it [2J  failed", nil},
	{"JSON that acts on terminals", "application/json", `{"code":"E\n7","message":"a\u001b[2J\u202eb","errors":{"x\ny":"c\r\nd"}}`, "E 7", "a [2J b", [][2]string{{"x y", "c  d"}}},
	{"plain text", "text/plain", " it failed\n", "", "it failed", nil},
	{"plain text in odd case", " Text/PLAIN ;charset", "it failed", "", "it failed", nil},
	{"text of no type", "", "it\tfailed", "", "it failed", nil},
	{"bytes of no type", "", "\x1f\x8b\x08\x00", "", "", nil},
	{"bytes of no type without a control character", "", "canary \xff", "", "", nil},
	{"bytes of another type", "application/octet-stream", "canary", "", "", nil},
	{"text that says it is JSON", "application/json", "canary", "", "", nil},
	{"HTML", "text/html; charset=utf-8", "<html><head><TITLE lang=en>\n502 Bad&nbsp;Gateway &lt;nginx&gt; </TITLE></head>canary</html>", "", "502 Bad Gateway <nginx>", nil},
	{"HTML without a title", "text/html", "<p>canary</p>", "", "", nil},
	{"HTML of another type", "application/json", "\n<!DOCTYPE html><title>Log in</title>canary", "", "Log in", nil},
	{"HTML of no type", "", "<html><body>canary", "", "", nil},
	{"XHTML", "application/xhtml+xml", `<?xml version="1.0"?><html><title>Sorry</title></html>`, "", "Sorry", nil},
	{"XML", "application/xml", `<Error><Message>canary</Message></Error>`, "", "", nil},
	{"XML as plain text", "text/plain", `<?xml version="1.0"?><Error>canary</Error>`, "", "", nil},
	{"XML of no type", "", `<Error>canary</Error>`, "", "", nil},
	{"nothing", "", "", "", "", nil},
	{"only a mark", "text/html", "\xef\xbb\xbf", "", "", nil},
	{"white space", "text/plain", " \r\n", "", "", nil},
	{"half a string", "application/json", `{"message":"canary`, "", "", nil},
	{"half a string of no type", "", `{"message":"canary`, "", "", nil},
	{"two values", "application/json", `{"message":"canary"} {}`, "", "", nil},
}

// UTF16 encodes a string with a byte order mark; the two shifts select the first and the second
// byte of a unit.
func UTF16(text string, first, second int) string {
	var body strings.Builder
	for _, unit := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
		body.WriteByte(byte(unit >> first))
		body.WriteByte(byte(unit >> second))
	}
	return body.String()
}
