package codegen

import (
	"cmp"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// prepare rewrites a normalized spec for oapi-codegen, and adds each name that it changes to the
// report. The JSON of the API stays the same. The steps:
//
//  1. Check the extensions that this package reads.
//  2. Give every type, field, parameter and constant a unique Go name.
//  3. Merge compositions, because oapi-codegen rejects many valid ones.
//  4. Move inline objects, enums and unions into components.
//  5. Keep untyped JSON and unknown fields as raw JSON, so that numbers do not become floats.
//  6. Use pointers where absent and zero differ.
//
// It returns the variants of unions and base types by type and, for each type of a component, a
// phrase for types that the spec does not describe.
func prepare(document tree.Object, lock *Lock, report *tree.Report) (map[string]variants, map[string]string, error) {
	p := &preparer{document: document, report: report, lock: lock, taken: identifiers{}, compositions: map[string]string{}, origins: map[string]string{}, pointers: map[string]string{}, alike: map[string]int{}}
	for path := range tree.Fields(document["paths"]) {
		p.alike[route.Shape(path)]++
	}
	for _, name := range reservedNames {
		p.taken[name] = true
	}
	p.schemas = tree.Schemas(document)
	for _, step := range []func() error{
		p.checkExtensions,
		p.describeBodies,
		p.acceptNull,
		p.nameOperations,
		p.nameSchemas,
		p.mergeCompositions,
		p.checkPaging,
		p.prepareParameters,
		p.hoist,
		p.nameInline,
		p.nameConstants,
		p.findVariants,
		p.nameProperties,
		p.placePointers,
	} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	schemas := map[string]string{}
	for name := range p.schemas {
		schemas[name] = cmp.Or(p.origins[name], "a schema of the spec")
	}
	return p.variants, schemas, nil
}

type preparer struct {
	document tree.Object
	schemas  tree.Object // components by name; after nameSchemas, by Go type
	report   *tree.Report
	taken    identifiers // in the generated package

	lock   *Lock
	locked map[string]identifiers // names of the lock by scope, before this run adds some

	alike        map[string]int      // paths by shape
	derived      map[string][]string // types by the type that they directly extend
	variants     map[string]variants // of unions and base types, by Go type
	operations   []string            // Go names
	inline       []location          // of the schemas that hoist has moved
	pointers     map[string]string   // by Go type
	inherited    int                 // properties that merging has copied
	origins      map[string]string   // phrases for types not named like their schema
	compositions map[string]string   // types of inline compositions, by their JSON
}

const schemasPrefix = "#/components/schemas/"

// reservedNames are names that every generated client or server declares.
var reservedNames = []string{
	"New", "NewWithDoer", "Client", "RawClient", "NewClient", "ClientInterface", "NewFake", "Unimplemented", "StrictServerInterface",
}
