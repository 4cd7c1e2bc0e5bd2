//go:build !race

package traffic_test

// How many random specs and exchanges the tests try.
const (
	randomSpecs     = 20
	randomExchanges = 10_000
)
