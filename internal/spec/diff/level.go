package diff

import (
	"slices"

	"github.com/oasdiff/oasdiff/checker"
)

// Level is the severity of a change for a client.
type Level string

const (
	Breaking Level = "breaking" // a client fails
	Warning  Level = "warning"  // a client may fail
	Info     Level = "info"     // a client keeps working
)

var levels = map[checker.Level]Level{checker.ERR: Breaking, checker.WARN: Warning, checker.INFO: Info}

func (l Level) rank() int { return slices.Index([]Level{Breaking, Warning, Info}, l) }

// newConfig adapts the rules of oasdiff to generated clients.
func newConfig() *checker.Config {
	return checker.NewConfig(checker.GetAllChecks(),
		checker.WithStabilityLevel(checker.StabilityDraft), // the lowest level, which includes all operations
		checker.WithSeverityLevels(map[string]checker.Level{
			// A prior notice does not help a client that still makes the call.
			"api-removed-with-deprecation":                        checker.ERR,
			"api-path-removed-with-deprecation":                   checker.ERR,
			"response-required-property-removed-with-deprecation": checker.ERR,
			"request-parameter-removed-with-deprecation":          checker.WARN,
			"request-property-removed-with-deprecation":           checker.WARN,
			// ASP.NET marks few properties as required, so clients mostly read optional ones.
			"response-optional-property-removed": checker.WARN,
			// Generated methods are named after operation ids.
			"api-operation-id-removed": checker.WARN,
			// Version numbers do not matter to a client.
			checker.APIVersionNotBumpedId:      checker.NONE,
			checker.APIVersionDecreasedId:      checker.NONE,
			checker.APIMajorVersionNotBumpedId: checker.NONE,
		}),
	)
}
