package httpx

import (
	"fmt"
	"slices"
	"strings"
)

// CheckSegment rejects the path segments that a server or net/http would resolve as "here", "up" or nothing, also next to
// an escaped slash or backslash: some servers unescape a path before they resolve it.
func CheckSegment(segment string) error {
	parts := strings.FieldsFunc(segment, func(r rune) bool { return r == '/' || r == '\\' })
	if segment == "" || slices.Contains(parts, ".") || slices.Contains(parts, "..") {
		return fmt.Errorf("%q cannot be part of a path", segment)
	}
	return nil
}
