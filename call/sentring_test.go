package call

import (
	"math"
	"testing"
	"time"
)

// since is a point in time of the tables, in seconds after the start.
func since(seconds float64) int64 {
	return 1_700_000_000*int64(time.Second) + int64(seconds*float64(time.Second))
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
		var ring sentRing
		test.sent(func(at float64, count int) {
			for range count {
				rate.add(since(at))
				ring.add(since(at))
			}
		})
		if got, same := rate.perSecond(since(test.now)), ring.perSecond(since(test.now)); math.Abs(got-test.want) > 0.01 || got != same {
			t.Errorf("%s: got %v and %v, want %v", test.name, got, same, test.want)
		}
	}
}
