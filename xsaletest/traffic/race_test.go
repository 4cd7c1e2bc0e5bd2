//go:build race

package traffic_test

// With the race detector, which nothing here is for, fewer are enough.
const (
	randomSpecs     = 4
	randomExchanges = 400
)
