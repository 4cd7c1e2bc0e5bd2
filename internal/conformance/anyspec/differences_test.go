package anyspec

const (
	repaired    = "the service writes strings, so xsale generate repairs the schema of the document"
	querystring = "the fields that a query string requires are required, even if the query string is optional"
	emptyForm   = "a form without fields is no body"
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
	"openapi32-querystring.yaml":   {"GET /reports/find": querystring, "GET /reports/search": querystring},
	"swashbuckle6-timesheets.yaml": {"GET /Timesheets/{week}": repaired, "PUT /Timesheets/{week}": repaired},
}
