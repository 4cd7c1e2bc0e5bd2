package traffic

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/redact"
)

// ValidateOption configures [Validate] and [ValidateFor].
type ValidateOption interface {
	option
	forValidate()
}

// RecordOption configures [Record].
type RecordOption interface {
	option
	forRecord()
}

// ReplayOption configures [Replay].
type ReplayOption interface {
	option
	forReplay()
}

type option interface{ apply(*config) error }

// setting implements every option. The result type of a function decides which functions accept it.
type setting func(*config) error

func (s setting) apply(c *config) error { return s(c) }

func (setting) forValidate() {}
func (setting) forRecord()   {}
func (setting) forReplay()   {}

type config struct {
	document  *contract.Document
	bodyLimit int64
	strict    bool
	report    func(Finding) // nil without one
	ignored   []ignoredFinding
	kept      []locationPattern
	headers   []string // of responses
	maskKey   string
}

const defaultBodyLimit = 16 << 20

func newConfig[O option](options []O) (*config, error) {
	c := &config{bodyLimit: defaultBodyLimit}
	for _, option := range options {
		if err := option.apply(c); err != nil {
			return nil, err
		}
	}
	if c.document == nil {
		var err error
		if c.document, err = contract.Shipped(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// WithSpec sets the spec: OpenAPI 3.0 as JSON or YAML, normalized by `xsale spec pull --normal`.
// The default is the spec in package openapi. A spec with forms, cookies or parameters in rare styles
// needs an import of [github.com/xsale-go/xsale/xsaletest/anyspec].
func WithSpec(data []byte) interface {
	ValidateOption
	RecordOption
	ReplayOption
} {
	return setting(func(c *config) (err error) {
		c.document, err = contract.Load(data)
		switch {
		case errors.Is(err, contract.ErrRare):
			return fmt.Errorf("WithSpec: %w", err)
		case err != nil:
			return fmt.Errorf("WithSpec: %w: use the file that 'xsale spec pull --normal' writes", err)
		}
		return nil
	})
}

// WithBodyLimit sets how many bytes of a body are kept, 16 MiB by default. [Validate] does not
// check longer bodies, and [Record] fails.
func WithBodyLimit(bytes int64) interface {
	ValidateOption
	RecordOption
} {
	return setting(func(c *config) error {
		if bytes <= 0 {
			return fmt.Errorf("WithBodyLimit: %d is not positive", bytes)
		}
		c.bodyLimit = bytes
		return nil
	})
}

// WithStrict reports notices as errors: fields, query parameters, bodies and statuses that the
// spec does not list.
func WithStrict() interface {
	ValidateOption
	ReplayOption
} {
	return setting(func(c *config) error {
		c.strict = true
		return nil
	})
}

// WithReport passes each new finding to a function, for the log of a program that runs for a long
// time. Equal findings at other elements of a list are not new. The Count of a new finding is 0.
// The function runs in the goroutine of a call and must be safe for concurrent use.
func WithReport(report func(Finding)) ValidateOption {
	return setting(func(c *config) error {
		if report == nil {
			return errors.New("WithReport: the function is nil")
		}
		c.report = report
		return nil
	})
}

// WithIgnored marks findings as known, so that they fail nothing. The operation is an
// operationId, or empty for all. The location is that of the [Finding], with * for an element or
// field of any name, such as "/*/Items/*/Quantity" or "query page". The report shows the reason
// next to the finding.
func WithIgnored(operation, location, reason string) interface {
	ValidateOption
	ReplayOption
} {
	return setting(func(c *config) error {
		if strings.TrimSpace(reason) == "" {
			return errors.New("WithIgnored: the reason is missing: write why the finding is acceptable")
		}
		pattern, err := newLocationPattern(operation, location)
		if err != nil {
			return fmt.Errorf("WithIgnored: %w", err)
		}
		c.ignored = append(c.ignored, ignoredFinding{pattern, reason})
		return nil
	})
}

// WithUnmasked leaves strings and numbers at a location unmasked. Operation and location are those of
// [WithIgnored], such as WithUnmasked("listStatuses", "/*/Name") or WithUnmasked("listOrders",
// "query statusnamein"). E-mail addresses are always masked.
func WithUnmasked(operation, location string) RecordOption {
	return setting(func(c *config) error {
		pattern, err := newLocationPattern(operation, location)
		if err != nil {
			return fmt.Errorf("WithUnmasked: %w", err)
		}
		c.kept = append(c.kept, pattern)
		return nil
	})
}

// WithHeaders keeps further headers of responses, such as Link or X-Total-Count, with their values as
// they are: do not name headers that contain personal data. Cookies and tokens are never recorded.
func WithHeaders(names ...string) RecordOption {
	return setting(func(c *config) error {
		for _, name := range names {
			canonical := http.CanonicalHeaderKey(name)
			if !httpx.ValidHeaderName(name) {
				return fmt.Errorf("WithHeaders: %.80q is not a header name", name)
			}
			if redact.Header(name) {
				return fmt.Errorf("WithHeaders: %s may contain a secret and is never recorded", canonical)
			}
			if !slices.Contains(c.headers, canonical) && !slices.Contains(keptHeaders, canonical) {
				c.headers = append(c.headers, canonical)
			}
		}
		return nil
	})
}

// WithMaskKey makes placeholders depend on a key of at least 16 characters, so that nobody can test
// a guessed value without it. The recording does not contain the key, but [Replay] needs it: keep
// it, for example in the environment.
func WithMaskKey(key string) interface {
	RecordOption
	ReplayOption
} {
	return setting(func(c *config) error {
		if len(key) < 16 {
			return errors.New("WithMaskKey: the key is shorter than 16 characters: use a random one")
		}
		c.maskKey = key
		return nil
	})
}

type ignoredFinding struct {
	locationPattern
	reason string
}

// reasonFor returns why a finding is ignored, or an empty string.
func (c *config) reasonFor(f contract.Finding) string {
	for _, ignored := range c.ignored {
		if ignored.matches(f.OperationID, f.Location) {
			return ignored.reason
		}
	}
	return ""
}

// locationPattern matches locations in the traffic of one operation, or of all.
type locationPattern struct {
	Operation string `json:"operation,omitempty"`
	Location  string `json:"location"`
}

func newLocationPattern(operation, location string) (locationPattern, error) {
	if _, err := path.Match(location, ""); err != nil {
		return locationPattern{}, fmt.Errorf("location %q is not a pattern: write [ and \\ as \\[ and \\\\", location)
	}
	return locationPattern{operation, location}, nil
}

func (p locationPattern) matches(operation, location string) bool {
	if p.Operation != "" && p.Operation != operation {
		return false
	}
	matched, _ := path.Match(p.Location, location)
	return matched
}
