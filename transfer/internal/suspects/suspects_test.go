package suspects

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var jobs Jobs
		first, second, again := Job{1, 1}, Job{2, 1}, Job{1, 2}
		for i, test := range []struct {
			queue string
			now   []Job
			want  []int64
		}{
			{"orders", []Job{first}, nil},
			{"articles", nil, nil},
			{"orders", []Job{second, first}, []int64{1}}, // the second is new
			{"orders", []Job{second, again}, []int64{2}}, // the first has been worked on since
			{"orders", []Job{again}, []int64{1}},
			{"orders", nil, nil},
			{"orders", []Job{again}, nil}, // it had a worker in between
		} {
			if got := jobs.Dead(test.queue, test.now); !slices.Equal(got, test.want) {
				t.Errorf("%d: %v, want %v", i, got, test.want)
			}
			if test.queue == "orders" {
				time.Sleep(grace)
			}
		}
	})
}
