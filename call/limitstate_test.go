package call

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

const noDeadline = time.Duration(math.MaxInt64)

// seconds returns the slots of the waits in seconds after the start.
func reserveAll(s *limitState, at float64, own rate, count int) []float64 {
	var slots []float64
	for range count {
		now := s.begin(since(at), own)
		slots = append(slots, math.Round((at+s.reserve(now, turn{}, own, noDeadline).wait.Seconds())*1000)/1000)
	}
	return slots
}

func TestLimitStateGivesSlots(t *testing.T) {
	for _, test := range []struct {
		name  string
		own   rate
		at    []float64
		slots []float64
	}{
		{"no limit", rate{}, []float64{0, 0, 0}, []float64{0, 0, 0}},
		{"one by one", rate{perSecond: 2, burst: 1}, []float64{0, 0, 0, 0.2}, []float64{0, 0.5, 1, 1.5}},
		{"a burst first", rate{perSecond: 2, burst: 3}, []float64{0, 0, 0, 0, 0}, []float64{0, 0, 0, 0.5, 1}},
		{"the burst comes back with time", rate{perSecond: 2, burst: 2}, []float64{0, 0, 0.5, 5, 5, 5}, []float64{0, 0, 0.5, 5, 5, 5.5}},
		{"a quarter of it", rate{perSecond: 2, burst: 2, programs: 4}, []float64{0, 0, 0}, []float64{0, 2, 4}},
	} {
		var s limitState
		for i, at := range test.at {
			if got := reserveAll(&s, at, test.own, 1)[0]; got != test.slots[i] {
				t.Errorf("%s: slot %d is at %v, want %v", test.name, i, got, test.slots[i])
			}
		}
	}
}

// A slot beyond the deadline is not taken, and one that is given back goes to the next request.
func TestLimitStateLosesNoSlot(t *testing.T) {
	own := rate{perSecond: 1, burst: 1}
	var s limitState
	now := s.begin(since(0), own)
	s.reserve(now, turn{}, own, noDeadline)
	if got := s.reserve(now, turn{}, own, time.Second); !got.late || got.wait != time.Second || got.slot != 0 {
		t.Errorf("a slot at the deadline: %+v", got)
	}
	first, second := s.reserve(now, turn{}, own, noDeadline), s.reserve(now, turn{}, own, noDeadline)
	if first.wait != time.Second || second.wait != 2*time.Second {
		t.Fatalf("slots in %v and %v", first.wait, second.wait)
	}
	s.release(now, first)
	s.release(now, turn{slot: since(0.5), era: 7}) // of another era
	if got := reserveAll(&s, 0.1, own, 2); got[0] != 1 || got[1] != 3 {
		t.Errorf("after a release the slots are %v", got)
	}
	now = s.begin(since(2.5), own)
	if s.release(now, second); len(s.Free) != 0 {
		t.Error("a slot of the past is free")
	}
}

// Whatever is reserved and given back in whatever order, no window has more than the limit.
func TestLimitStateNeverExceedsTheLimit(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		own := rate{perSecond: 1 + 20*random.Float64(), burst: 1 + random.IntN(10)}
		var s limitState
		var held []turn
		var used []int64
		at := 0.0
		for range 2000 {
			at += random.Float64() / 20
			now := s.begin(since(at), own)
			for len(held) > 0 && held[0].slot <= now {
				used = append(used, held[0].slot)
				held = held[1:]
			}
			switch turn := s.reserve(now, turn{}, own, 5*time.Second); {
			case turn.late:
			case turn.wait == 0:
				used = append(used, now)
			case random.IntN(5) == 0:
				s.release(now, turn)
			default:
				held = append(held, turn)
			}
			for i := len(held) - 1; i > 0 && held[i].slot < held[i-1].slot; i-- {
				held[i], held[i-1] = held[i-1], held[i]
			}
		}
		for i := range used {
			for j := i; j < len(used); j++ {
				window := float64(used[j]-used[i]) / float64(time.Second)
				if allowed := window*own.perSecond + float64(own.burst); float64(j-i+1) > allowed+1e-3 {
					t.Fatalf("seed %d: %d requests in %v s at %+v", seed, j-i+1, window, own)
				}
			}
		}
		if full := at * own.perSecond; float64(len(used)) < 0.9*min(full, 2000*0.8) {
			t.Errorf("seed %d: only %d of %v slots were used", seed, len(used), full)
		}
	}
}

