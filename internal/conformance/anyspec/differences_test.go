package anyspec

const (
	repaired    = "the service writes strings, so xsale generate repairs the schema of the document"
	impossible  = "no value fits the document, so xsale generate repairs it"
	querystring = "the fields that a query string requires are required, even if the query string is optional"
	emptyForm   = "a form without fields is no body"
	otherName   = "a name that no mapping has is rejected, even if the discriminator has a defaultMapping"
)

// differences are the reasons why the sandbox does not do what a document says, by document and
// operation.
var differences = map[string]map[string]string{
	"net11-search.yaml": {
		"QUERY /articles":        repaired,
		"GET /articles/{number}": repaired,
		"GET /files/{**path}":    repaired,
		"COPY /articles":         querystring,
	},
	"net9-forms.yaml":              {"POST /claims/labels": emptyForm},
	"openapi32-discriminator.yaml": {"POST /discounts": otherName},
	"openapi32-querystring.yaml":   {"GET /reports/find": querystring, "GET /reports/search": querystring},
	"swashbuckle6-payments.yaml":   {"GET /api/payments": impossible},
	"swashbuckle6-timesheets.yaml": {"GET /Timesheets/{week}": repaired, "PUT /Timesheets/{week}": repaired},
}
