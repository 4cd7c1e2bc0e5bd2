package secondopinion

// Why express-openapi-validator and this module differ, where Prism does not for the same reason.
const (
	doubles       = "JavaScript stores numbers as doubles, so an id next to the range of int64 is in it, and 1e400 is infinite"
	listedOnly    = "the spec lists no body here, because none is published; express-openapi-validator rejects what is not listed"
	listedQueries = "the vendor's filters are not all published, so a query parameter that is not listed is a notice here"
	digitsOnly    = "express-openapi-validator checks that a date has two digits for its day, not that the month has that day"
	looseRoutes   = "Express ignores a slash at the end of a path"
	jsonOnly      = "express-openapi-validator checks responses that the server writes as JSON, and no others"
)

// expressAPIDifferences are the differences of apiCases to express-openapi-validator, by name. It
// cannot compile the schemas of treeCases, whose nullable has no type next to it.
var expressAPIDifferences = map[string]difference{
	"unknown query parameter":          {requestRejected, listedQueries},
	"whole number with a point":        {passes, noFractions},
	"whole number with an exponent":    {passes, noFractions},
	"date and time for a date":         {requestRejected, datesAndTime},
	"day that does not exist":          {passes, digitsOnly},
	"id next to the range":             {passes, doubles},
	"id out of range":                  {passes, doubles},
	"response with an id out of range": {passes, doubles},
	"number beyond floats":             {requestRejected, doubles},
	"hexadecimal in the query":         {passes, coerced},
	"hexadecimal in the path":          {passes, coerced},
	"path with a trailing slash":       {passes, looseRoutes},
	"error with a problem":             {responseRejected, listedOnly},
	"unassigned status":                {responseRejected, listedOnly},
	"unlisted body":                    {responseRejected, listedOnly},
	"response with broken JSON":        {passes, jsonOnly},
	"response with two values":         {passes, jsonOnly},
	"response without a body":          {passes, jsonOnly},
	"response with another type":       {passes, jsonOnly},
	"response without a type":          {passes, jsonOnly},
}
