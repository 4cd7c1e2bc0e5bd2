package call

import (
	"math"
	"testing"
	"time"
)

// since is a point in time of the tables, in seconds after the start.
func since(seconds float64) time.Time {
	return time.Unix(1_700_000_000, 0).Add(time.Duration(seconds * float64(time.Second)))
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.001 }

func TestSentRate(t *testing.T) {
	for _, test := range []struct {
		name string
		sent func(add func(at float64, count int))
		now  float64
		want float64
	}{
		{"nothing", func(func(float64, int)) {}, 5, 0},
		{"a burst just now", func(add func(float64, int)) { add(0.1, 40) }, 0.2, 40},
		{"for two seconds", func(add func(float64, int)) { add(0, 10); add(1, 10) }, 2, 10},
		{"steadily", func(add func(float64, int)) {
			for second := range 60 {
				add(float64(second), 20)
			}
		}, 59.999, 20},
		{"long ago", func(add func(float64, int)) { add(0, 100) }, 5, 0},
		{"a slot that is used again", func(add func(float64, int)) { add(0, 100); add(8, 5) }, 8.5, 5},
	} {
		var rate sentRate
		test.sent(func(at float64, count int) {
			for range count {
				rate.add(since(at))
			}
		})
		if got := rate.perSecond(since(test.now)); math.Abs(got-test.want) > 0.01 {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// sends records requests at a steady rate during the seconds before a point in time.
func sends(throttle *throttle, perSecond int, until float64) {
	for second := until - seenSeconds; second < until; second++ {
		for range perSecond {
			throttle.sent.add(since(second))
		}
	}
}

func TestThrottleCutsTheRateOncePerWave(t *testing.T) {
	for _, test := range []struct {
		name               string
		configured         float64
		seen               int
		want               float64
		again              float64 // when the second refused request was sent; the first is refused at 10
		wantAfterTheSecond float64
	}{
		{name: "half of what was sent", seen: 20, want: 10, again: 9.9, wantAfterTheSecond: 10},
		{name: "half of the limit where more was counted", configured: 8, seen: 20, want: 4, again: 10, wantAfterTheSecond: 4},
		{name: "half of what was sent below the limit", configured: 100, seen: 20, want: 10, again: 9, wantAfterTheSecond: 10},
		{name: "half of the limit where nothing is known", configured: 6, want: 3, again: 9, wantAfterTheSecond: 3},
		{name: "not below the floor", seen: 0, want: minLearnedRate, again: 9, wantAfterTheSecond: minLearnedRate},
		{name: "not above a limit below the floor", configured: 0.1, want: 0.1, again: 9, wantAfterTheSecond: 0.1},
		{name: "again in the next wave", seen: 20, want: 10, again: 10.1, wantAfterTheSecond: 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			throttle := newThrottle(test.configured, 5)
			sends(throttle, test.seen, 10)
			throttle.limited(since(10), since(9.5), noHint)
			if !near(throttle.learned, test.want) || !throttle.cut.Load() {
				t.Errorf("the rate is %v", throttle.learned)
			}
			throttle.limited(since(10.2), since(test.again), noHint)
			if !near(throttle.learned, test.wantAfterTheSecond) {
				t.Errorf("after another 429 the rate is %v", throttle.learned)
			}
		})
	}
}

func TestThrottlePausesAsLongAsTheServerAsks(t *testing.T) {
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
		throttle := newThrottle(0, 0)
		throttle.limited(since(10), since(9), test.hint)
		if wait := throttle.reserve(since(10)).wait; wait < test.atLeast || wait > test.atMost {
			t.Errorf("%s: it waits for %v", test.name, wait)
		}
		throttle.limited(since(10), since(9), test.secondHint)
		if wait := throttle.pausedUntil.Sub(since(10)); wait != test.afterSecond {
			t.Errorf("%s: after another 429 it waits for %v", test.name, wait)
		}
	}
}

// Pauses without a hint grow with each wave and restart after a success.
func TestThrottlePausesLongerWaveByWave(t *testing.T) {
	for _, succeeds := range []bool{false, true} {
		longest := time.Duration(0)
		for range 50 {
			throttle := newThrottle(0, 0)
			for wave := range 7 {
				now := float64(100 * (wave + 1))
				throttle.limited(since(now), since(now-1), noHint)
				if succeeds {
					throttle.succeeded(since(now+50), since(now+49))
				}
				if wave == 6 {
					longest = max(longest, throttle.pausedUntil.Sub(since(now)))
				}
			}
		}
		if grows := longest > retryBase; grows == succeeds {
			t.Errorf("with a success in between: %v, the longest pause is %v", succeeds, longest)
		}
	}
}

func TestThrottleComesBackStepByStep(t *testing.T) {
	for _, test := range []struct {
		name       string
		configured float64
		steps      int
	}{
		{"without a limit, to none", 0, 15}, // from a half to twice of 20 by a tenth
		{"to the configured limit", 20, 5},  // from a half to the whole
		{"to a limit far above, past what was refused", 1000, 15},
	} {
		t.Run(test.name, func(t *testing.T) {
			throttle := newThrottle(test.configured, 5)
			sends(throttle, 20, 10)
			throttle.limited(since(10), since(9.5), 0)
			throttle.succeeded(since(11.5), since(9.9)) // was sent before
			throttle.succeeded(since(10.5), since(10.1))
			if !near(throttle.learned, 10) {
				t.Errorf("the rate came back too early: %v", throttle.learned)
			}
			steps := 0
			for now := 11.0; throttle.cut.Load() && steps < 100; now++ {
				before := throttle.learned
				throttle.succeeded(since(now), since(now-0.1))
				throttle.succeeded(since(now+0.5), since(now)) // one step a second
				if steps++; !near(throttle.learned, before+2) {
					t.Errorf("step %d is from %v to %v", steps, before, throttle.learned)
				}
			}
			if steps != test.steps {
				t.Errorf("it took %d steps", steps)
			}
			if test.configured > 0 {
				if got := float64(throttle.limiter.Limit()); !near(got, test.configured) || throttle.limiter.Burst() != 5 {
					t.Errorf("the limit is %v in bursts of %d", got, throttle.limiter.Burst())
				}
			} else if wait := throttle.reserve(since(100)).wait; wait != 0 {
				t.Errorf("it still waits for %v", wait)
			}
		})
	}
}

// Turns after a pause follow at the learned rate; turns reserved before a cut are void.
func TestThrottleSpacesTheTurnsAfterACut(t *testing.T) {
	throttle := newThrottle(100, 50)
	early := throttle.reserve(since(9))
	sends(throttle, 4, 10)
	throttle.limited(since(10), since(9), 3*time.Second)
	if throttle.valid(early) {
		t.Error("a turn from before the cut holds")
	}
	for i, want := range []time.Duration{3 * time.Second, 3500 * time.Millisecond, 4 * time.Second} {
		turn := throttle.reserve(since(10))
		if difference := (turn.wait - want).Abs(); difference > time.Millisecond || !throttle.valid(turn) {
			t.Errorf("turn %d comes in %v", i, turn.wait)
		}
	}
}

func TestThrottleWithoutALimitCostsNothing(t *testing.T) {
	throttle := newThrottle(0, 0)
	now := since(0)
	if allocations := testing.AllocsPerRun(100, func() {
		throttle.reserve(now)
		throttle.sent.add(now)
		throttle.succeeded(now, now)
	}); allocations >= 1 {
		t.Errorf("%v allocations", allocations)
	}
}