func TestLimitStateCutsTheRateOncePerWave(t *testing.T) {
	for _, test := range []struct {
		name               string
		own                rate
		seen               float64
		want               float64
		again              float64 // when the second refused request was sent; the first is refused at 10, the second at 12
		wantAfterTheSecond float64
	}{
		{name: "half of what was sent", seen: 40, want: 20, again: 9.9, wantAfterTheSecond: 20},
		{name: "half of the limit where more was counted", own: rate{perSecond: 30, burst: 5}, seen: 40, want: 15, again: 10, wantAfterTheSecond: 15},
		{name: "half of what was sent below the limit", own: rate{perSecond: 100, burst: 5}, seen: 40, want: 20, again: 9, wantAfterTheSecond: 20},
		{name: "half of the limit where nothing is known", own: rate{perSecond: 60, burst: 5}, want: 30, again: 9, wantAfterTheSecond: 30},
		{name: "not below the floor of a first 429", seen: 1, want: 10, again: 9, wantAfterTheSecond: 10},
		{name: "to a lower floor after a second 429", seen: 1, want: 10, again: 10.1, wantAfterTheSecond: 5},
		{name: "not above a limit below the floor", own: rate{perSecond: 0.1, burst: 1}, want: 0.1, again: 10.1, wantAfterTheSecond: 0.1},
		{name: "again in the next wave", seen: 40, want: 20, again: 10.1, wantAfterTheSecond: 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s limitState
			s.limited(s.begin(since(10), test.own), since(9.5), noHint, test.seen, test.own)
			if !near(s.Learned, test.want) || !s.Cut {
				t.Errorf("the rate is %v", s.Learned)
			}
			s.limited(s.begin(since(12), test.own), since(test.again), noHint, test.seen, test.own)
			if !near(s.Learned, test.wantAfterTheSecond) {
				t.Errorf("after another 429 the rate is %v", s.Learned)
			}
		})
	}
}

// The floor falls with each 429 in a row, to a last one.
func TestLimitStateFindsLowRates(t *testing.T) {
	var s limitState
	for i, want := range []float64{10, 5, 2.5, 1.25, 0.625, 0.5, 0.5} {
		at := 10 + 5*float64(i)
		s.limited(s.begin(since(at), rate{}), since(at-0.1), time.Second, 0.1, rate{})
		if !near(s.Learned, want) {
			t.Errorf("after %d the rate is %v, want %v", i+1, s.Learned, want)
		}
	}
	at := 60 + cutMemory.Seconds()
	if s.limited(s.begin(since(at), rate{}), since(at-0.1), time.Second, 0.1, rate{}); s.Learned != highestFloor {
		t.Errorf("a while later the rate is %v", s.Learned)
	}
}

func TestLimitStatePausesAsLongAsTheServerAsks(t *testing.T) {
	for _, test := range []struct {
		name        string
		hint        time.Duration
		atMost      time.Duration
		atLeast     time.Duration
		secondHint  time.Duration // of a request of the same wave
		afterSecond time.Duration
	}{
		{"as asked", 5 * time.Second, 5 * time.Second, 5 * time.Second, noHint, 5 * time.Second},
		{"at most the cap", time.Hour, maxRetryWait, maxRetryWait, noHint, maxRetryWait},
		{"without a hint", noHint, retryBase, 0, 9 * time.Second, 9 * time.Second},
		{"zero", 0, 0, 0, 3 * time.Second, 3 * time.Second},
		{"a shorter one does not shorten it", 5 * time.Second, 5 * time.Second, 5 * time.Second, time.Second, 5 * time.Second},
	} {
		for _, learn := range []bool{true, false} {
			var s limitState
			own := rate{fixed: !learn}
			s.limited(s.begin(since(10), own), since(9), test.hint, 20, own)
			if wait := time.Duration(s.PausedUntil - since(10)); wait < test.atLeast || wait > test.atMost && s.PausedUntil != 0 {
				t.Errorf("%s: it pauses for %v", test.name, wait)
			}
			if wait := s.reserve(since(10), turn{}, own, noDeadline).wait; wait < test.atLeast {
				t.Errorf("%s: the next request waits for %v", test.name, wait)
			}
			s.limited(since(10), since(9), test.secondHint, 20, own)
			if wait := time.Duration(s.PausedUntil - since(10)); wait != test.afterSecond {
				t.Errorf("%s: after another 429 it pauses for %v", test.name, wait)
			}
			if s.Cut != learn {
				t.Errorf("%s: with learning %v, the rate is cut: %v", test.name, learn, s.Cut)
			}
		}
	}
}

