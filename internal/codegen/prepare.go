package codegen

import (
	"cmp"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// prepare rewrites a normal description so that the Go generator finds nothing that it would get wrong, and reports each
// name that it changes. What the API sends and takes stays the same. The steps:
//
//  1. What this package reads of operations is checked.
//  2. Names: every type, field, parameter and constant gets a Go name that is free.
//  3. Compositions are merged, because the generator refuses many that are valid.
//  4. Objects, enums and unions inside others become types of their own.
//  5. Any JSON is kept as it is, never turned into floats; so are members that the description does not list.
//  6. Pointers stand where absent and zero differ.
func prepare(document tree.Object, report *tree.Report) (map[string]string, error) {
	p := &preparer{document: document, report: report, taken: identifiers{}, compositions: map[string]string{}, origins: map[string]string{}}
	for _, name := range reservedNames {
		p.taken[name] = true
	}
	p.schemas = tree.Schemas(document)
	for _, step := range []func() error{
		p.checkIdempotence,
		p.nameOperations,
		p.nameSchemas,
		p.mergeCompositions,
		p.prepareParameters,
		p.hoist,
		p.nameMembers,
		p.nameConstants,
		p.placePointers,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	schemas := map[string]string{}
	for name := range p.schemas {
		schemas[name] = cmp.Or(p.origins[name], "a schema of the spec")
	}
	return schemas, nil
}

type preparer struct {
	document tree.Object
	schemas  tree.Object // of the components, by name, which after nameSchemas is the name of the Go type
	report   *tree.Report
	taken    identifiers // of the generated package

	operations   []string          // Go names
	inherited    int               // members that merging has written
	origins      map[string]string // of types whose name is not that of their schema, what the schema is
	compositions map[string]string // types that stand for schemas inside others, by what those say
}

const schemasPrefix = "#/components/schemas/"

// reservedNames are declared by the generated client and server whatever the description says.
var reservedNames = []string{
	"New", "NewWithDoer", "Client", "RawClient", "NewClient", "ClientOption", "ClientInterface", "HttpRequestDoer", "RequestEditorFn",
	"WithHTTPClient", "WithRequestEditorFn", "WithBaseURL",
	"NewFake", "Unimplemented", "Handler", "ServerInterface", "ServerInterfaceWrapper", "MiddlewareFunc", "UnescapedCookieParamError", "UnmarshalingParamError",
	"RequiredParamError", "RequiredHeaderError", "InvalidParamFormatError", "TooManyValuesForParamError",
	"StrictServerInterface", "StrictHandlerFunc", "StrictMiddlewareFunc", "StrictHTTPServerOptions", "NewStrictHandler",
	"NewStrictHandlerWithOptions",
}
