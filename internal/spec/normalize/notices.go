package normalize

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Reasons of changes after which a server of the normal form does not follow the original spec.
const (
	misfit       = "it does not match the schema"
	uncompilable = "Go cannot compile it; it is kept as x-pattern"
	noEquivalent = "no Go type can express it, or OpenAPI 3.0 does not have it"
	allowsNone   = "it allows no value"
	oneElement   = "OpenAPI 3.0 has one schema for all elements"
	anyName      = "OpenAPI 3.0 uses additionalProperties, without patterns"
	someValues   = "it applies to only some of the values"
	noLists      = "Go has no list constants"
)

// restrictions are the keywords without equivalent that restrict values. Without if, then and else do
// nothing, as minContains without contains.
var restrictions = []string{
	"not", "if", "contains", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies",
	"additionalItems", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef",
}

// Notices returns a line for each part of the original spec that a server of the normal form does not
// follow: examples that do not match their schema, patterns that Go cannot compile, and keywords that
// OpenAPI 3.0 lacks.
func Notices(report *tree.Report) (lines []string) {
	for _, change := range report.Changes {
		tokens, _ := tree.Split(change.Pointer)
		switch change.Reason {
		case misfit:
			lines = append(lines, change.Pointer+": the example does not match its schema, and is not sent")
		case uncompilable:
			lines = append(lines, change.Pointer+": the pattern is not checked, because Go cannot compile it"+remedy)
		case oneElement, anyName:
			lines = append(lines, change.Pointer+": the keyword is checked only in part"+remedy)
		case noEquivalent:
			if !slices.Contains(restrictions, tokens[len(tokens)-1]) {
				continue
			}
			fallthrough
		case allowsNone, someValues, noLists:
			lines = append(lines, change.Pointer+": the keyword is not checked"+remedy)
		}
	}
	return lines
}

// remedy ends the notices about schemas whose generated values may be wrong.
const remedy = ", and generated values may break it: use --override or WithHandler"
