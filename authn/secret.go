package authn

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a text that is not printed: every verb of fmt, slog, JSON and text encodings show [redacted], and gob refuses
// it. Only [Secret.Reveal] returns it. It is safe for concurrent use.
type Secret struct {
	text *string // behind a pointer, so that printing a struct that holds a Secret shows an address at most
}

// NewSecret returns text as a Secret.
func NewSecret(text string) Secret {
	return Secret{&text}
}

// Reveal returns the text; empty for the zero value.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether the text is empty.
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
