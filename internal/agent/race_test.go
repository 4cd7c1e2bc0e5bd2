//go:build race

package agent_test

// randomCalls are few with the race detector, which is ten times slower; make test-random makes all.
const randomCalls = 1000
