package call

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Bounds of the wait for a Limiter.
const (
	limiterTimeout  = 150 * time.Millisecond // of the context of one Update
	limiterPatience = 250 * time.Millisecond // with one that ignores its context
	minLimiterRetry = time.Second            // without the Limiter, after a failure; it doubles
	maxLimiterRetry = 10 * time.Second
	countInterval   = time.Second
	maxHanging      = 10 // Updates that do not return
	maxContended    = 40 // Updates in a row that read, but were always late to write
	contendedPause  = 50 * time.Millisecond
)

// sharedThrottle is the throttle of a Client with a Limiter. Its operations are collected while an
// Update is in progress, and go into the next one together, so that callers of one program do not
// compete with each other.
//
// While the Limiter fails, it goes on with its share of the limit from the state that it knows. One
// Update at a time looks for the Limiter to come back; no caller waits for it.
type sharedThrottle struct {
	limiter Limiter
	key     string
	own     rate
	log     *slog.Logger

	mu      sync.Mutex
	places  places
	queue   []*operation
	running bool // a goroutine works on the queue
	hanging int  // Updates that did not return in time

	contended int // Updates in a row that other programs were always faster than

	known    limitState
	knownAt  time.Time // when known was read
	knownNow int64     // what the clock of the state said then; 0 before
	counted  int64     // the period in which this program was counted
	most     int       // programs that were ever counted
	last     int64     // the last slot that the shared state gave to this program
	unsent   counts    // that the state does not have yet

	down    bool
	downAt  time.Time
	retryAt time.Time
	backoff time.Duration
}

// counts are requests of this program that the shared state does not contain yet. Each program adds
// its own once a second: while nothing limits the calls, the state stays as it is, and a 429 is
// stored at once, without a race against calls that only count.
type counts struct {
	sent    sentRing
	storeAt int64 // when to add them, by the clock of the state
}

// apply is what an operation does to the state. It may run several times.
type apply func(s *limitState, now int64, own rate) turn

type operation struct {
	apply     apply
	done      chan struct{}
	result    turn
	abandoned bool // nobody waits for the result
}

func newSharedThrottle(c Config, own rate) *sharedThrottle {
	log := c.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &sharedThrottle{limiter: c.Limiter, key: httpx.Origin(c.BaseURL), own: own, log: log}
}

func (s *sharedThrottle) free() bool         { return false }
func (s *sharedThrottle) starting(time.Time) {} // reserve has counted the request

