package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/privatefile"
)

// rateFile is what this package reads of the file of a rate limit: see packages call/filelimit and
// call (limitstate.go), which write it.
type rateFile struct {
	States map[string]struct {
		State rateState `json:"state"`
	} `json:"xsale_rate_limit_states"`
}

type rateState struct {
	PausedUntil int64   `json:"pausedUntil"` // Unix nanoseconds
	Cut         bool    `json:"cut"`
	CutAt       int64   `json:"cutAt"`
	Cuts        int     `json:"cuts"`
	Learned     float64 `json:"learned"`   // requests a second, if Cut
	PerSecond   float64 `json:"perSecond"` // the limit of a program
	LimitAt     int64   `json:"limitAt"`
}

const (
	slowRate    = 2.0         // requests a second; below it, calls seem to hang
	limitMemory = time.Minute // how long the limit of another program holds
	longPause   = time.Minute // no pause is as long, so a later end is from a wrong clock
)

// checkRate examines what earlier 429s have taught.
func (e *examination) checkRate(ctx context.Context) Check {
	check := Check{Name: "rate", Verdict: OK, Detail: "no limit learned"}
	path := e.store.path + ".limit"
	if locked, err := held(ctx, path); err != nil {
		check.Verdict = Warning
		check.Detail, check.Remedy = explainStorage(err)
		return check
	} else if locked {
		check.Verdict, check.Detail = Warning, fmt.Sprintf("%s is locked%s", path, byWhom(path, e.Now()))
		check.Remedy = "continue or end that program; until then each program keeps its own rate"
		return check
	}
	data, err := privatefile.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return check
	}
	if err != nil {
		check.Verdict = Warning
		check.Detail, check.Remedy = explainStorage(err)
		return check
	}
	var file rateFile
	if json.Unmarshal(data, &file) != nil && len(data) > 0 {
		check.Verdict, check.Detail, check.Remedy = Warning, path+" is damaged", "remove it"
		return check
	}
	state := file.States[httpx.Origin(e.addresses.base)].State
	now := e.Now()
	paused, cut, limit := time.Unix(0, state.PausedUntil), time.Unix(0, state.CutAt), time.Unix(0, state.LimitAt)
	switch {
	case state.PausedUntil > 0 && paused.Sub(now) > longPause, state.CutAt > 0 && cut.Sub(now) > longPause:
		check.Verdict, check.Detail = Warning, "the learned rate is from a clock that was wrong"
		check.Remedy = "remove " + path
	case state.Cut && state.Learned < slowRate:
		check.Verdict = Warning
		check.Detail = fmt.Sprintf("calls are slowed to %.2g a second after 429s in a row (%d), the last %s ago", state.Learned, state.Cuts, rounded(now.Sub(cut)))
		check.Remedy = "call less often; successful calls restore the rate step by step; to forget it, remove " + path
	case state.PausedUntil > 0 && paused.After(now):
		check.Verdict = Warning
		check.Detail = fmt.Sprintf("all calls pause for %s after a 429", rounded(paused.Sub(now)))
		check.Remedy = "wait, and call less often"
	case state.Cut:
		check.Detail = fmt.Sprintf("%.2g calls a second, learned from 429s; the last %s ago", state.Learned, rounded(now.Sub(cut)))
	case state.PerSecond > 0 && now.Sub(limit) < limitMemory && state.PerSecond < slowRate:
		check.Detail = fmt.Sprintf("another program limits calls to %.2g a second", state.PerSecond)
	}
	return check
}

// hasObject reports whether data is a JSON object with the named field, an object too.
func hasObject(data []byte, field string) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil {
		return false
	}
	var inner map[string]json.RawMessage
	return json.Unmarshal(object[field], &inner) == nil && inner != nil
}
