package orders

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// protection is a part of package transfer without which elements get lost or doubled, or are worked
// on late or forever.
type protection struct {
	name  string
	edits []edit // take it out
	run   string // the tests that notice
	in    string // their package; this one if it is empty
}

// edit replaces text that a file below transfer has once.
type edit struct{ file, old, new string }

var protections = []protection{
	{
		name: "an element that is known is not added again",
		edits: []edit{
			{"intake.go", `if found && (!i.undecodable[a.key] || a.reason != "") {`, `if found && a.reason != "" {`},
			{"intake.go", `WHERE xsale_transfer.state = 'parked' AND xsale_transfer.resume = 'undecodable' AND excluded.resume = ''`, `WHERE true`},
		},
		run: "TestSQLite/pull/",
	},
	{
		name: "an element and its job are added together, or adopted",
		edits: []edit{
			{"intake.go", `return added, parked, i.insertJobs(ctx, i.client, tx, jobs)`, `if err := tx.Commit(ctx); err != nil {
		return 0, 0, err
	}
	return added, parked, i.within(ctx, func(tx Transaction[Tx]) error { return i.insertJobs(ctx, i.client, tx, jobs) })`},
			{"engine.go", `e.adopt, `, ``},
		},
		run: "TestSQLite/pull/",
	},
	{
		name: "the effect and its record are one transaction",
		edits: []edit{{"pull.go", `return e.apply(ctx, tx, task, handled)`, `if err := tx.Commit(ctx); err != nil {
				return err
			}
			return e.settle(ctx, task, handled)`}},
		run: "TestSQLite/pull_with_a_transaction/",
	},
	{
		name: "an element that was handled is not handled again",
		edits: []edit{{"pull.go", `if task.row.state == StateWaiting {
		if err := p.handle`, `if task.row.state != StateFailed {
		if err := p.handle`}},
		run: "TestSQLite/pull/",
	},
	{
		name: "what was handled is recorded before the hand-over",
		edits: []edit{{"pull.go", `		return e.settle(ctx, task, handled)
	}
	v := e.judge`, `		task.row.state = StateHandled
		return nil
	}
	v := e.judge`}},
		run: "TestSQLite/pull/",
	},
	{
		name:  "a state changes only from the one that was read",
		edits: []edit{{"worker.go", ` AND state = $3`, ` AND (state = $3 OR true)`}},
		run:   "TestLateRecord", in: "./transfer",
	},
	{
		name:  "the record goes on when the program is to stop",
		edits: []edit{{"worker.go", `ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)`, `ctx, cancel := context.WithTimeout(ctx, settleTimeout)`}},
		run:   "TestRecordOutlives", in: "./transfer",
	},
	{
		name:  "an element that is over is left alone",
		edits: []edit{{"worker.go", `, task.row.state == StateDone, task.row.state == StateParked,`, `,`}},
		run:   "TestSQLite/pull/",
	},
	{
		name:  "an element that kills its program is parked",
		edits: []edit{{"worker.go", `if task.attempt > e.Attempts {`, `if false {`}},
		run:   "TestElementThatKills", in: "./transfer",
	},
	{
		name: "River gives up no job, or its element is adopted",
		edits: []edit{
			{"jobs.go", `MaxAttempts: s.Attempts + spareAttempts`, `MaxAttempts: 2`},
			{"engine.go", `e.adopt, `, ``},
		},
		run: "TestSQLite/pull/",
	},
	{
		name:  "elements without a job get one",
		edits: []edit{{"engine.go", `e.adopt, `, ``}},
		run:   "TestAdopts", in: "./transfer",
	},
	{
		name: "a request is recorded before it is sent",
		edits: []edit{{"sender.go", `	if err := e.settle(ctx, task, change{state: StateSending, reason: task.row.reason}); err != nil {
		return err
	}
`, ``}},
		run: "TestSQLite/push/",
	},
	{
		name: "a request whose program died is looked up",
		edits: []edit{{"sender.go", `if task.row.state == StateSending {`, `if task.row.state == StateSending {
		task.row.state = StateWaiting
	}
	if false {`}},
		run: "TestSQLite/push/",
	},
	{
		name:  "a request that may have been processed is looked up",
		edits: []edit{{"sender.go", `case s.push.Idempotent || !processed(err):`, `case true:`}},
		run:   "TestSQLite/push/",
	},
	{
		name:  "the look-up waits",
		edits: []edit{{"sender.go", `cmp.Or(s.push.Settle, defaultSettle)`, `time.Duration(0)`}},
		run:   "TestPushWaits", in: "./transfer",
	},
	{
		name:  "a panic leaves open whether a request was processed",
		edits: []edit{{"worker.go", `err = fmt.Errorf("panic: %v", value)`, `err = Later(fmt.Errorf("panic: %v", value), 0)`}},
		run:   "TestSQLite/push/",
	},
	{
		name:  "SQLite: a program takes up what an earlier one left",
		edits: []edit{{"sqlite/sqlite.go", `WHERE state = 'running' AND kind LIKE`, `WHERE false AND kind LIKE`}},
		run:   "TestSQLiteTakesUp",
	},
	{
		name:  "SQLite: one program works on a file",
		edits: []edit{{"sqlite/sqlite.go", `if err == nil && !locked {`, `if err == nil && !locked && false {`}},
		run:   "TestOneProgramWorksOnAFile", in: "./transfer",
	},
	{
		name:  "SQLite: a worker reserves its element",
		edits: []edit{{"sqlite/sqlite.go", `	if d.held[name] {`, `	if false {`}},
		run:   "TestSQLiteReserves",
	},
	{
		name:  "SQLite: a change of the clock delays nothing",
		edits: []edit{{"sqlite/sqlite.go", `AND scheduled_at > datetime('now', '+10 seconds')`, `AND false`}},
		run:   "ClockWasSetBack", in: "./transfer",
	},
	{
		name:  "PostgreSQL: a worker locks its element",
		edits: []edit{{"postgres/postgres.go", `	if !locked {`, `	if false {`}},
		run:   "TestPostgreSQLReserves",
	},
	{
		name:  "PostgreSQL: a job is dead only if nobody has its lock",
		edits: []edit{{"postgres/postgres.go", `FROM running WHERE pg_try`, `FROM running WHERE true OR pg_try`}},
		run:   "TestPostgreSQLKeeps",
	},
	{
		name:  "PostgreSQL: the jobs of dead workers are taken up",
		edits: []edit{{"postgres/postgres.go", `return d.reclaimUnlocked(ctx, queue)`, `return nil`}},
		run:   "TestPostgreSQL/pull/",
	},
}

