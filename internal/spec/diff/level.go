package diff

import (
	"slices"

	"github.com/oasdiff/oasdiff/checker"
)

// Level says how much a change matters to a client.
type Level string

// The levels.
const (
	Breaking Level = "breaking" // a client fails
	Warning  Level = "warning"  // a client may fail
	Info     Level = "info"     // a client goes on
)

var levels = map[checker.Level]Level{checker.ERR: Breaking, checker.WARN: Warning, checker.INFO: Info}

func (l Level) rank() int { return slices.Index([]Level{Breaking, Warning, Info}, l) }

// newConfig returns the rules of oasdiff, as a generated client sees them.
func newConfig() *checker.Config {
	return checker.NewConfig(checker.GetAllChecks(),
		checker.WithStabilityLevel(checker.StabilityDraft), // which is the lowest, so that no operation is passed over
		checker.WithSeverityLevels(map[string]checker.Level{
			// A notice before does not help a client that still calls.
			"api-removed-with-deprecation":                        checker.ERR,
			"api-path-removed-with-deprecation":                   checker.ERR,
			"response-required-property-removed-with-deprecation": checker.ERR,
			"request-parameter-removed-with-deprecation":          checker.WARN,
			"request-property-removed-with-deprecation":           checker.WARN,
			// ASP.NET calls few members required, so most of those that a client reads are optional.
			"response-optional-property-removed": checker.WARN,
			// The methods of the generated client have their names from there.
			"api-operation-id-removed": checker.WARN,
			// How the vendor numbers its versions is not a client's concern.
			checker.APIVersionNotBumpedId:      checker.NONE,
			checker.APIVersionDecreasedId:      checker.NONE,
			checker.APIMajorVersionNotBumpedId: checker.NONE,
		}),
	)
}
