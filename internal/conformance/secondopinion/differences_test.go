package secondopinion

// difference is a verdict of a peer that differs from this module's.
type difference struct {
	peer   verdict
	reason string
}

// Why Prism and this module differ. Some reasons hold for other peers.
const (
	exactIDs     = "Prism stores numbers as doubles and limits integers to 2^53; ids are int64 here, and exact"
	noFractions  = "OpenAPI 3.0 integers have no fraction or exponent, and Go rejects them; the peer follows later drafts of JSON Schema"
	coerced      = `parameters are parsed like JavaScript: "" is 0, and 0x10 is 16`
	serversWord  = "the server rejects a call without tokens; the sandbox does"
	datesAndTime = "whether a time is accepted is not published, and ASP.NET reads and writes one; the peer follows RFC 3339"
	bodiless     = "the spec covers all 2XX, and a 204 has no body in HTTP; Prism requires its content type anyway"
	blindChain   = "recursion leaves nullable without a type; Prism cannot compile that schema and silently checks nothing"
	blindLabel   = "JavaScript cannot compile the pattern, and Prism silently checks nothing"
	unlisted     = "an unlisted status is a notice: the spec does not rule it out"
)

// apiDifferences are the differences of apiCases, by name.
var apiDifferences = map[string]difference{
	"id beyond exact floats":                  {requestRejected, exactIDs},
	"response with an id beyond exact floats": {responseRejected, exactIDs},
	"whole number with a point":               {passes, noFractions},
	"whole number with an exponent":           {passes, noFractions},
	"date and time for a date":                {requestRejected, datesAndTime},
	"empty id in the query":                   {passes, coerced},
	"hexadecimal in the query":                {passes, coerced},
	"hexadecimal in the path":                 {passes, coerced},
	"access token missing":                    {requestRejected, serversWord},
	"access token without Bearer":             {requestRejected, serversWord},
	"ID token missing":                        {requestRejected, serversWord},
	"no content instead of an object":         {responseRejected, bodiless},
}

// treeDifferences are the differences of treeCases, by name.
var treeDifferences = map[string]difference{
	"leaf with another success":         {responseRejected, unlisted},
	"leaf that is not found":            {warned, unlisted},
	"chain with string for an id":       {passes, blindChain},
	"chain with string for the next id": {passes, blindChain},
	"chain without its id":              {passes, blindChain},
	"label with string for an id":       {passes, blindLabel},
	"new chain with string for an id":   {passes, blindChain},
}
