package httpx

import "errors"

// RecordError is an exchange that a recording transport cannot write. Another attempt of the same
// call would fail as well.
type RecordError struct {
	Err    error
	Remedy string // for a Go program; may be empty
}

func (e *RecordError) Error() string {
	if e.Remedy == "" {
		return e.Err.Error()
	}
	return e.Err.Error() + ": " + e.Remedy
}

func (e *RecordError) Unwrap() error { return e.Err }

// Unrecorded reports whether an exchange could not be written.
func Unrecorded(err error) bool {
	_, ok := errors.AsType[*RecordError](err)
	return ok
}
