package tree

import (
	"fmt"
	"strings"
)

// Problem is an error in a spec that the pipeline cannot fix.
type Problem struct {
	Pointer string // JSON pointer (RFC 6901); "" for the document as a whole
	Message string // what is wrong
	Remedy  string // what the user can do
}

// Error returns the pointer, message and remedy on one line.
func (p *Problem) Error() string {
	text := p.Message
	if p.Pointer != "" {
		text = p.Pointer + ": " + text
	}
	if p.Remedy != "" {
		text += "; " + p.Remedy
	}
	return text
}

// Problems lists every error found, so that a user can fix them all at once.
type Problems []*Problem

func (p *Problems) Add(pointer, message, remedy string) {
	*p = append(*p, &Problem{pointer, message, remedy})
}

// Err returns the problems as an error, or nil if there are no problems.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// maxShown keeps an error readable; the first problems usually explain the others.
const maxShown = 20

// Error lists the problems, a line each.
func (p Problems) Error() string {
	var lines []string
	for _, problem := range p[:min(len(p), maxShown)] {
		lines = append(lines, problem.Error())
	}
	if len(p) > maxShown {
		lines = append(lines, fmt.Sprintf("and %d more", len(p)-maxShown))
	}
	return strings.Join(lines, "\n")
}
