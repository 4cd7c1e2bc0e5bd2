package wire

import "github.com/xsale-go/xsale/wire/codec"

// null is the JSON literal.
const null = "null"

// Nullable is a member in which absent, null and a value are three different things. The zero value is absent; with the
// JSON option omitzero it is left out.
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

// Some returns a Nullable that holds value.
func Some[T any](value T) Nullable[T] {
	return Nullable[T]{value, stateSet}
}

// Null returns a Nullable that is written as null.
func Null[T any]() Nullable[T] {
	return Nullable[T]{state: stateNull}
}

// Get returns the value, and whether there is one. Without one it returns the zero value of T.
func (n Nullable[T]) Get() (T, bool) {
	return n.value, n.state == stateSet
}

// IsNull reports whether the member is there and null.
func (n Nullable[T]) IsNull() bool {
	return n.state == stateNull
}

// IsSet reports whether there is a value: neither absent nor null.
func (n Nullable[T]) IsSet() bool {
	return n.state == stateSet
}

// IsZero reports whether the member is absent, so that the JSON option omitzero leaves it out whatever T is.
func (n Nullable[T]) IsZero() bool {
	return n.state == stateAbsent
}

// MarshalJSON writes the value or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if n.state != stateSet {
		return []byte(null), nil
	}
	return codec.Marshal(n.value)
}

// UnmarshalJSON reads a value or null.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	return codec.Unmarshal(data, n)
}

// DecodeJSON is UnmarshalJSON for a [codec.Decoder].
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
