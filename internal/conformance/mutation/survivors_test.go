package mutation_test

const (
	nullInPath = "a path cannot contain null: it would be the string null"
	schemeName = "the name of a scheme is in the spec only; nothing sends it"
)

// survivors are the mutations that the suite cannot notice, with the reason.
var survivors = map[string]string{
	"allow null /components/parameters/OrganizationName/schema":                                                            nullInPath,
	"allow null /paths/~1{organizationName}~1articles~1{id}~1translations/parameters/1/schema":                             nullInPath,
	"allow null /paths/~1{organizationName}~1integrations~1{id}~1categories~1{categoryId}~1parameters/parameters/1/schema": nullInPath,
	"allow null /paths/~1{organizationName}~1integrations~1{id}~1categories~1{categoryId}~1parameters/parameters/2/schema": nullInPath,

	"rename a security scheme /components/securitySchemes/accessToken": schemeName,
	"rename a security scheme /components/securitySchemes/idToken":     schemeName,

	"drop a least length /components/parameters/OrganizationName/schema minLength": "without a name it is another path, " +
		"which is rejected anyway",
	"change a format /components/schemas/CreateOrder/properties/PurchaseDate to date-time": "dates with and without a time are accepted " +
		"in either format, because ASP.NET writes both",
}
