// Package suspects finds jobs whose worker died.
package suspects

import (
	"slices"
	"sync"
	"time"
)

// grace is how long a job must have been without a worker. River records the end of a job some time
// after its worker has released it.
const grace = 2 * time.Second

// Job is an attempt that the table lists as running although no worker has reserved the job.
type Job struct {
	ID      int64
	Attempt int
}

// Jobs remembers jobs without a worker. The zero value is ready to use. It is safe for concurrent
// use.
type Jobs struct {
	mu    sync.Mutex
	since map[string]map[Job]time.Time // by queue
}

// Dead takes all jobs of a queue that have no worker now, and returns the ids of those that have had
// none for the whole grace period, by the monotonic clock.
func (j *Jobs) Dead(queue string, now []Job) (dead []int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	before, since := j.since[queue], make(map[Job]time.Time, len(now))
	for _, job := range now {
		first, known := before[job]
		if !known {
			first = time.Now()
		}
		since[job] = first
		if time.Since(first) >= grace {
			dead = append(dead, job.ID)
		}
	}
	if j.since == nil {
		j.since = make(map[string]map[Job]time.Time)
	}
	j.since[queue] = since
	slices.Sort(dead)
	return dead
}