// Pauses without a hint, or with too small a one, grow with each wave and restart after a success.
func TestLimitStatePausesLongerWaveByWave(t *testing.T) {
	for _, hint := range []time.Duration{noHint, 0} {
		for _, succeeds := range []bool{false, true} {
			longest := time.Duration(0)
			for range 50 {
				var s limitState
				for wave := range 7 {
					now := float64(100 * (wave + 1))
					s.limited(s.begin(since(now), rate{}), since(now-1), hint, 20, rate{})
					longest = max(longest, time.Duration(s.PausedUntil-since(now)))
					if succeeds {
						s.succeeded(s.begin(since(now+50), rate{}), since(now+49), rate{})
					}
				}
			}
			if grows := longest > retryBase; grows == succeeds {
				t.Errorf("hint %v, with a success in between: %v: the longest pause is %v", hint, succeeds, longest)
			}
		}
	}
}

func TestLimitStateComesBack(t *testing.T) {
	for _, test := range []struct {
		name     string
		own      rate
		cuts     int
		seconds  float64 // until the rate is whole
		leastNow float64 // steps are small near the rate that was too high
	}{
		{"at once after a first 429", rate{}, 1, 1, 0},
		{"at once after a first 429, to a limit", rate{perSecond: 40, burst: 5}, 1, 1, 0},
		{"step by step after a second one", rate{}, 2, 30, 25},
		{"step by step to a limit", rate{perSecond: 30, burst: 5}, 2, 30, 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s limitState
			at := 10.0
			for range test.cuts {
				s.limited(s.begin(since(at), test.own), since(at-0.1), 0, 40, test.own)
				at += 1.5
			}
			s.PausedUntil, s.RaisedAt = 0, s.CutAt
			cutAt := float64(s.CutAt-since(0)) / float64(time.Second)
			s.succeeded(s.begin(since(cutAt+0.5), test.own), since(cutAt+0.1), test.own)
			s.succeeded(s.begin(since(cutAt+2), test.own), since(cutAt-0.1), test.own) // was sent before
			if !s.Cut {
				t.Fatal("the rate came back too early")
			}
			seconds := 0.0
			for now := cutAt + 1; s.Cut && seconds < 100; now++ {
				before := s.Learned
				s.succeeded(s.begin(since(now), test.own), since(now-0.1), test.own)
				s.succeeded(s.begin(since(now+0.5), test.own), since(now), test.own) // one step a second
				seconds++
				if step := s.Learned - before; step > s.Before/recoveryPart+0.001 {
					t.Errorf("from %v to %v", before, s.Learned)
				}
			}
			if seconds > test.seconds || seconds < test.leastNow {
				t.Errorf("it took %v s", seconds)
			}
			if got := s.pace(s.At, test.own); got != test.own {
				t.Errorf("the limit is %+v", got)
			}
		})
	}
}

// Slots after a pause follow at the learned rate; slots reserved before a cut are void.
func TestLimitStateSpacesTheSlotsAfterACut(t *testing.T) {
	own := rate{perSecond: 100, burst: 50}
	var s limitState
	reserveAll(&s, 9, own, 50)
	early := s.reserve(s.begin(since(9), own), turn{}, own, noDeadline)
	s.limited(s.begin(since(10), own), since(9), 3*time.Second, 20, own)
	if got := s.reserve(since(10), early, own, noDeadline); got.wait != 3*time.Second {
		t.Errorf("a slot from before the cut: %+v", got)
	}
	if got := reserveAll(&s, 10, own, 2); got[0] != 13.1 || got[1] != 13.2 {
		t.Errorf("the next slots are %v", got)
	}
}

// A 429 whose Retry-After is 0 gives no new burst.
func TestLimitStateNeverExceedsTheLimitAfterA429(t *testing.T) {
	for _, learn := range []bool{true, false} {
		own := rate{perSecond: 1, burst: 3, fixed: !learn}
		var s limitState
		sent := 0
		for at := 0.0; at < 20; at += 0.01 {
			now := s.begin(since(at), own)
			if s.reserve(now, turn{}, own, time.Nanosecond).late {
				continue
			}
			sent++
			s.limited(now, now, 0, float64(sent), own)
		}
		if sent > 23 {
			t.Errorf("learning %v: %d requests in 20 s", learn, sent)
		}
	}
}

