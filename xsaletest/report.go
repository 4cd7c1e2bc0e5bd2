package xsaletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
)

// maxReportedBody bounds the body in a report.
const maxReportedBody = 4 << 10

// report logs the end of a request, and reports a request that breaks the spec, or has a query parameter that the spec does not
// list: a misspelled filter would list everything. An unknown path or method is not reported, because
// the spec is known to be incomplete.
func (s *Sandbox) report(c *apiCall) {
	c.logged.end(c.findings)
	unknownFilter := func(f contract.Finding) bool { return strings.HasPrefix(f.Location, "query ") }
	if s.config.report == nil || s.config.allowsInvalid ||
		len(contract.Errors(c.findings)) == 0 && !slices.ContainsFunc(c.findings, unknownFilter) {
		return
	}
	s.config.report(c.logged.request.Number, lines(c.findings)+describeBody(c.body))
}

func lines(findings []contract.Finding) string {
	var report strings.Builder
	for _, f := range findings {
		report.WriteString("\n  " + f.String())
	}
	return report.String()
}

// describeBody returns a line with the body, without strings that may be personal data.
func describeBody(body []byte) string {
	if masked, ok := maskedBody(body); ok {
		return "\n  body, strings masked: " + masked
	}
	if len(body) > 0 {
		return fmt.Sprintf("\n  body: %d bytes, not one JSON value", len(body))
	}
	return ""
}

// maskedBody masks all strings but dates and decimals, which are rarely personal and often wrong.
func maskedBody(body []byte) (masked string, ok bool) {
	if !json.Valid(body) {
		return "", false
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return "", false
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(mask(value)) != nil {
		return "", false
	}
	masked = strings.TrimSpace(out.String())
	if len(masked) > maxReportedBody {
		masked = strings.ToValidUTF8(masked[:maxReportedBody], "") + "…"
	}
	return masked, true
}

func mask(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name := range value {
			value[name] = mask(value[name])
		}
	case []any:
		for i := range value {
			value[i] = mask(value[i])
		}
	case string:
		if !dateString(value) && !decimalString.MatchString(value) {
			return "…"
		}
	}
	return value
}

// decimalString matches a number with a fraction. Digits alone may be a phone number.
var decimalString = regexp.MustCompile(`^-?[0-9]+[.,][0-9]+$`)

func dateString(value string) bool {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05", time.RFC3339, time.DateTime, "02.01.2006"} {
		if _, err := time.Parse(layout, value); err == nil {
			return true
		}
	}
	return false
}
