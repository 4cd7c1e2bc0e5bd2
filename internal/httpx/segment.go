package httpx

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// CheckSegment rejects path segments that a server or net/http would resolve as the current
// directory, the parent or nothing. It also looks behind escapes and next to slashes, backslashes
// and semicolons, because some servers unescape a path, more than once, before they resolve it.
func CheckSegment(segment string) error {
	for plain := segment; ; {
		parts := strings.FieldsFunc(plain, func(r rune) bool { return r == '/' || r == '\\' })
		if segment == "" || slices.ContainsFunc(parts, dots) {
			return fmt.Errorf("%q cannot be part of a path", segment)
		}
		unescaped, err := url.PathUnescape(plain)
		if err != nil || unescaped == plain {
			return nil
		}
		plain = unescaped
	}
}

// dots reports whether a segment, without its parameters, is the current directory or the parent.
func dots(segment string) bool {
	name, _, _ := strings.Cut(segment, ";")
	return name == "." || name == ".."
}

// ParsePath parses a path, with a query or without, that is sent as it is. It rejects what could be
// cleaned up into another path.
func ParsePath(path string) (*url.URL, error) {
	target, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || target.Host != "" || target.Fragment != "" {
		return nil, errors.New("want /organization/orders, with a leading slash, without host or fragment")
	}
	for segment := range strings.SplitSeq(target.EscapedPath()[1:], "/") {
		plain, err := url.PathUnescape(segment)
		if err == nil {
			err = CheckSegment(plain)
		}
		if err != nil {
			return nil, err
		}
	}
	return target, nil
}
