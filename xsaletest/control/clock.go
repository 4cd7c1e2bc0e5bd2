package control

import (
	"net/http"
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
		Now            *time.Time
		AdvanceSeconds float64
	}
	if err := r.decode(&change); err != nil {
		return nil, err
	}
	clock := a.sandbox.Clock()
	advance := seconds(change.AdvanceSeconds)
	from, pointer := clock.Now(), "/advanceSeconds"
	if change.Now != nil {
		from, pointer = *change.Now, "/now"
	}
	if year := from.Add(advance).UTC().Year(); year < 1970 || year > 9000 { // beyond what tokens and dates can say
		return nil, problem.New(http.StatusBadRequest, "The clock cannot show this time", problem.Field{Pointer: pointer, Detail: "want a time from 1970 to 9000"})
	}
	// Frozen first, so that a frozen clock shows exactly the time that it is set to.
	if change.Frozen != nil && *change.Frozen {
		clock.Freeze()
	} else if change.Frozen != nil {
		clock.Resume()
	}
	if change.Now != nil {
		clock.Set(*change.Now)
	}
	clock.Advance(advance)
	return newClock(a.sandbox), nil
}

// seconds returns a number of seconds that the spec bounds.
func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }
