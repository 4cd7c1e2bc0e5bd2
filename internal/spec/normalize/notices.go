package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

// Notices returns a line for each part of the original spec that a server of the normal form does not
// follow: examples that do not match their schema, and patterns that Go cannot compile.
func Notices(report *tree.Report) (lines []string) {
	for _, change := range report.Changes {
		switch {
		case change.Rule != examplesRule:
		case change.Reason == misfit:
			lines = append(lines, change.Pointer+": the example does not match its schema, and is not sent")
		case change.Reason == uncompilable:
			lines = append(lines, change.Pointer+": the pattern is not checked, because Go cannot compile it"+remedy)
		}
	}
	return lines
}

// remedy ends the notices about schemas whose generated values may be wrong.
const remedy = ", and generated values may break it: use --override or WithHandler"
