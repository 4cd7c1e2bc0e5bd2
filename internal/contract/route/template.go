package route

import "slices"

// Variables returns the unique variables of a path template in order.
func Variables(path string) []string {
	var names []string
	for _, match := range variable.FindAllStringSubmatch(path, -1) {
		if !slices.Contains(names, match[1]) {
			names = append(names, match[1])
		}
	}
	return names
}

// Shape returns a path template without the names of its variables: /orders/{id} becomes /orders/{}.
func Shape(path string) string {
	return variable.ReplaceAllString(path, "{}")
}
