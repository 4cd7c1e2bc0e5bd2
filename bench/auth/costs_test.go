package main

import (
	"fmt"
	"strings"
	"testing"
)

// cost is what the account pays.
type cost struct {
	logins, lost, over int
	burst, perMinute   int // most logins in 100 ms and in a minute
}

func (c cost) worst(other cost) cost {
	return cost{
		max(c.logins, other.logins), max(c.lost, other.lost), max(c.over, other.over),
		max(c.burst, other.burst), max(c.perMinute, other.perMinute),
	}
}

const anyNumber = -1

// bound is the most that this module may cost, and the fewest logins. burst and perMinute have no
// bound if they are 0.
type bound struct {
	cost
	fewest int
}

// show returns the columns with a bound.
func (b bound) show(c cost) string {
	columns := strings.ReplaceAll(fmt.Sprintf("%d / %d / %d", c.logins, c.lost, c.over), fmt.Sprint(anyNumber), "any")
	if b.burst > 0 {
		columns += fmt.Sprintf(", %d in 100 ms", c.burst)
	}
	if b.perMinute > 0 {
		columns += fmt.Sprintf(", %d in 1 min", c.perMinute)
	}
	return columns
}

func (b bound) String() string { return b.show(b.cost) }

func (b bound) check(t *testing.T, c cost) {
	t.Helper()
	above := func(value, bound int) bool { return bound != anyNumber && value > bound }
	if c.logins < b.fewest || above(c.logins, b.logins) || above(c.lost, b.lost) || above(c.over, b.over) ||
		b.burst > 0 && c.burst > b.burst || b.perMinute > 0 && c.perMinute > b.perMinute {
		t.Errorf("cost %s, want at most %v, and at least %d logins", b.show(c), b, b.fewest)
	}
}
