// Package normalize turns an OpenAPI 3.0, 3.1 or 3.2 spec, as ASP.NET services write it, into an
// equivalent OpenAPI 3.0.3 spec that generators, validators and comparisons can read.
//
// It is a list of rules. Each is a small function that fixes one kind of fault and reports its
// changes. A rule leaves what it cannot fix: an overlay may still fix it, and package validate
// reports the rest.
package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

type rule func(document tree.Object, report *tree.Report)

// rules run in this order: shapes first, because later rules rely on them; then references, so that
// shared parts are seen where they are used; then schemas; then operations; names last.
var rules = []rule{
	removeNulls,
	collectMethods,
	fixShapes,
	cleanDescriptions,
	removeUnused,
	fixReferences,
	inlineComponents,
	collectMethods, // of path items that were shared
	fixShapes,
	removeGoExtensions, // also of what was inlined
	convertNewer,
	replaceDotnetTypes,
	convertJSONSchema,
	wrapReferenceSiblings,
	fixTypes,
	mapDerivedTypes,
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

// Normalize applies the rules to an OpenAPI 3 spec, in place. It does not change a
// normalized spec.
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
