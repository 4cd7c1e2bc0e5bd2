package orders

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/xsale-go/xsale/transfer"
)

// store is a database that outlives programs.
type store[Tx any] interface {
	// open opens it for a program.
	open(ctx context.Context, l *life) (transfer.Database[Tx], error)

	// programs is how many programs use it at the same time.
	programs() int

	// observe returns a connection for the test, which is never killed.
	observe(t testing.TB) *observer
}

// observer is a connection that outlives programs.
type observer struct {
	t  testing.TB
	db *sql.DB
	at func(column, hours string) string // SQL for a time that is shifted
}

func (o *observer) exec(statement string) {
	o.t.Helper()
	if _, err := o.db.Exec(statement); err != nil {
		o.t.Fatalf("%s: %v", statement, err)
	}
}

// pairs returns the rows of a query with two columns.
func (o *observer) pairs(query string) map[string]string {
	o.t.Helper()
	rows, err := o.db.Query(query)
	if err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			o.t.Fatal(err)
		}
		found[key] = value
	}
	if err := rows.Err(); err != nil {
		o.t.Fatal(err)
	}
	return found
}

// shift changes all stored times by hours. For programs that start later, this has the same effect as
// changing all clocks the other way.
func (o *observer) shift(hours int) {
	if _, err := o.db.Exec("SELECT 1 FROM xsale_transfer"); err != nil {
		return // the first program died before it had all tables
	}
	statements := []string{fmt.Sprintf("UPDATE xsale_transfer SET added = added + %d, changed = changed + %[1]d", time.Duration(hours)*time.Hour/time.Millisecond)}
	for table, columns := range map[string][]string{
		"river_job":    {"attempted_at", "created_at", "finalized_at", "scheduled_at"},
		"river_leader": {"elected_at", "expires_at"},
	} {
		set := ""
		for _, column := range columns {
			set += fmt.Sprintf(", %s = %s", column, o.at(column, fmt.Sprintf("%+d hours", hours)))
		}
		statements = append(statements, "UPDATE "+table+" SET "+set[2:])
	}
	for _, statement := range statements {
		if _, err := o.db.Exec(statement); err != nil && !isDeadlock(err) { // with a program that works
			o.t.Errorf("%s: %v", statement, err)
		}
	}
}

func isDeadlock(err error) bool {
	failed, ok := errors.AsType[*pgconn.PgError](err)
	return ok && failed.Code == "40P01"
}

// simulation starts programs until enough of them have died.
type simulation[Tx any] struct {
	t      testing.TB
	chance chance
	store  store[Tx]
	kills  int
	size   int  // elements
	skewed bool // clocks change

	// program is the main function of a program.
	program func(ctx context.Context, l *life, database transfer.Database[Tx]) error

	// arrive creates elements, up to a total number.
	arrive func(count int)

	// died is called after each death. Finished is called when a program has ended without an error,
	// and reports whether all elements are finished.
	died     func(l *life)
	finished func() bool

	mu     sync.Mutex
	lives  int
	deaths int
	span   int            // of events in a life
	dead   sync.WaitGroup // what is left of dead programs
}

// run runs programs until the deaths are used up, and then until all elements are finished.
func (s *simulation[Tx]) run() {
	s.span = 60
	observer := s.store.observe(s.t)
	observer.exec("CREATE TABLE erp (id bigint)")
	defer s.dead.Wait()
	s.skewed = s.chance.of("skewed") < 0.5
	var programs sync.WaitGroup
	for range s.store.programs() {
		programs.Go(func() {
			for s.live(observer, true) {
			}
		})
	}
	programs.Wait()
	s.arrive(s.size)
	for range 50 {
		s.live(observer, false)
		if s.finished() {
			return
		}
	}
	s.t.Errorf("not everything is done after %d deaths and 50 programs more", s.deaths)
}

// live runs a program once, and reports whether another one may die.
func (s *simulation[Tx]) live(observer *observer, mortal bool) bool {
	s.mu.Lock()
	s.lives++
	l := &life{number: s.lives}
	if mortal {
		l.last, l.before = 1+s.chance.below(s.span, "last", l.number), s.chance.of("before", l.number) < 0.5
	}
	s.arrive(min(s.size*(1+4*s.deaths/s.kills)/4, s.size))
	if s.skewed && l.number > 1 {
		observer.shift([]int{-2, -1, 0, 0, 1, 2}[s.chance.below(6, "clock", l.number)])
	}
	s.mu.Unlock()

	// Only a program that hangs takes that long, even on a busy machine.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute+time.Duration(s.size)*100*time.Millisecond)
	defer cancel()
	l.atDeath(cancel)
	if mortal && s.chance.of("patient", l.number) < 0.95 { // others wait for what dead programs have left
		defer time.AfterFunc(time.Second+time.Duration(s.size/s.kills)*20*time.Millisecond, l.kill).Stop()
	}
	database, err := s.store.open(ctx, l)
	if err == nil {
		died := make(chan struct{})
		l.atDeath(func() { close(died) })
		ended := make(chan error, 1)
		s.dead.Go(func() {
			ended <- s.program(ctx, l, database)
			go database.Close() // waits for what is left of a dead program
		})
		select {
		case err = <-ended:
		case <-died:
		}
	}
	dead := l.isDead()
	l.kill() // what is left of the program has no effect
	l.ends.Wait()

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case dead:
		s.deaths++
		s.span += 1 + s.span/5 // so that the next ones get further
		s.died(l)
	case err != nil && !isDeadlock(err):
		s.t.Errorf("life %d: %v", l.number, err)
		return false
	default:
		s.span = max(l.events*9/10, 5) // so that the next one dies earlier
	}
	return s.deaths < s.kills && !s.t.Failed()
}
