package codec

import "fmt"

// ValueError reports a value that does not fit its Go type, such as a string for a number. It does
// not quote the value, except where the error of a type with its own UnmarshalJSON does.
type ValueError struct {
	Pointer string // JSON pointer (RFC 6901) to the value; empty for the whole document
	Err     error
}

func (e *ValueError) Error() string {
	if e.Pointer == "" {
		return e.Err.Error()
	}
	return e.Pointer + ": " + e.Err.Error()
}

func (e *ValueError) Unwrap() error { return e.Err }

// SyntaxError reports input that is not valid JSON.
type SyntaxError struct {
	Offset int64 // in bytes
	Err    error // io.ErrUnexpectedEOF if the input is truncated
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at offset %d: %v", e.Offset, e.Err)
}

func (e *SyntaxError) Unwrap() error { return e.Err }
