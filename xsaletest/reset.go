package xsaletest

import "fmt"

// Reset returns the sandbox to its start: data, faults, requests and their counts, logins, blocked
// users, handlers, settings and the clock. Issued tokens stay valid, so that a client carries on
// without a new login. A request in progress sees either the old data or the new.
func (s *Sandbox) Reset() error {
	data, err := newBackend(s.config, s.spec, s.config.seed)
	if err != nil { // a value of the seed has changed since the start
		return fmt.Errorf("xsaletest: Reset: %w", err)
	}
	s.data.Store(&data)
	s.changing.Lock()
	s.settings.Store(&s.config.settings)
	s.changing.Unlock()
	s.clock.reset()
	s.ClearFaults()
	s.ClearHandlers()
	s.requests.reset()
	s.identity.limits.reset()
	s.identity.tokens.logins.Store(0)
	s.identity.requests.Store(0)
	s.waits.Store(0)
	return nil
}
