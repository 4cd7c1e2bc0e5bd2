package authn

import "time"

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
// Otherwise only an entry from the future shows that the clocks differ: it counts as just saved,
// and is saved again, so that its waits do not start over with the next reader.
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
	e.Budget.shift(shift, now)
	for _, parts := range []map[string]*sealedPart{e.Tokens, e.Failures} {
		for id, part := range parts {
			if part == nil {
				delete(parts, id)
			} else {
				part.Until = part.Until.Add(shift)
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
// to other credentials. A modified part is an error.
func (e *envelope) open(s *sealer, key string) (*record, error) {
	r := &record{budget: e.Budget}
	if part := e.Tokens[s.keyID]; part != nil {
		if err := s.open(key+"/tokens", part, &r.tokens); err != nil {
			return nil, err
		}
		if r.tokens != nil {
			r.tokens.until = part.Until
		}
	}
	if part := e.Failures[s.credentialsID]; part != nil {
		if err := s.open(key+"/failure/"+s.credentialsID, part, &r.failure); err != nil {
			return nil, err
		}
		if r.failure != nil {
			r.failure.until = part.Until
		}
	}
	return r, nil
}

// dropOld removes expired parts and returns when the last remaining one expires.
func (e *envelope) dropOld(now time.Time) (expires time.Time) {
	expires = e.Budget.until()
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