// TestProtectionsAreNeeded takes out each protection. With ORDERS_PROTECTIONS set it also runs the
// tests that notice; without, it checks that the protection is still there.
func TestProtectionsAreNeeded(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	all := group{running: make(chan struct{}, 3)} // builds take processors
	for _, p := range protections {
		all.run(t, p.name, func(t *testing.T) {
			sources := map[string]string{}
			for _, e := range p.edits {
				path := filepath.Join(root, "transfer", e.file)
				if sources[path] == "" {
					source, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					sources[path] = string(source)
				}
				if count := strings.Count(sources[path], e.old); count != 1 {
					t.Fatalf("%s has %q %d times, want it once", e.file, e.old, count)
				}
				sources[path] = strings.Replace(sources[path], e.old, e.new, 1)
			}
			if os.Getenv("ORDERS_PROTECTIONS") != "" {
				p.takeOut(t, root, sources)
			}
		})
	}
	all.Wait()
}

// takeOut runs the tests on sources without the protection. They must fail.
func (p protection) takeOut(t *testing.T, root string, sources map[string]string) {
	dir := t.TempDir()
	replaced := map[string]string{}
	for path, source := range sources {
		replaced[path] = filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(replaced[path], []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "test", "-overlay", path, "-count=1", "-vet=off", "-failfast", "-timeout", "60s", "-parallel", "8", "-run", p.run, cmp.Or(p.in, "./internal/conformance/orders"))
	command.Dir, command.Env = root, append(os.Environ(), "ORDERS_PROTECTIONS=", "ORDERS_WORLDS=4,100,10,1")
	output, err := command.CombinedOutput()
	switch {
	case bytes.Contains(output, []byte("[build failed]")), bytes.Contains(output, []byte("[setup failed]")), bytes.Contains(output, []byte("no tests to run")):
		t.Fatalf("%s", output)
	case err == nil:
		t.Errorf("no test notices:\n%s", output)
	default:
		t.Logf("noticed:\n%.600s", output)
	}
}
