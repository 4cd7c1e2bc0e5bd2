// Package fewer shortens tests under the race detector, which makes them ten times slower.
package fewer

// UnderRace returns full, or with the race detector fewer. It is for counts that the race detector
// gains nothing from. Only a test itself may call it: make test-full finds the callers, and runs them
// in full.
func UnderRace[T any](full, fewer T) T {
	if race {
		return fewer
	}
	return full
}
