package main

// difference is a verdict of Prism's that is another one than this module's.
type difference struct {
	prism  verdict
	reason string
}

// Why Prism and this module differ.
const (
	exactIDs     = "Prism holds numbers as doubles and bounds every integer by 2^53; ids are of the format int64 here, and exact"
	noFractions  = "the JSON Schema of OpenAPI 3.0 has no fraction or exponent in integers, and Go's integers read none; Prism goes by later drafts"
	coerced      = `Prism reads a parameter as JavaScript would: "" is 0, and 0x10 is 16`
	serversWord  = "that a call lacks its tokens is for the server to say; the sandbox does"
	datesAndTime = "whether a time is accepted is not published, and ASP.NET reads and writes one there; Prism goes by RFC 3339"
	bodiless     = "the description speaks of all 2XX, and a 204 has no body by HTTP; Prism wants the content type of the body all the same"
	blindChain   = "recursion leaves nullable without a type beside it, a schema that Prism's validator cannot compile, and Prism checks nothing then, without a word"
	blindLabel   = "the pattern is one that JavaScript cannot compile, and Prism checks nothing then, without a word"
	unlisted     = "a status that is not listed is beyond the description, which does not rule it out: a notice"
)

// apiDifferences are those of apiCases, by their names.
var apiDifferences = map[string]difference{
	"id beyond exact floats":                  {requestRefused, exactIDs},
	"answer with an id beyond exact floats":   {answerRefused, exactIDs},
	"whole number with a point":               {passes, noFractions},
	"whole number with an exponent":           {passes, noFractions},
	"date and time for a date":                {requestRefused, datesAndTime},
	"empty id in the query":                   {passes, coerced},
	"hexadecimal in the query":                {passes, coerced},
	"hexadecimal in the path":                 {passes, coerced},
	"access token missing":                    {requestRefused, serversWord},
	"access token without Bearer":             {requestRefused, serversWord},
	"ID token missing":                        {requestRefused, serversWord},
	"no content where an object is described": {answerRefused, bodiless},
}

// treeDifferences are those of treeCases.
var treeDifferences = map[string]difference{
	"leaf with another success":       {answerRefused, unlisted},
	"leaf that is not found":          {warned, unlisted},
	"chain with text for an id":       {passes, blindChain},
	"chain with text for the next id": {passes, blindChain},
	"chain without its id":            {passes, blindChain},
	"label with text for an id":       {passes, blindLabel},
	"new chain with text for an id":   {passes, blindChain},
}
