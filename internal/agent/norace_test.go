//go:build !race

package agent_test

const randomCalls = 10_000
