//go:build race

package fleet

import "time"

// simulated is short under the race detector, which is ten times slower; make test-random runs the
// whole day.
const simulated = time.Hour