// A Client without a limit keeps the lowest of the others, for as long as they are there.
func TestLimitStateSharesTheLowestLimit(t *testing.T) {
	slow, fast, none := rate{perSecond: 1, burst: 1}, rate{perSecond: 10, burst: 5}, rate{}
	var s limitState
	for _, own := range []rate{fast, slow, fast} {
		s.reserve(s.begin(since(0), own), turn{}, own, noDeadline)
	}
	if got := s.pace(since(1), none); got.perSecond != 1 || got.burst != 1 {
		t.Errorf("without a limit: %+v", got)
	}
	if got := s.pace(since(1), fast); got != fast {
		t.Errorf("with a limit: %+v", got)
	}
	if got := s.pace(since(70), none); got != none {
		t.Errorf("a while later: %+v", got)
	}
	s.limited(since(70), since(69), time.Second, 30, none)
	if got := s.pace(since(80), rate{fixed: true}); got.perSecond != 0 {
		t.Errorf("a Client that learns nothing: %+v", got)
	}
	s.Cut = false
	alone := rate{programs: 2}
	if got := s.pace(since(70), alone); got.perSecond != 0.5 {
		t.Errorf("while the state fails: %+v", got)
	}
}

func TestLimitStateCountsPrograms(t *testing.T) {
	var s limitState
	counted := make([]int64, 7)
	for minute := range 3 {
		for i := range counted {
			for range 3 {
				counted[i] = s.count(since(60*float64(minute)), counted[i])
			}
		}
		if got := s.programs(); got != 7 {
			t.Errorf("in minute %d there are %d programs", minute, got)
		}
	}
	s.count(since(180), 0)
	if got := s.programs(); got != 7 {
		t.Errorf("at the start of a period there are %d programs", got)
	}
	if s.count(since(1000), 0); s.programs() != 1 {
		t.Errorf("later there are %d programs", s.programs())
	}
}

// A clock that is set back or ahead makes no wait longer than it was.
func TestLimitStateSurvivesAWrongClock(t *testing.T) {
	const year = 365 * 24 * 3600.0
	own := rate{perSecond: 1, burst: 1}
	for _, jump := range []float64{-year, -3600, -2, -0.5, -0.001, 0, 0.5, 2, 3600, year} {
		var s limitState
		reserveAll(&s, year, own, 10)
		before := s.reserve(s.begin(since(year), own), turn{}, own, noDeadline).wait
		after := s.reserve(s.begin(since(year+jump), own), turn{}, own, noDeadline).wait
		if jump < -1 && (after-before-time.Second).Abs() > time.Millisecond || after > before+time.Second+time.Millisecond {
			t.Errorf("clock set by %v s: the waits are %v and %v", jump, before, after)
		}

		if later := s.reserve(s.begin(since(year+jump+100), own), turn{}, own, noDeadline).wait; later != 0 {
			t.Errorf("clock set by %v s: 100 s later the wait is %v", jump, later)
		}

		s = limitState{}
		s.limited(s.begin(since(year), own), since(year-1), 5*time.Second, 20, own)
		after = s.reserve(s.begin(since(year+jump), own), turn{}, own, noDeadline).wait
		if after > 5*time.Second || jump <= 0 && after < 5*time.Second {
			t.Errorf("clock set by %v s: a pause of 5 s takes %v", jump, after)
		}
		// The first clock was wrong, and is set right.
		for range 3 {
			s.reserve(s.begin(since(year+jump), own), turn{}, own, noDeadline)
			if after = s.reserve(s.begin(since(year), own), turn{}, own, noDeadline).wait; after > 20*time.Second {
				t.Errorf("clock set by %v s and back: the wait is %v", jump, after)
			}
		}
	}
}

