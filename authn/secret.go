package authn

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a string that prints as [redacted] with every fmt verb, in slog, and in JSON and text
// encodings; gob cannot encode it. Printers by reflection, such as those of test libraries, show
// ciphertext. Only [Secret.Reveal] returns the value. Secrets can be compared with ==, within one
// process. A Secret is safe for concurrent use.
type Secret struct {
	masked string // empty for the empty secret
}

// NewSecret returns value as a Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	// The start depends on the value, so that equal secrets are equal and others share no key
	// stream.
	mac := hmac.New(sha256.New, maskKey.mac)
	io.WriteString(mac, value)
	masked := append(mac.Sum(nil)[:aes.BlockSize], value...)
	cipher.NewCTR(maskKey.block, masked[:aes.BlockSize]).XORKeyStream(masked[aes.BlockSize:], masked[aes.BlockSize:])
	return Secret{string(masked)}
}

// Reveal returns the value, or "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.masked == "" {
		return ""
	}
	value := []byte(s.masked[aes.BlockSize:])
	cipher.NewCTR(maskKey.block, []byte(s.masked[:aes.BlockSize])).XORKeyStream(value, value)
	return string(value)
}

// maskKey masks the secrets of this process. It keeps them from printers, not from someone who can
// read the memory of the process.
var maskKey = newMaskKey()

type maskKeys struct {
	mac   []byte
	block cipher.Block
}

func newMaskKey() maskKeys {
	var key [64]byte
	rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		panic(err) // of a key with another length
	}
	return maskKeys{key[32:], block}
}

// IsZero reports whether the value is empty.
func (s Secret) IsZero() bool { return s.masked == "" }

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
