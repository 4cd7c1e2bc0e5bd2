package traffic

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/contract"
)

// report is the report of a Validator as JSON.
type report struct {
	Calls     int       `json:"calls"`
	Unchecked int       `json:"uncheckedBodies"`
	Formats   []string  `json:"uncheckedFormats,omitempty"` // of the spec
	Dropped   int       `json:"droppedFindings"`
	Findings  []Finding `json:"findings"`

	responses, checked int
}

func (v *Validator) report() report {
	v.mu.Lock()
	defer v.mu.Unlock()
	var formats []string
	if v.err == nil {
		formats = v.config.document.UncheckedFormats()
	}
	return report{v.calls, v.unchecked, formats, v.findings.dropped, v.findings.list(), v.responses, v.checked}
}

// Findings returns the findings so far, sorted by path, method, direction, status and location.
// Equal findings in elements of a list are counted as one. A Validator keeps 10,000 different
// findings; its report has the number of further ones.
func (v *Validator) Findings() []Finding { return v.report().Findings }

// MarshalJSON returns the report: calls, uncheckedBodies, uncheckedFormats, droppedFindings and
// findings.
func (v *Validator) MarshalJSON() ([]byte, error) { return json.Marshal(v.report()) }

// WriteReport writes the report as text: a line for each finding, and a summary.
func (v *Validator) WriteReport(w io.Writer) error {
	r := v.report()
	var text strings.Builder
	var errors, notices, ignored int
	for _, finding := range r.Findings {
		text.WriteString(finding.String() + "\n")
		switch {
		case finding.Ignored != "":
			ignored++
		case finding.Severity == string(contract.Error):
			errors++
		default:
			notices++
		}
	}
	fmt.Fprintf(&text, "calls: %d, unchecked bodies: %d, errors: %d, notices: %d, ignored: %d", r.Calls, r.Unchecked, errors, notices, ignored)
	if r.Dropped > 0 {
		text.WriteString(", " + r.dropped())
	}
	if len(r.Formats) > 0 {
		text.WriteString(", unchecked formats: " + strings.Join(r.Formats, " "))
	}
	text.WriteByte('\n')
	_, err := io.WriteString(w, text.String())
	return err
}

func (r report) dropped() string {
	return fmt.Sprintf("dropped after the first %d different findings: %d", maxDifferent, r.Dropped)
}

// Check fails a test with every error that is not ignored, and if nothing was checked. Notices do
// not fail it. What could not be checked is logged.
func (v *Validator) Check(t testing.TB) {
	t.Helper()
	if v.err != nil {
		t.Error(v.err)
		return
	}
	r := v.report()
	switch {
	case r.Calls == 0:
		t.Error("traffic: no call went through the validator: make it the Transport of the client for xsale.WithHTTPClient")
	case r.responses > 0 && r.checked == 0:
		t.Error("traffic: no response body was checked: read responses to their end, or raise WithBodyLimit")
	case r.responses < r.Calls:
		t.Logf("traffic: %d of %d calls got no response that could be checked", r.Calls-r.responses, r.Calls)
	}
	if open := r.responses - r.checked; open > 0 && r.checked > 0 {
		t.Logf("traffic: %d of %d response bodies were not checked, because they were not read to their end or are too long", open, r.responses)
	}
	if len(r.Formats) > 0 {
		t.Logf("traffic: formats of the spec that are not checked: %s", strings.Join(r.Formats, ", "))
	}
	for _, finding := range r.Findings {
		if finding.fails() {
			t.Error(finding)
		}
	}
	if r.Dropped > 0 {
		t.Error("traffic: " + r.dropped())
	}
}
