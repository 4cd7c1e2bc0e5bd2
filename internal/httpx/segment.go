package httpx

import (
	"fmt"
	"slices"
	"strings"
)

// CheckSegment rejects path segments that a server or net/http would resolve as the current
// directory, the parent or nothing. It also looks next to an escaped slash or backslash,
// because some servers unescape a path before they resolve it.
func CheckSegment(segment string) error {
	parts := strings.FieldsFunc(segment, func(r rune) bool { return r == '/' || r == '\\' })
	if segment == "" || slices.Contains(parts, ".") || slices.Contains(parts, "..") {
		return fmt.Errorf("%q cannot be part of a path", segment)
	}
	return nil
}
