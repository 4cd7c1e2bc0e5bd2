package redact

import (
	"regexp"
	"slices"
	"strings"
)

// secretHeaders contain secrets by their definition, and secretName matches others.
var (
	secretHeaders = []string{"www-authenticate", "proxy-authenticate", "authentication-info"}
	secretName    = regexp.MustCompile(`(?i)cookie|token|secret|authoriz|password|session|api-?key`)
)

// Header reports whether the value of a header may be a secret.
func Header(name string) bool {
	return slices.Contains(secretHeaders, strings.ToLower(name)) || secretName.MatchString(name)
}
