//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/pgserver"
	"github.com/xsale-go/xsale/internal/conformance/redisserver"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/postgres"
	"github.com/xsale-go/xsale/xsaletest"
)

// TestMain is the program itself for the processes that the test starts.
func TestMain(m *testing.M) {
	if os.Getenv("FLEET_WORKER") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// fleet is a fleet, and what it works with.
type fleet struct {
	*testing.T
	sandbox     *xsaletest.Sandbox
	shop        *xsale.Organization
	database    *postgres.Database
	environment []string
}

func newFleet(t *testing.T) *fleet {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(3000), xsaletest.WithLatency(5*time.Millisecond))
	sandbox.HandleFunc("PUT /{organizationName}/orders/{id}/status", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Name string }
		err := json.NewDecoder(r.Body).Decode(&body)
		id, idErr := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err := errors.Join(err, idErr, sandbox.Orders("").SetStatus(id, body.Name)); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	location := pgserver.New(t).Database(t)
	database, err := postgres.Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	schema, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.Pool().Exec(t.Context(), string(schema)); err != nil {
		t.Fatal(err)
	}
	environment := append(os.Environ(), sandbox.Environment()...)
	environment = append(environment, "FLEET_WORKER=1", "DATABASE_URL="+location, "REDIS_URL=unix://"+redisserver.New(t).Socket)
	return &fleet{t, sandbox, sandbox.Client(t).Organization(""), database, environment}
}

// start starts a worker.
func (f *fleet) start(name string) *exec.Cmd {
	worker := exec.CommandContext(f.Context(), os.Args[0], "-name", name, "-every", "1s", "-rate", "50")
	worker.Env, worker.Stderr = f.environment, f.Output()
	if err := worker.Start(); err != nil {
		f.Fatal(err)
	}
	return worker
}

// count returns the number that a query yields.
func (f *fleet) count(query string, arguments ...any) (count int) {
	if err := f.database.Pool().QueryRow(f.Context(), query, arguments...).Scan(&count); err != nil {
		f.Fatal(err)
	}
	return count
}

// waitForOrders waits until a worker has imported this many more orders.
func (f *fleet) waitForOrders(worker string, more int) {
	const query = `SELECT count(*) FROM erp_orders WHERE worker = $1`
	for before := f.count(query, worker); f.count(query, worker) < before+more; {
		time.Sleep(5 * time.Millisecond)
	}
}

// newOrders returns how many orders are in the status of new ones.
func (f *fleet) newOrders() int {
	orders, err := call.Collect(f.shop.Orders.List(f.Context(), xsale.ListOrdersParams{StatusNames: []string{statusNew}}))
	if err != nil {
		f.Fatal(err)
	}
	return len(orders)
}

// waitForEnd waits until this many orders are imported and handed over.
func (f *fleet) waitForEnd(orders int) {
	for done := 0; done < orders; time.Sleep(50 * time.Millisecond) {
		stats, err := newImport(f.shop, f.database, "").Stats(f.Context())
		if err != nil {
			f.Fatal(err)
		}
		done = stats[transfer.StateDone]
	}
}

// One worker is killed and one is stopped for a while, and orders come in meanwhile. Each is
// imported once and handed over, and the fleet logs in about once.
func TestFleetImportsEachOrderOnce(t *testing.T) {
	f := newFleet(t)
	const later = 20
	want := f.newOrders() + later
	killed, stopped, last := f.start("killed"), f.start("stopped"), f.start("last")
	f.waitForOrders("killed", 20)
	f.waitForOrders("stopped", 20)
	killed.Process.Kill()
	killed.Wait()
	stopped.Process.Signal(syscall.SIGSTOP)
	f.waitForOrders("last", 20)
	for range later {
		if _, err := f.sandbox.Orders("").Add(xsaletest.SeedOrder{Order: `{"Items":[]}`}); err != nil {
			t.Fatal(err)
		}
	}
	f.waitForOrders("last", 20)
	stopped.Process.Signal(syscall.SIGCONT)
	f.waitForEnd(want)
	for _, worker := range []*exec.Cmd{stopped, last} {
		worker.Process.Signal(syscall.SIGTERM)
		if err := worker.Wait(); err != nil {
			t.Error(err)
		}
	}
	if rows, orders := f.count(`SELECT count(*) FROM erp_orders`), f.count(`SELECT count(DISTINCT id) FROM erp_orders`); rows != want || orders != want {
		t.Errorf("%d orders are in the ERP, %d of them different, want %d", rows, orders, want)
	}
	if left := f.newOrders(); left > 0 {
		t.Errorf("%d orders are still in the status %s", left, statusNew)
	}
	if logins := f.sandbox.Logins() - 1; logins > 2 { // 1 is the test's own
		t.Errorf("the fleet has logged in %d times", logins)
	}
	t.Logf("%d logins, %d orders: %d by the killed worker, %d by the stopped one", f.sandbox.Logins()-1, want,
		f.count(`SELECT count(*) FROM erp_orders WHERE worker = 'killed'`), f.count(`SELECT count(*) FROM erp_orders WHERE worker = 'stopped'`))
}