// Times that no clock has written do not stop the calls.
func TestLimitStateBoundsStoredTimes(t *testing.T) {
	s := limitState{At: since(0), Next: math.MaxInt64, PausedUntil: math.MaxInt64, CutAt: math.MaxInt64, RaisedAt: math.MaxInt64, LimitAt: math.MaxInt64}
	own := rate{perSecond: 1, burst: 1}
	now := s.begin(since(1), own)
	if wait := s.reserve(now, turn{}, own, noDeadline).wait; wait > 24*time.Hour || wait < 0 {
		t.Errorf("the wait is %v", wait)
	}
	if wait := time.Duration(s.PausedUntil - now); wait != maxRetryWait {
		t.Errorf("the pause is %v", wait)
	}
	if s.limited(now, now+1, noHint, 20, own); !s.Cut || s.CutAt != now {
		t.Errorf("a 429 is ignored: %+v", s)
	}
}

// Rates at the ends of what a number holds do not overflow.
func TestLimitStateTakesEveryRate(t *testing.T) {
	for _, perSecond := range []float64{math.SmallestNonzeroFloat64, 1e-9, 1, 1e9, math.MaxFloat64} {
		for _, burst := range []int{1, 1000, math.MaxInt} {
			own := rate{perSecond: perSecond, burst: burst}
			var s limitState
			last := time.Duration(0)
			for range 2000 {
				turn := s.reserve(s.begin(since(0), own), turn{}, own, noDeadline)
				if turn.wait < last {
					t.Fatalf("%+v: %v after %v", own, turn.wait, last)
				}
				last = turn.wait
			}
			s.limited(s.begin(since(1), own), since(0.5), time.Second, 1, own)
			if wait := s.reserve(s.begin(since(1), own), turn{}, own, noDeadline).wait; wait < time.Second {
				t.Errorf("%+v: after a 429 the wait is %v", own, wait)
			}
		}
	}
}

func TestLimitStateIsStoredAndRead(t *testing.T) {
	own := rate{perSecond: 7.5, burst: 3}
	var s limitState
	reserveAll(&s, 1, own, 20)
	s.count(s.At, 0)
	s.limited(s.begin(since(2), own), since(1.5), 5*time.Second, 30, own)
	s.release(since(2), s.reserve(since(2), turn{}, own, noDeadline))
	data, err := s.encode()
	if err != nil || len(data) > 1000 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	if got, err := decodeLimitState(data); err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("got %+v, %v, want %+v", got, err, s)
	}
	if got, err := decodeLimitState(nil); err != nil || !reflect.DeepEqual(got, limitState{}) {
		t.Errorf("no state: %+v, %v", got, err)
	}
}

func TestLimitStateRejectsGarbage(t *testing.T) {
	valid, err := (&limitState{At: 1}).encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, garbage := range []string{
		"garbage", "\x00\x00", "null", "[]", "7", "{}", string(valid[:len(valid)-1]), string(valid) + "x",
		`{"format":1}`, `{"format":0,"at":1}`, `{"format":-1,"at":1}`, `{"format":1,"at":-1}`, `{"format":1,"at":1e99}`, `{"format":1,"at":1,"next":"x"}`,
		`{"format":1,"at":1,"cut":true}`, `{"format":1,"at":1,"cut":true,"learned":-1}`, `{"format":1,"at":1,"perSecond":1}`, `{"format":1,"at":1,"waves":-1}`,
	} {
		if _, err := decodeLimitState([]byte(garbage)); err != errGarbage {
			t.Errorf("%s: %v", garbage, err)
		}
	}
	for _, later := range []string{`{"format":2,"at":1}`, `{"format":3,"at":"2026-01-01"}`} {
		if _, err := decodeLimitState([]byte(later)); err == nil || err == errGarbage {
			t.Errorf("%s: %v", later, err)
		}
	}
}

func FuzzLimitState(f *testing.F) {
	f.Add(`{"format":1,"at":1700000000000000000,"next":1700000009000000000}`, int64(1), true)
	f.Fuzz(func(t *testing.T, stored string, ahead int64, learn bool) {
		s, err := decodeLimitState([]byte(stored))
		if err != nil {
			return
		}
		own := rate{perSecond: 3, burst: 2, fixed: !learn}
		now := s.begin(since(0), own)
		got := s.reserve(now, turn{}, own, noDeadline)
		if got.wait < 0 || got.wait > 1000*time.Hour {
			t.Errorf("%s: the wait is %v", stored, got.wait)
		}
		s.limited(now, now-ahead%int64(time.Hour), noHint, 5, own)
		s.succeeded(now+int64(time.Minute), now+1, own)
		if data, err := s.encode(); err != nil || !json.Valid(data) {
			t.Errorf("%s: %v", stored, err)
		}
	})
}
