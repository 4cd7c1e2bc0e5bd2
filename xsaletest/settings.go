package xsaletest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/problem"
)

// Settings are the settings of a sandbox that can change while it runs, see [Sandbox.Change].
type Settings struct {
	// The lifetimes of new tokens, in whole seconds. See [WithTokenLifetimes].
	AccessTokenLifetime, IDTokenLifetime time.Duration

	// Latency delays every request. See [WithLatency] and [WithRandomLatency].
	Latency Latency

	// UnknownFields are the operations whose responses get fields that the spec does not list, or
	// [AnyOperation]. See [WithUnknownFields].
	UnknownFields []string

	// EscapedStrings escapes strings as ASP.NET does. See [WithEscapedStrings].
	EscapedStrings bool

	// RedirectURLs are those that are registered for logins with a browser. See
	// [WithRedirectURLs].
	RedirectURLs []string
}

func defaultSettings() Settings {
	return Settings{
		AccessTokenLifetime: 24 * time.Hour, // as the vendor documents
		IDTokenLifetime:     10 * time.Hour, // Auth0's default
		RedirectURLs:        []string{RedirectURL},
	}
}

// Settings returns the current settings.
func (s *Sandbox) Settings() Settings {
	current := *s.settings.Load()
	return current.clone()
}

func (s Settings) clone() Settings {
	s.UnknownFields, s.RedirectURLs = slices.Clone(s.UnknownFields), slices.Clone(s.RedirectURLs)
	return s
}

// Change changes the settings in one step. Requests that arrive later see all of the changes, and
// [Sandbox.Reset] reverts them. The function must not call Change or Reset. If the settings are
// invalid, nothing changes, and the error names the field. A sandbox of [New] then also fails its
// test.
func (s *Sandbox) Change(change func(*Settings)) error {
	if s.config.test != nil {
		s.config.test.Helper()
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	changed := s.Settings()
	change(&changed)
	if err := changed.check(s.spec); err != nil {
		err = fmt.Errorf("xsaletest: Change: %w", err)
		if s.config.test != nil {
			s.config.test.Error(err)
		}
		return err
	}
	changed = changed.clone()
	s.settings.Store(&changed)
	return nil
}

// check returns why the settings are invalid, with the name of each field.
func (s Settings) check(spec *contract.Document) error {
	named := func(field string, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		return nil
	}
	return cmp.Or(
		named("AccessTokenLifetime", checkLifetime(s.AccessTokenLifetime)),
		named("IDTokenLifetime", checkLifetime(s.IDTokenLifetime)),
		named("Latency", s.Latency.check()),
		named("RedirectURLs", problem.At("/redirectUrls", checkRedirectURLs(s.RedirectURLs))),
		named("UnknownFields", problem.At("/unknownFields", checkOperations(s.UnknownFields, spec))),
	)
}

func checkLifetime(lifetime time.Duration) error {
	if lifetime < time.Second || lifetime%time.Second != 0 {
		return fmt.Errorf("%v is not a positive number of whole seconds", lifetime)
	}
	return nil
}

func checkOperations(ids []string, spec *contract.Document) error {
	for _, id := range ids {
		if id != AnyOperation && spec.Operation(id) == nil {
			return fmt.Errorf("no such operation %q: want one of %s, or %s for all", id, strings.Join(operationIDs(spec), ", "), AnyOperation)
		}
	}
	return nil
}

// addsTo reports whether the responses of an operation get unknown fields; an empty id is any other
// request.
func (s *Settings) addsTo(operationID string) bool {
	return slices.Contains(s.UnknownFields, operationID) || slices.Contains(s.UnknownFields, AnyOperation)
}
