package httpx

import (
	"slices"
	"strings"
)

// overrides are headers that make some servers use another method or path. The rules for retries
// and for reading only would then apply to the wrong one.
var overrides = []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url"}

// OverridesMethod reports whether a header makes some servers use another method or path.
func OverridesMethod(name string) bool { return ListedHeader(overrides, name) }

// ListedHeader reports whether a list has the name of a header. Some servers read underscores as
// hyphens.
func ListedHeader(names []string, name string) bool {
	name = strings.ReplaceAll(name, "_", "-")
	return slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(other, name) })
}
