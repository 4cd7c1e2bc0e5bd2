// Package normalize turns an OpenAPI 3.0 or 3.1 description, as ASP.NET services write them, into plain OpenAPI 3.0.3
// that says the same of the API and that generators, validators and comparisons can read.
//
// It is a list of rules, each a small function that mends one kind of fault and reports what it did. A rule leaves alone
// what it cannot mend: an overlay may still do so, and package validate names what is left.
package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

// rule mends one kind of fault in a description.
type rule func(document tree.Object, report *tree.Report)

// The rules, in the order that they need: shapes first, so that later ones can rely on them; then references, so that what
// is shared is seen in its place; then schemas; then what is about operations; names last.
var rules = []rule{
	removeNulls,
	fixShapes,
	removeGoExtensions,
	cleanDescriptions,
	removeUnused,
	fixReferences,
	inlineComponents,
	fixShapes, // of the path items that were shared
	convertJSONSchema,
	wrapReferenceSiblings,
	fixTypes,
	fixEnums,
	fixExamples,
	renameSchemas,
	fixPaths,
	fixServers,
	fixPathParameters,
	unifyPathTemplates,
	fixResponses,
	reduceMediaTypes,
	fixSecurity,
	nameOperations,
}

// Normalise applies the rules to a description of OpenAPI 3.0 or 3.1, in place. A description that is normal already is
// not changed.
func Normalize(document tree.Object, report *tree.Report) {
	for _, apply := range rules {
		apply(document, report)
	}
	if document["openapi"] != version {
		report.Add("version", "/openapi", document["openapi"], version, "the tools read OpenAPI 3.0.3")
		document["openapi"] = version
	}
}

const version = "3.0.3"