func (s *sharedThrottle) reserve(ctx context.Context, held turn, left time.Duration) turn {
	asked := time.Now()
	if !held.placed {
		if none, ok := s.take(ctx, left); !ok {
			return none
		}
	}
	got := s.do(ctx, func(state *limitState, now int64, own rate) turn {
		slot := held
		if shared := own.programs == 0; shared && held.own {
			slot = turn{} // the others do not know of it
		}
		return state.reserve(now, slot, own, left-time.Since(asked))
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if got.placed = got.wait > 0 && !got.late; !got.placed {
		s.leave()
	}
	switch {
	case got.own && got.placed: // looks for the Limiter meanwhile
		got.wait = min(got.wait, max(time.Until(s.retryAt), minLimiterRetry))
	case !got.own:
		s.last = max(s.last, got.slot)
	}
	return got
}

func (s *sharedThrottle) release(unused turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if unused.slot != 0 {
		s.enqueue(releasing(unused))
	}
	if unused.placed {
		s.leave()
	}
}

func releasing(unused turn) apply {
	return func(state *limitState, now int64, own rate) turn {
		if shared := own.programs == 0; shared != unused.own {
			state.release(now, unused)
		}
		return turn{}
	}
}

func (s *sharedThrottle) limited(sent time.Time, hint time.Duration) {
	received := time.Now()
	s.do(context.Background(), func(state *limitState, now int64, own rate) turn {
		rest := hint
		if hint != noHint {
			rest = max(0, hint-time.Since(received))
		}
		state.limited(now, now-int64(time.Since(sent)), rest, state.Sent.perSecond(now), own)
		return turn{}
	})
}

func (s *sharedThrottle) succeeded(sent time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.known.mayRaise(now, now-int64(time.Since(sent))) {
		return
	}
	s.enqueue(func(state *limitState, now int64, own rate) turn {
		state.succeeded(now, now-int64(time.Since(sent)), own)
		return turn{}
	})
}

// do applies an operation to the shared state, or to the known one while the Limiter fails, and
// waits for the result. If the context ends before, the result says to wait.
func (s *sharedThrottle) do(ctx context.Context, change apply) turn {
	s.mu.Lock()
	op := s.enqueue(change)
	s.mu.Unlock()
	select {
	case <-op.done:
		return op.result
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	op.abandoned = true
	if op.result.slot != 0 { // it came at the same time
		s.enqueue(releasing(op.result))
	}
	return turn{wait: limiterPatience}
}

// enqueue takes an operation to the next Update, or applies it at once while the Limiter fails. The
// caller holds the lock.
func (s *sharedThrottle) enqueue(change apply) *operation {
	op := &operation{apply: change, done: make(chan struct{})}
	switch {
	case !s.down:
		s.queue = append(s.queue, op)
	case s.hanging == maxHanging || s.running || time.Now().Before(s.retryAt):
		s.alone(op)
		close(op.done)
		return op
	default: // look whether the Limiter is back
		s.alone(op)
		close(op.done)
		s.queue = append(s.queue, &operation{apply: s.pass(s.known), done: make(chan struct{})})
	}
	if !s.running {
		s.running = true
		go s.work()
	}
	return op
}

// work updates the shared state until the queue is empty.
func (s *sharedThrottle) work() {
	for {
		s.mu.Lock()
		batch := s.queue
		if s.queue = nil; len(batch) == 0 {
			s.running = false
			s.mu.Unlock()
			return
		}
		result := make(chan updated, 1)
		outage := time.Duration(0)
		if s.down {
			outage = time.Since(s.downAt)
		}
		known := s.known
		known.Free = slices.Clone(known.Free)
		go s.update(batch, known, s.programs(), outage, s.counted, s.unsent, result)
		s.mu.Unlock()

		timer := time.NewTimer(limiterPatience)
		var u updated
		select {
		case u = <-result:
			s.mu.Lock()
		case <-timer.C:
			s.mu.Lock()
			u.err = fmt.Errorf("no result after %v", limiterPatience)
			s.hanging++
			go func() {
				<-result
				s.mu.Lock()
				defer s.mu.Unlock()
				s.hanging--
			}()
		}
		timer.Stop()
		finished, report := s.finish(batch, u)
		contended := s.contended
		s.mu.Unlock()
		report() // before a caller that may be the end of the program
		for _, op := range finished {
			close(op.done)
		}
		if contended > 0 {
			time.Sleep(rand.N(contendedPause))
		}
	}
}

// updated is the result of an Update.
type updated struct {
	err      error
	seen     bool       // the stored state could be read
	stored   limitState // as it was read
	replaced error      // why the stored state was replaced
	state    limitState
	now      int64
	counted  int64
	unsent   counts
	results  []turn
}

// update applies a batch to the shared state, and sends the result. The Limiter has failed for the
// outage.
func (s *sharedThrottle) update(batch []*operation, known limitState, programs int, outage time.Duration, counted int64, unsent counts, result chan<- updated) {
	var u updated
	defer func() {
		if r := recover(); r != nil {
			u.err = fmt.Errorf("panic: %v", r)
		}
		result <- u
	}()
	ctx, cancel := context.WithTimeout(context.Background(), limiterTimeout)
	defer cancel()
	err := s.limiter.Update(ctx, s.key, func(data []byte, at time.Time) ([]byte, error) {
		u = updated{results: make([]turn, len(batch))}
		if u.state, u.err = decodeLimitState(data); errors.Is(u.err, errGarbage) {
			u.replaced, u.err, data = u.err, nil, nil
		}
		if u.err != nil {
			return nil, u.err
		}
		before := u.state
		lost := len(data) == 0 && known.At != 0
		if lost {
			u.state = known
		}
		idle := time.Duration(at.UnixNano() - u.state.At)
		unused := u.state.Returning == 0 && u.state.Next > u.state.At+int64(minLimiterRetry) && idle > 2*minLimiterRetry // slots that nobody has taken
		u.now = u.state.begin(at.UnixNano(), s.own)
		if outage > 0 && (lost || idle > outage) || unused { // it has failed for all
			u.state.returned(u.now, programs, s.own)
		}
		if u.replaced != nil || lost { // nobody knows how much of the burst is left
			u.state.voidSlots(u.now, s.own)
		} else if len(data) == 0 {
			u.state.Era = u.now // slots of a state that was lost are void
		}
		u.state.Sent.merge(unsent.sent)
		u.seen, u.stored = true, u.state
		u.stored.Free = nil
		u.counted = u.state.count(u.now, counted)
		for i, op := range batch {
			u.results[i] = op.apply(&u.state, u.now, s.own)
		}
		if len(data) > 0 && u.counted == counted && u.now < unsent.storeAt && u.state.sameLimits(before) {
			u.unsent = unsent
			for _, result := range u.results {
				if result.wait == 0 {
					u.unsent.sent.add(u.now)
				}
			}
			return data, nil
		}
		u.unsent = counts{storeAt: u.now + int64(countInterval)}
		return u.state.encode()
	})
	if u.err = err; err == nil && u.results == nil {
		u.err = errors.New("Update did not call its function")
	}
}

// finish sets the results, and returns the operations that have one and what reports an outage, or
// its end. The caller holds the lock.
func (s *sharedThrottle) finish(batch []*operation, u updated) (finished []*operation, report func()) {
	report = func() {}
	if u.err != nil && u.seen {
		s.known, s.knownAt, s.knownNow = u.stored, time.Now(), u.now
		s.most = s.programs()
	}
	if u.err != nil && u.seen && !s.down && errors.Is(u.err, context.DeadlineExceeded) && s.contended < maxContended {
		s.contended++ // others were faster: it works, and their number is not the programs that are down
		s.queue = append(batch, s.queue...)
		return nil, report
	}
	s.contended = 0
	if u.err != nil {
		if !s.down {
			report = func() {
				s.log.Warn("xsale rate limit state failed; continuing with this program's share", slog.Any("error", u.err))
			}
		}
		s.fail()
		finished = append(batch, s.queue...)
		for _, op := range finished {
			s.alone(op)
		}
		s.queue = nil
		return finished, report
	}
	switch {
	case u.replaced != nil:
		report = func() {
			s.log.Warn("xsale rate limit state replaced", slog.Any("error", u.replaced))
		}
	case s.down:
		report = func() { s.log.Info("xsale rate limit state works again") }
	}
	s.down, s.backoff = false, 0
	s.known, s.knownAt, s.knownNow, s.counted, s.unsent = u.state, time.Now(), u.now, u.counted, u.unsent
	s.most = s.programs()
	for i, op := range batch {
		op.result = u.results[i]
		if op.abandoned && op.result.slot != 0 {
			s.queue = append(s.queue, &operation{apply: releasing(op.result), done: make(chan struct{})})
		}
	}
	return batch, report
}
