package authn

import (
	"encoding/json"
	"time"
)

// maxFailures bounds how many sets of credentials leave a failure in one entry.
const maxFailures = 16

// envelope is the data of an entry: the pair, and for each set of credentials that programs use for the account the
// failure of its last login. Each part is sealed by itself, so that a program which cannot open a part still keeps it: a
// wrong password must neither take the pair from those with the right one nor be tried again by the next program.
type envelope struct {
	Pair     *sealedPart            `json:"pair,omitempty"`
	Failures map[string]*sealedPart `json:"failures,omitempty"` // by sealer.credentialsID
}

type sealedPart struct {
	By    string    `json:"by"` // sealer.keyID of who sealed it
	Data  []byte    `json:"data"`
	Until time.Time `json:"until"` // of no use afterwards, so that others can drop it
}

func (e *envelope) setPair(s *sealer, key string, pair *pairRecord) error {
	part, err := s.sealPart(key+"/pair", pair, pair.ExpiresAt)
	if err != nil {
		return err
	}
	e.Pair = part
	delete(e.Failures, s.credentialsID)
	return nil
}

func (e *envelope) setFailure(s *sealer, key string, failure *failureRecord) error {
	part, err := s.sealPart(key+"/failure/"+s.credentialsID, failure, failure.Until)
	if err != nil {
		return err
	}
	if e.Failures == nil || len(e.Failures) >= maxFailures {
		e.Failures = make(map[string]*sealedPart)
	}
	e.Failures[s.credentialsID] = part
	return nil
}

// open returns the parts that these credentials can read: nil for a part that is not there or belongs to others, and an
// error for one that was changed.
func (e *envelope) open(s *sealer, key string) (pair *pairRecord, failure *failureRecord, err error) {
	if e.Pair != nil && e.Pair.By == s.keyID {
		if err := s.openPart(key+"/pair", e.Pair, &pair); err != nil {
			return nil, nil, err
		}
	}
	if part := e.Failures[s.credentialsID]; part != nil {
		if err := s.openPart(key+"/failure/"+s.credentialsID, part, &failure); err != nil {
			return nil, nil, err
		}
	}
	return pair, failure, nil
}

// dropOld forgets the failures of no use any more, and returns when the last part will be of none.
func (e *envelope) dropOld(now time.Time) (expires time.Time) {
	for id, part := range e.Failures {
		if part == nil || !part.Until.After(now) {
			delete(e.Failures, id)
		} else if part.Until.After(expires) {
			expires = part.Until
		}
	}
	if e.Pair != nil && e.Pair.Until.After(expires) {
		expires = e.Pair.Until
	}
	return expires
}

func (s *sealer) sealPart(place string, value any, until time.Time) (*sealedPart, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return &sealedPart{s.keyID, s.seal(data, place), until}, nil
}

func (s *sealer) openPart(place string, part *sealedPart, value any) error {
	data, err := s.open(part.Data, place)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}
