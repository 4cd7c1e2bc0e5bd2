package control

import (
	"time"

	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
)

type clock struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
}

func newClock(sandbox *xsaletest.Sandbox) clock {
	return clock{sandbox.Clock().Now(), sandbox.Clock().Frozen()}
}

func (a *api) getClock(*request) (any, error) { return newClock(a.sandbox), nil }

func (a *api) changeClock(r *request) (any, error) {
	var change struct {
		Frozen         *bool
		Now            *string
		AdvanceSeconds float64
	}
	if err := r.decode(&change); err != nil {
		return nil, err
	}
	if change.Frozen == nil && change.Now == nil && change.AdvanceSeconds == 0 {
		return nil, problem.Field{Detail: "nothing changes: want frozen, now or advanceSeconds"}
	}
	clock := a.sandbox.Clock()
	advance := seconds(change.AdvanceSeconds)
	from, pointer := clock.Now(), "/advanceSeconds"
	if change.Now != nil {
		now, err := time.Parse(time.RFC3339, *change.Now)
		if err != nil {
			return nil, problem.Field{Pointer: "/now", Detail: "want a date with its zone, such as 2025-03-31T12:00:00Z"}
		}
		from, pointer = now, "/now"
	}
	if year := from.Add(advance).UTC().Year(); year < 1970 || year > 9000 { // beyond what tokens and dates can say
		return nil, problem.Field{Pointer: pointer, Detail: "the clock cannot show this time: want one from 1970 to 9000"}
	}
	// Frozen first, so that a frozen clock shows exactly the time that it is set to.
	if change.Frozen != nil && *change.Frozen {
		clock.Freeze()
	} else if change.Frozen != nil {
		clock.Resume()
	}
	if change.Now != nil {
		clock.Set(from)
	}
	clock.Advance(advance)
	return newClock(a.sandbox), nil
}

// seconds returns a number of seconds that the spec bounds.
func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }
