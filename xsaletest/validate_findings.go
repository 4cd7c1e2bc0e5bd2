package xsaletest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/contract"
)

// Finding is something in the traffic that does not fit the description. It holds types, names that the description has and
// names that look like those of fields, with * in the place of others: never a value.
type Finding struct {
	// Severity is "fault" for what breaks the description and "notice" for what is beyond it, such as a member that it
	// does not list.
	Severity string `json:"severity"`

	// Kind is "path", "method", "parameter", "status", "content type", "body", "value", "form" (of a string) or "addition".
	Kind string `json:"kind"`

	Direction   string `json:"direction"` // "request" or "response"
	OperationID string `json:"operationId,omitempty"`
	Method      string `json:"method"`
	Path        string `json:"path,omitempty"`   // the template; empty where the description has no such path
	Status      int    `json:"status,omitempty"` // of a response

	// Place is a JSON pointer into the body, such as /Items/3/PriceNet, a parameter, such as "query statusidin", "path id"
	// or "header X-Trace", or empty for the whole.
	Place string `json:"place,omitempty"`

	Got  string `json:"got"`  // what was sent
	Want string `json:"want"` // what the description says

	// Count is how often this was found, in places that differ by the numbers of elements only; Place is the first.
	Count int `json:"count"`

	// Ignored is the reason of [WithIgnored] where the finding is known.
	Ignored string `json:"ignored,omitempty"`
}

// String is one line.
func (f Finding) String() string {
	text := contract.Finding{
		Severity: contract.Severity(f.Severity), Kind: contract.Kind(f.Kind), Direction: f.Direction, OperationID: f.OperationID,
		Method: f.Method, Path: f.Path, Status: f.Status, Location: f.Place, Got: f.Got, Want: f.Want,
	}.String()
	if f.Count > 1 {
		text += fmt.Sprintf(" (%d times)", f.Count)
	}
	if f.Ignored != "" {
		text += " (ignored: " + f.Ignored + ")"
	}
	return text
}

// maxKinds bounds the memory of a validator in a program that runs on and on.
const maxKinds = 10000

// findings counts what is found. It is not safe for concurrent use.
type findings struct {
	config *trafficConfig
	known  map[Finding]*Finding // by what does not count, nor names the element of a list
	left   int                  // beyond the limit
}

func newFindings(c *trafficConfig) *findings {
	return &findings{config: c, known: make(map[Finding]*Finding)}
}

var elementNumber = regexp.MustCompile(`/\d+(/|$)`)

func (s *findings) add(found []contract.Finding) {
	for _, f := range found {
		finding := Finding{
			Severity: string(f.Severity), Kind: string(f.Kind), Direction: f.Direction, OperationID: f.OperationID, Method: f.Method,
			Path: f.Path, Status: f.Status, Place: f.Location, Got: f.Got, Want: f.Want, Ignored: s.config.reasonFor(f),
		}
		if s.config.isStrict {
			finding.Severity = string(contract.Error)
		}
		key := finding
		// Twice, because neighbours share a slash.
		key.Place = elementNumber.ReplaceAllString(elementNumber.ReplaceAllString(f.Location, "/*$1"), "/*$1")
		known, ok := s.known[key]
		if !ok && len(s.known) >= maxKinds {
			s.left++
			continue
		}
		if !ok {
			known = &finding
			s.known[key] = known
		}
		known.Count++
	}
}

func (s *findings) list() []Finding {
	list := make([]Finding, 0, len(s.known))
	for _, finding := range s.known {
		list = append(list, *finding)
	}
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Status, b.Status),
			cmp.Compare(a.Place, b.Place), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Got, b.Got), cmp.Compare(a.Want, b.Want), cmp.Compare(a.Ignored, b.Ignored))
	})
	return list
}

// fails reports whether a finding is one that fails a test.
func (f Finding) fails() bool { return f.Severity == string(contract.Error) && f.Ignored == "" }

func (v *Validator) add(found []contract.Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.findings.add(found)
}

// Findings returns what was found so far, by path, method, direction, status and place. Equal findings in elements of a
// list are one. After 10,000 different findings no more are kept, which the report says.
func (v *Validator) Findings() []Finding {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.findings.list()
}

// traffic is the report as JSON.
type traffic struct {
	Calls     int       `json:"calls"`
	Unchecked int       `json:"uncheckedBodies"`
	Left      int       `json:"furtherFindings"`
	Findings  []Finding `json:"findings"`
}

func (v *Validator) traffic() traffic {
	v.mu.Lock()
	defer v.mu.Unlock()
	return traffic{v.calls, v.unchecked, v.findings.left, v.findings.list()}
}

// MarshalJSON writes the report: calls, uncheckedBodies, furtherFindings (that were not kept) and findings.
func (v *Validator) MarshalJSON() ([]byte, error) { return json.Marshal(v.traffic()) }

// WriteReport writes the report as text, a line for each finding and one for the whole.
func (v *Validator) WriteReport(w io.Writer) error {
	report := v.traffic()
	var text strings.Builder
	counts := map[string]int{}
	for _, finding := range report.Findings {
		text.WriteString(finding.String() + "\n")
		if finding.Ignored == "" {
			counts[finding.Severity]++
		} else {
			counts["ignored"]++
		}
	}
	fmt.Fprintf(&text, "%d calls, %d bodies unchecked: %d different errors, %d notices, %d ignored", report.Calls, report.Unchecked, counts["error"], counts["notice"], counts["ignored"])
	if report.Left > 0 {
		fmt.Fprintf(&text, "; %d findings beyond the first %d different ones were not kept", report.Left, maxKinds)
	}
	text.WriteByte('\n')
	_, err := io.WriteString(w, text.String())
	return err
}

// Check fails a test with every fault that is not ignored, and where there was no call to check. Notices do not fail it.
func (v *Validator) Check(t testing.TB) {
	t.Helper()
	if v.err != nil {
		t.Error(v.err)
		return
	}
	report := v.traffic()
	if report.Calls == 0 {
		t.Error("xsaletest: no call went through the validator: make it the Transport of the client of xsale.WithHTTPClient")
	}
	for _, finding := range report.Findings {
		if finding.fails() {
			t.Error(finding)
		}
	}
	if report.Left > 0 {
		t.Errorf("%d findings beyond the first %d different ones were not kept", report.Left, maxKinds)
	}
}
