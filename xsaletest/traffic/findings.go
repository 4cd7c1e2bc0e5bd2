package traffic

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/xsale-go/xsale/internal/contract"
)

// Finding is a difference between traffic and the spec. It contains types, names of the spec, and
// names that look like field names, with * for others, but never a value.
type Finding struct {
	// Severity is "error" if the spec rules it out, and "notice" if the spec merely does not have
	// it, such as an unlisted field.
	Severity string `json:"severity"`

	// Kind is "path", "method", "parameter", "status", "content type", "body", "value", "form"
	// (of a string) or "addition".
	Kind string `json:"kind"`

	Direction   string `json:"direction"` // "request" or "response"
	OperationID string `json:"operationId,omitempty"`
	Method      string `json:"method"`
	Path        string `json:"path,omitempty"`   // template; empty if the spec has no such path
	Status      int    `json:"status,omitempty"` // of a response

	// Location is a JSON pointer into the body, such as /Items/3/PriceNet, a parameter, such as
	// "query statusidin", "path id" or "header X-Trace", or empty for the whole.
	Location string `json:"location,omitempty"`

	Got  string `json:"got"`  // what was sent
	Want string `json:"want"` // what the spec has

	// Count is the number of occurrences at locations that differ only in the indexes of
	// elements. Location is the first.
	Count int `json:"count"`

	// Ignored is the reason given to [WithIgnored].
	Ignored string `json:"ignored,omitempty"`
}

// String returns one line.
func (f Finding) String() string {
	line := contract.Finding{
		Severity: contract.Severity(f.Severity), Kind: contract.Kind(f.Kind), Direction: f.Direction, OperationID: f.OperationID,
		Method: f.Method, Path: f.Path, Status: f.Status, Location: f.Location, Got: f.Got, Want: f.Want,
	}.String()
	if f.Count > 1 {
		line += fmt.Sprintf(" (%d times)", f.Count)
	}
	if f.Ignored != "" {
		line += " (ignored: " + f.Ignored + ")"
	}
	return line
}

func (f Finding) fails() bool { return f.Severity == string(contract.Error) && f.Ignored == "" }

// maxDifferent bounds the memory of a validator in a long-running program.
const maxDifferent = 10_000

// findings counts equal findings. It is not safe for concurrent use.
type findings struct {
	config  *config
	known   map[Finding]*Finding // by the finding without count and indexes
	dropped int                  // beyond the limit
}

func newFindings(c *config) findings {
	return findings{config: c, known: make(map[Finding]*Finding)}
}

var index = regexp.MustCompile(`/\d+(/|$)`)

// add counts findings, and returns those that were not known.
func (s *findings) add(found []contract.Finding) (added []Finding) {
	for _, f := range found {
		finding := Finding{
			Severity: string(f.Severity), Kind: string(f.Kind), Direction: f.Direction, OperationID: f.OperationID, Method: f.Method,
			Path: f.Path, Status: f.Status, Location: f.Location, Got: f.Got, Want: f.Want, Ignored: s.config.reasonFor(f),
		}
		if s.config.strict {
			finding.Severity = string(contract.Error)
		}
		key := finding
		// Twice, because neighbors share a slash.
		key.Location = index.ReplaceAllString(index.ReplaceAllString(f.Location, "/*$1"), "/*$1")
		known, ok := s.known[key]
		if !ok && len(s.known) >= maxDifferent {
			s.dropped++
			continue
		}
		if !ok {
			known = &finding
			s.known[key] = known
			added = append(added, finding)
		}
		known.Count++
	}
	return added
}

func (s *findings) list() []Finding {
	list := make([]Finding, 0, len(s.known))
	for _, finding := range s.known {
		list = append(list, *finding)
	}
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Direction, b.Direction),
			cmp.Compare(a.Status, b.Status), cmp.Compare(a.Location, b.Location), cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Got, b.Got), cmp.Compare(a.Want, b.Want), cmp.Compare(a.Ignored, b.Ignored))
	})
	return list
}
