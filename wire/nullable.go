package wire

import (
	"fmt"

	"github.com/xsale-go/xsale/wire/codec"
)

const null = "null" // the JSON literal

// Nullable is a field where absent, null and a value mean three different things. The zero value is
// absent; the JSON option omitzero leaves it out.
type Nullable[T any] struct {
	value T
	state nullableState
}

type nullableState uint8

const (
	stateAbsent nullableState = iota
	stateNull
	stateSet
)

// Some returns a Nullable with the given value.
func Some[T any](value T) Nullable[T] { return Nullable[T]{value, stateSet} }

// Null returns a Nullable that marshals as null.
func Null[T any]() Nullable[T] { return Nullable[T]{state: stateNull} }

// String returns the value as fmt prints it, "null", or "" if the field is absent.
func (n Nullable[T]) String() string {
	switch n.state {
	case stateSet:
		return fmt.Sprint(n.value)
	case stateNull:
		return null
	}
	return ""
}

// Get returns the value and true, or the zero value of T and false if the field is absent or null.
func (n Nullable[T]) Get() (T, bool) { return n.value, n.state == stateSet }

// IsNull reports whether the field is present and null.
func (n Nullable[T]) IsNull() bool { return n.state == stateNull }

// IsSet reports whether the field has a value: it is neither absent nor null.
func (n Nullable[T]) IsSet() bool { return n.state == stateSet }

// IsZero reports whether the field is absent. The JSON option omitzero calls it.
func (n Nullable[T]) IsZero() bool { return n.state == stateAbsent }

// MarshalJSON writes the value, or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if n.state != stateSet {
		return []byte(null), nil
	}
	return codec.Marshal(n.value)
}

// UnmarshalJSON reads a value or null.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error { return codec.Unmarshal(data, n) }

// DecodeJSON implements [codec.Decodable].
func (n *Nullable[T]) DecodeJSON(d *codec.Decoder) {
	if d.Null() {
		*n = Null[T]()
		return
	}
	var value T
	if d.Decode(&value); d.Err() == nil {
		*n = Some(value)
	}
}
