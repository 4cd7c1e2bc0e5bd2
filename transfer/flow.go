package transfer

import (
	"bytes"
	"cmp"
	"crypto/cipher"
	"log/slog"
	"regexp"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Flow contains the settings that [Pull] and [Push] share, and gives access to the entries of a flow.
// Set Database and Name; the zero values of the other fields are good defaults. Its methods are safe
// for concurrent use; its fields must not change while they run.
type Flow[Tx any] struct {
	// Database contains the state.
	Database Database[Tx]

	// Name distinguishes the flows of a database. It has up to 64 letters, digits, "-" and "_".
	// Entries belong to the name, so a renamed flow takes every element again.
	Name string

	// Workers is how many elements this program handles at a time, 4 by default.
	Workers int

	// Attempts is how many attempts a step of an element has before the element is parked, 8 by
	// default. An attempt counts if its program died, so an element that kills its program is parked
	// in the end.
	Attempts int

	// Backoff returns the wait after a failed attempt, counted from 1. The default is between half of
	// and the whole of a time that doubles from 2 seconds to 15 minutes.
	Backoff func(attempt int) time.Duration

	// Timeout limits the context of each step of an attempt, 1 minute by default.
	Timeout time.Duration

	// StopTimeout is how long a run waits for its workers after its context ends, 10 seconds by
	// default. Then their contexts end, too, and the run returns within the same time again.
	StopTimeout time.Duration

	// Keep is how long the JSON of an element is kept after it is done or discarded, 7 days by
	// default; a negative value removes it at once. A run removes it. The JSON of a parked element is
	// kept. The key is kept forever, so that the element is known if it is listed or added again, and
	// so are the result of a Push and the reason of a discarded element.
	Keep time.Duration

	// EncryptionKeys encrypt the JSON and the result with AES-GCM. The first key encrypts, and all
	// keys decrypt, so you can put a new one in front. Each has 16, 24 or 32 bytes. Without keys, both
	// are stored as plain text. Keys of elements and reasons of failures are never encrypted.
	EncryptionKeys [][]byte

	// Logger logs failures, without the JSON; nil discards them.
	Logger *slog.Logger

	// Hooks receives callbacks about steps, for metrics and traces.
	Hooks Hooks
}

// Defaults of a Flow.
const (
	defaultWorkers     = 4
	defaultAttempts    = 8
	defaultTimeout     = time.Minute
	defaultStopTimeout = 10 * time.Second
	defaultKeep        = 7 * 24 * time.Hour
	backoffBase        = 2 * time.Second
	backoffLimit       = 15 * time.Minute
)

// settings are the checked settings of a flow.
type settings[Tx any] struct {
	Flow[Tx]
	ciphers []cipher.AEAD
}

var validName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// checked returns the settings with their defaults.
func (f *Flow[Tx]) checked() (*settings[Tx], error) {
	s := &settings[Tx]{Flow: *f}
	switch {
	case f.Database == nil:
		return nil, invalid("Flow.Database is not set: open one with transfer/sqlite or transfer/postgres")
	case !validName.MatchString(f.Name):
		return nil, invalid("Flow.Name %q: want 1 to 64 letters, digits, - and _", f.Name)
	case f.Workers < 0 || f.Workers > 1000:
		return nil, invalid("Flow.Workers %d: want 1 to 1000, or 0 for %d", f.Workers, defaultWorkers)
	case f.Attempts < 0 || f.Attempts > 10000:
		return nil, invalid("Flow.Attempts %d: want 1 to 10000, or 0 for %d", f.Attempts, defaultAttempts)
	case f.Timeout < 0:
		return nil, invalid("Flow.Timeout %v: want more than 0, or 0 for %v", f.Timeout, defaultTimeout)
	case f.StopTimeout < 0:
		return nil, invalid("Flow.StopTimeout %v: want more than 0, or 0 for %v", f.StopTimeout, defaultStopTimeout)
	}
	s.Workers = cmp.Or(f.Workers, defaultWorkers)
	s.Attempts = cmp.Or(f.Attempts, defaultAttempts)
	s.Timeout = cmp.Or(f.Timeout, defaultTimeout)
	s.StopTimeout = cmp.Or(f.StopTimeout, defaultStopTimeout)
	s.Keep = max(cmp.Or(f.Keep, defaultKeep), 0)
	s.Logger = cmp.Or(f.Logger, slog.New(slog.DiscardHandler))
	if s.Backoff == nil {
		s.Backoff = func(attempt int) time.Duration {
			limit := httpx.Exponential(attempt-1, backoffBase, backoffLimit)
			return limit/2 + httpx.Random(limit/2)
		}
	}
	for i, key := range f.EncryptionKeys {
		aead, err := newCipher(bytes.Clone(key))
		if err != nil {
			return nil, invalid("Flow.EncryptionKeys[%d] has %d bytes: want 16, 24 or 32", i, len(key))
		}
		s.ciphers = append(s.ciphers, aead)
	}
	return s, nil
}
