package orders

import (
	"context"
	"sync"
	"time"

	"github.com/xsale-go/xsale/transfer"
)

// settle is how long the vendor may process a request whose connection broke. It is longer than the
// time to fetch a job, so that a missing wait is noticed.
const settle = 300 * time.Millisecond

// vendor is xSale as seen by a push: it creates an order for each request.
type vendor struct {
	chance chance

	mu       sync.Mutex
	created  map[string][]int64
	late     map[string]time.Time // requests that are still worked on, by when they came
	calls    map[string]int
	attempts map[string]int // the last one that came here
	next     int64
}

func newVendor(c chance) *vendor {
	return &vendor{chance: c, created: map[string][]int64{}, late: map[string]time.Time{}, calls: map[string]int{}, attempts: map[string]int{}}
}

func (v *vendor) create(key string) int64 {
	v.next++
	v.created[key] = append(v.created[key], v.next)
	return v.next
}

// count counts a call for an element, and returns the count.
func (v *vendor) count(what string, item transfer.Item[order]) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.attempts[item.Key] = item.Attempt
	v.calls[what+item.Key]++
	return v.calls[what+item.Key]
}

// exhausted reports whether the last attempt of an element that came here was the last of all.
func (v *vendor) exhausted(key string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.attempts[key] >= maxAttempts
}

// refuses reports whether the vendor rejects an order for good.
func (v *vendor) refuses(key string) bool { return v.chance.of("refuses", key) < 0.02 }

// send receives a request. A tenth of the responses are lost: some before the vendor gets the request,
// some while it processes the request.
func (v *presentVendor) send(ctx context.Context, item transfer.Item[order]) (int64, error) {
	if v.life.isDead() {
		return 0, errDead
	}
	count := v.count("send", item)
	if v.refuses(item.Key) {
		return 0, errRejected
	}
	fate := v.chance.below(100, "send", item.Key, count)
	var id int64
	happened := v.life.happens(func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		switch {
		case fate < 5, fate >= 20: // processed at once
			id = v.create(item.Key)
		case fate < 8:
			v.late[item.Key] = time.Now()
		}
	})
	switch {
	case !happened && v.chance.of("wire", item.Key, count) < 0.5: // the request was on its way
		v.mu.Lock()
		defer v.mu.Unlock()
		v.late[item.Key] = time.Now()
		return 0, errDead
	case !happened:
		return 0, errDead
	case fate < 10:
		return 0, errLost
	case fate < 12:
		return 0, errSlowDown
	case fate < 14:
		return 0, errNoNumber
	case fate < 15:
		return 0, errFailed
	case fate < 16:
		return 0, errEOF
	case fate < 17:
		panic("nil map")
	case fate < 18 && count == 1:
		return 0, hang(ctx)
	case fate < 20:
		return 0, errClosed
	case fate < 22:
		panic("after the response")
	}
	return id, nil
}

// find looks up an order. A request that is old enough is processed now, at the last moment.
func (v *presentVendor) find(_ context.Context, item transfer.Item[order]) (int64, bool, error) {
	if v.life.isDead() {
		return 0, false, errDead
	}
	switch count := v.count("find", item); {
	case count > 3:
	case v.chance.of("find", item.Key, count) < 0.05:
		return 0, false, errDown
	case v.chance.of("find", item.Key, count) < 0.1:
		return 0, false, errDecode
	case v.chance.of("find", item.Key, count) < 0.12:
		panic("nil map")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if came, ok := v.late[item.Key]; ok && time.Since(came) >= settle {
		v.create(item.Key)
		delete(v.late, item.Key)
	}
	if created := v.created[item.Key]; len(created) > 0 {
		return created[0], true, nil
	}
	return 0, false, nil
}

// end processes the pending requests.
func (v *vendor) end() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for key := range v.late {
		v.create(key)
	}
	clear(v.late)
}
