package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"syscall"

	"github.com/xsale-go/xsale"
)

// standardOutput is where a command prints. A failed write ends the command, also if the command ignores
// the error, because nothing that it prints from then on arrives.
type standardOutput struct {
	io.Writer
	end context.CancelCauseFunc // ends the command; may be nil

	mu     sync.Mutex
	failed error // the first failure
}

func (s *standardOutput) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.failed == nil && s.end != nil {
			s.failed = err
			s.end(outputError{err})
		}
	}
	return n, err
}

// Unwrap returns the stream, which may be a terminal.
func (s *standardOutput) Unwrap() io.Writer { return s.Writer }

// outputError is a failed write, and why the context of a command ended.
type outputError struct{ error }

func (e outputError) Error() string { return "standard output: " + e.error.Error() }

// brokenPipeError says that the reader of standard output wants no more, as head does. It is nothing to
// report.
type brokenPipeError struct{ error }

// outcome returns the error of a command that ended with err. A failed write is the reason for any other
// error but one that a person must know about.
func (s *standardOutput) outcome(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, unwritten := errors.AsType[unwrittenError](err)
	switch {
	case s.failed == nil, unwritten, errors.Is(err, xsale.ErrMaybeProcessed):
		return err
	case brokenPipe(s.failed):
		return brokenPipeError{s.failed}
	}
	return outputError{s.failed}
}

// createdError is the error of a command whose call was processed: it must not be sent again because of
// what happened afterwards.
type createdError struct{ error }

// afterCreate returns the error of what followed a call that does harm if it is sent twice.
func afterCreate(err error) error {
	if err == nil {
		return nil
	}
	return createdError{err}
}

func (e createdError) Error() string {
	return "the call was processed, but its result could not be shown or saved: " + e.error.Error()
}

func (e createdError) Unwrap() error { return e.error }

// Is makes the exit code and the remedy those of a call that may have been processed.
func (e createdError) Is(target error) bool { return target == xsale.ErrMaybeProcessed }

// The errors of a broken pipe on Windows, where syscall.EPIPE is a number of Go's own.
const (
	windowsBrokenPipe = syscall.Errno(109) // ERROR_BROKEN_PIPE
	windowsNoData     = syscall.Errno(232) // ERROR_NO_DATA
)

func brokenPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, windowsBrokenPipe) || errors.Is(err, windowsNoData)
}
