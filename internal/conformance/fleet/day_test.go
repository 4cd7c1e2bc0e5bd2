//go:build !race

package fleet

import "time"

// simulated is how long the fleet works.
const simulated = 24 * time.Hour
