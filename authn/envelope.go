package authn

import (
	"errors"
	"time"
)

// Limits on the parts of an entry.
const (
	maxTokenSets = 8
	maxFailures  = 16
)

// envelope is the data of an entry: the login budget, and for each set of credentials in use for
// the account its tokens and its last failed login. Each part is sealed separately, so that a
// program keeps parts that it cannot open: programs with different keys or client secrets do not
// replace each other's tokens, and a wrong password is not tried again by the next program.
//
// All times are by the clock of the program that saved the envelope. [envelope.rebase] converts
// them to the clock of the reader. What is sealed contains durations only.
type envelope struct {
	Saved    time.Time              `json:"saved"`
	Tokens   map[string]*sealedPart `json:"tokens,omitempty"`   // by sealer.keyID
	Failures map[string]*sealedPart `json:"failures,omitempty"` // by sealer.credentialsID
	Budget   budget                 `json:"budget"`
}

type sealedPart struct {
	Data  []byte    `json:"data"`
	Until time.Time `json:"until"` // in clear, so that other programs can drop the part afterwards
}

// clockTolerance is a difference of clocks that does not matter.
const clockTolerance = time.Second

// rebase converts all times to this program's clock, and reports whether the entry must be saved
// again. If the store knows the age of the entry, both clocks were read at the same moment.
// Otherwise only times in the future show that the clocks differ: such an entry counts as just
// saved.
func (e *envelope) rebase(age time.Duration, now time.Time) (stale bool) {
	shift := time.Duration(0)
	if age > 0 {
		shift = now.Add(-age).Sub(e.Saved)
	} else if ahead := e.Saved.Sub(now); ahead > clockTolerance {
		shift, stale = -ahead, true
	}
	if shift.Abs() <= clockTolerance {
		shift = 0
	}
	e.Saved = e.Saved.Add(shift)
	stale = e.Budget.shift(shift, now) || stale
	for _, parts := range []map[string]*sealedPart{e.Tokens, e.Failures} {
		for id, part := range parts {
			if part == nil {
				delete(parts, id)
				continue
			}
			part.Until = part.Until.Add(shift)
			if limit := now.Add(maxLifetime); part.Until.After(limit) {
				part.Until, stale = limit, true
			}
		}
	}
	return stale
}

func (e *envelope) setTokens(s *sealer, key string, tokens *tokenRecord) error {
	part, err := s.seal(key+"/tokens", tokens, tokens.until)
	if err != nil {
		return err
	}
	e.Tokens = with(e.Tokens, s.keyID, part, maxTokenSets)
	delete(e.Failures, s.credentialsID)
	return nil
}

func (e *envelope) setFailure(s *sealer, key string, failure *failureRecord) error {
	part, err := s.seal(key+"/failure/"+s.credentialsID, failure, failure.until)
	if err != nil {
		return err
	}
	e.Failures = with(e.Failures, s.credentialsID, part, maxFailures)
	return nil
}

// with sets a part, in place of the one that ends first if there are too many.
func with(parts map[string]*sealedPart, id string, part *sealedPart, limit int) map[string]*sealedPart {
	if parts == nil {
		parts = map[string]*sealedPart{}
	}
	parts[id] = part
	for len(parts) > limit {
		first := ""
		for other, p := range parts {
			if other != id && (first == "" || p.Until.Before(parts[first].Until)) {
				first = other
			}
		}
		delete(parts, first)
	}
	return parts
}

// open returns the parts that these credentials can read, nil for a part that is missing or belongs
// to other credentials. A part that was modified is an error; the other is returned all the same.
// No part is valid for longer than its sealed duration after the entry was saved.
func (e *envelope) open(s *sealer, key string) (*record, error) {
	r := &record{budget: e.Budget}
	var tokensErr, failureErr error
	if part := e.Tokens[s.keyID]; part != nil {
		if tokensErr = s.open(key+"/tokens", part, &r.tokens); r.tokens != nil {
			r.tokens.until = earlier(part.Until, e.Saved.Add(r.tokens.Lifetime))
		}
	}
	if part := e.Failures[s.credentialsID]; part != nil {
		if failureErr = s.open(key+"/failure/"+s.credentialsID, part, &r.failure); r.failure != nil {
			r.failure.until = earlier(part.Until, e.Saved.Add(r.failure.Wait))
		}
	}
	return r, errors.Join(tokensErr, failureErr)
}

// minKept is how long an entry is kept at least: a store may ignore one that has expired.
const minKept = time.Hour

// dropOld removes expired parts and returns when the last remaining one expires.
func (e *envelope) dropOld(now time.Time) (expires time.Time) {
	expires = later(now.Add(minKept), e.Budget.until())
	for _, parts := range []map[string]*sealedPart{e.Tokens, e.Failures} {
		for id, part := range parts {
			if !part.Until.After(now) {
				delete(parts, id)
			} else {
				expires = later(expires, part.Until)
			}
		}
	}
	return expires
}
