package orders

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"

	"github.com/xsale-go/xsale/call"
)

// order is an element of the list.
type order struct {
	ID    int64
	Total string
}

func key(id int64) string { return strconv.FormatInt(id, 10) }

// kind is the special property of an order.
type kind int

const (
	good        kind = iota
	cleared          // cannot be decoded at first
	undecodable      // cannot be decoded
	keyless          // has no key
	rejected         // the ERP rejects it
	crashing         // the ERP fails with it each time
)

func (c chance) kind(id int64) kind {
	switch n := c.below(100, "kind", id); {
	case n < 3:
		return cleared
	case n < 4:
		return undecodable
	case n < 5:
		return keyless
	case n < 7:
		return rejected
	case n < 8:
		return crashing
	}
	return good
}

// Statuses of an order.
const (
	statusNew      = "Nowe"
	statusImported = "W trakcie realizacji"
	statusManual   = "Do obsługi ręcznej"
	statusTaken    = "Anulowane" // by others
)

// source is xSale: a list of orders with a status.
type source struct {
	chance chance

	mu     sync.Mutex
	status map[int64]string
	taken  map[int64]bool // by others, for good
	back   map[int64]bool // set back by others
	shown  map[int64]int  // how often an element was listed
	reads  int
	newest int64
}

func newSource(c chance) *source {
	return &source{chance: c, status: map[int64]string{}, taken: map[int64]bool{}, back: map[int64]bool{}, shown: map[int64]int{}}
}

func (s *source) arrive(count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.newest < int64(count) {
		s.newest++
		s.status[s.newest] = statusNew
	}
}

// list returns the new orders, page by page, while they change. Some lists break off.
func (s *source) list(l *life) func(context.Context) iter.Seq2[order, error] {
	return func(context.Context) iter.Seq2[order, error] {
		return func(yield func(order, error) bool) {
			s.mu.Lock()
			s.reads++
			read, size := s.reads, max(10, len(s.new())/20)
			s.mu.Unlock()
			breaks := s.chance.of("breaks", read) < 0.4
			for page := 0; ; page++ {
				ids := s.page(read, page, size)
				if len(ids) == 0 {
					return
				}
				for at, id := range ids {
					repeats := 1
					if s.chance.of("repeat", read, page, at) < 0.1 {
						repeats = 2
					}
					for range repeats {
						if l.isDead() {
							yield(order{}, errDead)
							return
						}
						if !yield(s.element(id, at)) {
							return
						}
					}
					if !breaks {
						continue
					}
					switch s.chance.below(20*size, "break", read, page, at) {
					case 0:
						yield(order{}, errBroken)
						return
					case 1:
						yield(order{}, errDown)
						return
					}
				}
			}
		}
	}
}

// new returns the ids of the new orders.
func (s *source) new() []int64 {
	var ids []int64
	for id, status := range s.status {
		if status == statusNew {
			ids = append(ids, id)
		}
	}
	return ids
}

// element returns an order of the list, or an error that contains it.
func (s *source) element(id int64, at int) (order, error) {
	s.mu.Lock()
	s.shown[id]++
	shown := s.shown[id]
	s.mu.Unlock()
	kind := s.chance.kind(id)
	if kind == undecodable || kind == cleared && shown <= 1+s.chance.below(3, "cleared", id) {
		return order{}, &call.ElementError{
			Index: at, Pointer: fmt.Sprintf("/%d/Total", at),
			JSON: fmt.Appendf(nil, `{"ID":%d,"Total":[]}`, id), Err: errors.New("want a string"),
		}
	}
	return order{id, total(id)}, nil
}

func total(id int64) string { return fmt.Sprintf("%d.99", id) }

// page returns a page of the list as it is now. Others change the list before each page.
func (s *source) page(read, page, size int) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := s.new()
	slices.Sort(ids)
	switch n := s.chance.below(len(ids)+20, "others", read, page); {
	case n < len(ids) && s.chance.of("take", ids[n]) < 0.05: // somebody cancels an order
		s.status[ids[n]], s.taken[ids[n]] = statusTaken, true
		ids = slices.Delete(ids, n, n+1)
	case n == len(ids): // somebody sets back the status of one
		if id := 1 + int64(s.chance.below(int(s.newest), "back", read, page)); s.status[id] == statusImported && s.chance.of("back", id) < 0.1 {
			s.status[id], s.back[id] = statusNew, true
			ids = append(ids, id)
		}
	}
	salt := 0
	if s.chance.of("shuffle", read) < 0.3 { // the order is another one on each page
		salt = page
	}
	rank := make(map[int64]float64, len(ids))
	for _, id := range ids {
		rank[id] = s.chance.of("order", read, salt, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(rank[a], rank[b]) })
	return ids[min(page*size, len(ids)):min((page+1)*size, len(ids))]
}

// set changes the status of an order.
func (s *source) set(id int64, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status[id] != statusTaken {
		s.status[id] = status
	}
}

// rawKey returns the key of an element that cannot be decoded.
func rawKey(data json.RawMessage) string {
	var id struct{ ID int64 }
	if json.Unmarshal(data, &id) != nil {
		return ""
	}
	return key(id.ID)
}
