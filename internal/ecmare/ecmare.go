// Package ecmare reads the regular expressions of specs, which are those of JavaScript.
package ecmare

import "regexp"

// escape matches \u0041, which Go writes as \x{0041}.
var escape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// Go returns a pattern in Go's syntax.
func Go(pattern string) string { return escape.ReplaceAllString(pattern, `\x{$1}`) }

// Compile returns a pattern as a Go regexp. It fails for what Go lacks, such as lookaheads.
func Compile(pattern string) (*regexp.Regexp, error) { return regexp.Compile(Go(pattern)) }
