package authn

import "time"

// maxFailures is the number of credentials that can have a failure in one entry.
const maxFailures = 16

// envelope is the data of an entry: the tokens, and the last failed login for each set of
// credentials in use for the account. Each part is sealed separately, so that a program keeps parts
// that it cannot open. A wrong password must neither remove tokens from programs with the right one
// nor be tried again by the next program.
type envelope struct {
	Tokens   *sealedPart            `json:"tokens,omitempty"`
	Failures map[string]*sealedPart `json:"failures,omitempty"` // by sealer.credentialsID
}

type sealedPart struct {
	By    string    `json:"by"` // the sealer's keyID
	Data  []byte    `json:"data"`
	Until time.Time `json:"until"` // in clear, so that other programs can drop the part afterwards
}

func (e *envelope) setTokens(s *sealer, key string, tokens *tokenRecord) error {
	part, err := s.seal(key+"/tokens", tokens, tokens.ExpiresAt)
	if err != nil {
		return err
	}
	e.Tokens = part
	delete(e.Failures, s.credentialsID)
	return nil
}

func (e *envelope) setFailure(s *sealer, key string, failure *failureRecord) error {
	part, err := s.seal(key+"/failure/"+s.credentialsID, failure, failure.Until)
	if err != nil {
		return err
	}
	if e.Failures == nil || len(e.Failures) >= maxFailures {
		e.Failures = make(map[string]*sealedPart)
	}
	e.Failures[s.credentialsID] = part
	return nil
}

// open returns the parts that these credentials can read, nil for a part that is missing or belongs
// to other credentials. A modified part is an error.
func (e *envelope) open(s *sealer, key string) (tokens *tokenRecord, failure *failureRecord, err error) {
	if e.Tokens != nil && e.Tokens.By == s.keyID {
		if err := s.open(key+"/tokens", e.Tokens, &tokens); err != nil {
			return nil, nil, err
		}
	}
	if part := e.Failures[s.credentialsID]; part != nil {
		if err := s.open(key+"/failure/"+s.credentialsID, part, &failure); err != nil {
			return nil, nil, err
		}
	}
	return tokens, failure, nil
}

// dropOld removes expired failures and returns when the last remaining part expires.
func (e *envelope) dropOld(now time.Time) (expires time.Time) {
	for id, part := range e.Failures {
		if part == nil || !part.Until.After(now) {
			delete(e.Failures, id)
		} else if part.Until.After(expires) {
			expires = part.Until
		}
	}
	if e.Tokens != nil && e.Tokens.Until.After(expires) {
		expires = e.Tokens.Until
	}
	return expires
}
