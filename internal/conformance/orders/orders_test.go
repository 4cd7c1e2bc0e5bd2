// Package orders simulates programs that move orders and die.
package orders

import (
	"database/sql"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/xsale-go/xsale/internal/conformance/pgserver"
)

// world is a simulated world.
type world interface {
	run()
	check()
}

// worlds returns a world of each kind.
func worlds[Tx any](newStore func(testing.TB) store[Tx]) map[string]func(t testing.TB, seed uint64, size, kills int) world {
	return map[string]func(t testing.TB, seed uint64, size, kills int) world{
		"pull": func(t testing.TB, seed uint64, size, kills int) world {
			return newPulls(t, seed, newStore(t), false, size, kills)
		},
		"pull with a transaction": func(t testing.TB, seed uint64, size, kills int) world {
			return newPulls(t, seed, newStore(t), true, size, kills)
		},
		"push": func(t testing.TB, seed uint64, size, kills int) world {
			return newPushes(t, seed, newStore(t), false, size, kills)
		},
		"push without a look-up": func(t testing.TB, seed uint64, size, kills int) world {
			return newPushes(t, seed, newStore(t), true, size, kills)
		},
	}
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	simulate(t, worlds(func(t testing.TB) store[*sql.Tx] { return newFile(t) }))
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	simulate(t, worlds(func(t testing.TB) store[pgx.Tx] { return newServer(t, server) }))
}

// simulate runs worlds of each kind.
func simulate(t *testing.T, kinds map[string]func(t testing.TB, seed uint64, size, kills int) world) {
	// Worlds of each kind, the elements and kills of each, and the seed of the first one.
	rounds, size, kills, first := 1, 30, 3, 1
	if given := os.Getenv("ORDERS_WORLDS"); given != "" {
		if _, err := fmt.Sscanf(given, "%d,%d,%d,%d", &rounds, &size, &kills, &first); err != nil {
			t.Fatalf("ORDERS_WORLDS %q: %v, want worlds, elements, kills and seed", given, err)
		}
	}
	var all group
	for name, kind := range kinds {
		for round := range rounds {
			seed := uint64(first + round)
			all.run(t, fmt.Sprintf("%s/seed %d", name, seed), func(t *testing.T) {
				w := kind(t, seed, size, kills)
				w.run()
				w.check()
			})
		}
	}
	all.Wait()
}

// group runs subtests at the same time, more than there are processors, because they mostly wait.
type group struct {
	sync.WaitGroup
	running chan struct{}
}

func (g *group) run(t *testing.T, name string, test func(*testing.T)) {
	if g.running == nil {
		g.running = make(chan struct{}, 16)
	}
	g.running <- struct{}{}
	g.Go(func() {
		defer func() { <-g.running }()
		t.Run(name, test)
	})
}
