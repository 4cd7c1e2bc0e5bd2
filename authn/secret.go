package authn

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a string that prints as [redacted] with every fmt verb, in slog, and in JSON and text
// encodings; gob cannot encode it. Only [Secret.Reveal] returns the value. It is safe for
// concurrent use.
type Secret struct {
	value *string // a pointer, so that printing a struct with a Secret shows at most an address
}

// NewSecret returns value as a Secret.
func NewSecret(value string) Secret {
	return Secret{&value}
}

// Reveal returns the value, or "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether the value is empty.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// String returns [redacted].
func (Secret) String() string { return redacted }

// Format writes [redacted] for every verb.
func (Secret) Format(state fmt.State, _ rune) { io.WriteString(state, redacted) }

// LogValue logs [redacted].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON writes "[redacted]".
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText writes [redacted].
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
