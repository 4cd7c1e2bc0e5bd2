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
	if err := s.addInitialHandlers(); err != nil {
		return fmt.Errorf("xsaletest: Reset: %w", err)
	}
	s.requests.reset()
	s.identity.limits.reset()
	s.identity.tokens.logins.Store(0)
	s.identity.requests.Store(0)
	s.waits.Store(0)
	return nil
}

// ReplaceData replaces all data of the API by that of a seed, as if the sandbox had started with it,
// see [WithSeed]. [Sandbox.Reset] returns to the data of the start. If the seed is invalid, the data
// stays, and the error names the JSON pointer.
func (s *Sandbox) ReplaceData(seed Seed) error {
	data, err := newBackend(s.config, s.spec, &seed)
	if err != nil {
		return fmt.Errorf("xsaletest: ReplaceData: %w", err)
	}
	s.data.Store(&data)
	return nil
}
