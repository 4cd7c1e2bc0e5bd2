package xsaletest

import "fmt"

// Reset restores the sandbox to its start: data, faults, requests and their counts, logins, blocked
// users, handlers, settings and the clock. Issued tokens stay valid, so that a client needs no new
// login. A request in progress sees either the old data or the new.
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
	if err := s.addInitialHandlers(); err != nil {
		return fmt.Errorf("xsaletest: Reset: %w", err)
	}
	s.requests.reset()
	s.identity.limits.reset()
	s.identity.tokens.logins.Store(0)
	s.identity.userLogins.Store(0)
	s.identity.requests.Store(0)
	s.waits.Store(0)
	return nil
}

// ReplaceData replaces all data of the API with that of a seed, as if the sandbox had started with
// it, see [WithSeed]. [Sandbox.Reset] restores the initial data. If the seed is invalid, nothing
// changes, and the error names the JSON pointer.
func (s *Sandbox) ReplaceData(seed Seed) error {
	data, err := newBackend(s.config, s.spec, &seed)
	if err != nil {
		return fmt.Errorf("xsaletest: ReplaceData: %w", err)
	}
	s.data.Store(&data)
	return nil
}
