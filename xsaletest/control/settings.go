package control

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
)

// settings are the settings of the sandbox, or those of them to change.
type settings struct {
	AccessTokenSeconds int64         `json:"accessTokenSeconds,omitempty"`
	IDTokenSeconds     int64         `json:"idTokenSeconds,omitempty"`
	Latency            *latency      `json:"latency,omitempty"`
	UnknownFields      unknownFields `json:"unknownFields,omitzero"`
	EscapedStrings     *bool         `json:"escapedStrings,omitempty"`
	RedirectURLs       []string      `json:"redirectUrls,omitzero"`
}

// latency is the same delay for all requests, or a random one from a range, in seconds.
type latency struct {
	Seconds *float64 `json:"seconds,omitempty"`
	From    *float64 `json:"from,omitempty"`
	To      *float64 `json:"to,omitempty"`
	Seed    uint64   `json:"seed,omitempty"`
}

func (a *api) getSettings(*request) (any, error) {
	current := a.sandbox.Settings()
	shortest, longest := current.Latency.Shortest.Seconds(), current.Latency.Longest.Seconds()
	shown := &latency{Seconds: &shortest}
	if shortest != longest {
		shown = &latency{From: &shortest, To: &longest, Seed: current.Latency.Seed}
	}
	return settings{
		AccessTokenSeconds: int64(current.AccessTokenLifetime / time.Second),
		IDTokenSeconds:     int64(current.IDTokenLifetime / time.Second),
		Latency:            shown,
		UnknownFields:      append(unknownFields{}, current.UnknownFields...),
		EscapedStrings:     &current.EscapedStrings,
		RedirectURLs:       append([]string{}, current.RedirectURLs...), // never null
	}, nil
}

func (a *api) changeSettings(r *request) (any, error) {
	var change settings
	if err := r.decode(&change); err != nil {
		return nil, err
	}
	latency, err := change.Latency.read()
	if err != nil {
		return nil, problem.At("/latency", err)
	}
	err = a.sandbox.Change(func(s *xsaletest.Settings) {
		if change.AccessTokenSeconds != 0 {
			s.AccessTokenLifetime = time.Duration(change.AccessTokenSeconds) * time.Second
		}
		if change.IDTokenSeconds != 0 {
			s.IDTokenLifetime = time.Duration(change.IDTokenSeconds) * time.Second
		}
		if change.Latency != nil {
			s.Latency = latency
		}
		if change.UnknownFields != nil {
			s.UnknownFields = change.UnknownFields
		}
		if change.EscapedStrings != nil {
			s.EscapedStrings = *change.EscapedStrings
		}
		if change.RedirectURLs != nil {
			s.RedirectURLs = change.RedirectURLs
		}
	})
	if err != nil {
		return nil, err
	}
	return a.getSettings(r)
}

func (l *latency) read() (read xsaletest.Latency, err error) {
	switch {
	case l == nil:
	case l.Seconds != nil && l.From == nil && l.To == nil && l.Seed == 0:
		read.Shortest, read.Longest = seconds(*l.Seconds), seconds(*l.Seconds)
	case l.Seconds == nil && l.From != nil && l.To != nil && *l.From <= *l.To:
		read = xsaletest.Latency{Seed: l.Seed, Shortest: seconds(*l.From), Longest: seconds(*l.To)}
	default:
		err = errors.New("want seconds alone, or from and to, which must not be less than from, and optionally seed")
	}
	return read, err
}

// unknownFields are operations, or false for none, or true for all.
type unknownFields []string

func (u unknownFields) MarshalJSON() ([]byte, error) {
	if len(u) == 0 || slices.Contains(u, xsaletest.AnyOperation) {
		return json.Marshal(len(u) > 0)
	}
	return json.Marshal([]string(u))
}

func (u *unknownFields) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "false":
		*u = unknownFields{}
	case "true":
		*u = unknownFields{xsaletest.AnyOperation}
	default:
		*u = unknownFields{} // not nil, which changes nothing
		return json.Unmarshal(data, (*[]string)(u))
	}
	return nil
}
