package tree

import (
	"regexp"
	"slices"
)

var pathVariable = regexp.MustCompile(`\{([^{}]*)\}`)

// PathVariables returns the unique variables of a path in order.
func PathVariables(path string) []string {
	var names []string
	for _, match := range pathVariable.FindAllStringSubmatch(path, -1) {
		if !slices.Contains(names, match[1]) {
			names = append(names, match[1])
		}
	}
	return names
}

// PathShape returns a path without the names of its variables: /orders/{id} becomes /orders/{}.
func PathShape(path string) string {
	return pathVariable.ReplaceAllString(path, "{}")
}
