package xsaletest

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/openapi"
)

// TrafficOption sets up [Validate], [Record] and [Replay]. Each option says which of them it is for; the others refuse it.
type TrafficOption func(*trafficConfig) error

type trafficConfig struct {
	user        string // Validate, Record or Replay
	description []byte // nil for this module's own
	bodyLimit   int64
	isStrict    bool
	ignored     []*ignoredFinding
	kept        []placePattern
	maskKey     string
}

const defaultBodyLimit = 16 << 20

func newTrafficConfig(user string, options []TrafficOption) (trafficConfig, error) {
	c := trafficConfig{user: user, bodyLimit: defaultBodyLimit}
	for _, option := range options {
		if err := option(&c); err != nil {
			return c, fmt.Errorf("xsaletest: %s: %w", user, err)
		}
	}
	return c, nil
}

// processContract is read when it is first needed. All share it, because it is safe for concurrent use.
var processContract = sync.OnceValues(func() (*contract.Document, error) { return contract.Load(openapi.Spec()) })

func (c *trafficConfig) load() (*contract.Document, error) {
	if c.description == nil {
		return processContract()
	}
	document, err := contract.Load(c.description)
	if err != nil {
		return nil, fmt.Errorf("xsaletest: %s: WithSpec: %w: take the file that 'xsale spec pull --normal' writes", c.user, err)
	}
	return document, nil
}

// allow refuses an option that is not for the user of the config.
func (c *trafficConfig) allow(option string, users ...string) error {
	for _, user := range users {
		if c.user == user {
			return nil
		}
	}
	return fmt.Errorf("%s is for %s: leave it out", option, strings.Join(users, " and "))
}

// WithSpec checks traffic against a description of your own in the place of the one in package openapi, for
// Validate, Record and Replay. It is OpenAPI 3.0 as JSON or YAML, in the normal form that `xsale spec pull` writes.
func WithSpec(data []byte) TrafficOption {
	return func(c *trafficConfig) error {
		if len(data) == 0 {
			return errors.New("WithSpec: the description is empty")
		}
		c.description = data
		return nil
	}
}

// WithBodyLimit sets how many bytes of a body are kept, 16 MiB by default, for Validate and Record. Longer ones are not
// checked by Validate and are an error of Record.
func WithBodyLimit(bytes int64) TrafficOption {
	return func(c *trafficConfig) error {
		if bytes <= 0 {
			return fmt.Errorf("WithBodyLimit: %d is not positive", bytes)
		}
		c.bodyLimit = bytes
		return c.allow("WithBodyLimit", "Validate", "Record")
	}
}

// WithStrict makes faults of what is a notice else: members, query parameters, bodies and statuses that the description does
// not list. It is for Validate and Replay.
func WithStrict() TrafficOption {
	return func(c *trafficConfig) error {
		c.isStrict = true
		return c.allow("Strict", "Validate", "Replay")
	}
}

// WithIgnored says that findings are known and fail nothing, with the reason, for Validate and Replay. The operation is an
// operationId, empty for all. The place is that of the [Finding], with * for an element or member of any name, such as
// "/*/Items/*/Quantity" or "query page". The reason stands in the report beside the finding.
func WithIgnored(operation, place, reason string) TrafficOption {
	return func(c *trafficConfig) error {
		if strings.TrimSpace(reason) == "" {
			return errors.New("Ignore: the reason is missing: say why the finding is none")
		}
		pattern, err := newPlacePattern("Ignore", operation, place)
		if err != nil {
			return err
		}
		c.ignored = append(c.ignored, &ignoredFinding{pattern, reason})
		return c.allow("Ignore", "Validate", "Replay")
	}
}

// ignoredFinding is a use of Ignore.
type ignoredFinding struct {
	placePattern
	reason string
}

// reasonFor returns why a finding is ignored, or nothing.
func (c *trafficConfig) reasonFor(f contract.Finding) string {
	for _, ignored := range c.ignored {
		if ignored.matches(f.OperationID, f.Location) {
			return ignored.reason
		}
	}
	return ""
}

// placePattern names places in the traffic of one operation or of all.
type placePattern struct {
	Operation string `json:"operation,omitempty"`
	Place     string `json:"place"`
}

func newPlacePattern(option, operation, place string) (placePattern, error) {
	if _, err := path.Match(place, ""); err != nil {
		return placePattern{}, fmt.Errorf("%s: the place %q cannot be read: write [ and \\ as \\[ and \\\\", option, place)
	}
	return placePattern{operation, place}, nil
}

func (p placePattern) matches(operation, place string) bool {
	if p.Operation != "" && p.Operation != operation {
		return false
	}
	matched, _ := path.Match(p.Place, place)
	return matched
}
