package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/xsaletest"
)

// pulling returns the arguments of a pull of all orders with a database of the test.
func pulling(t *testing.T, more ...string) []string {
	t.Helper()
	return append([]string{"orders", "pull", "--any-status", "--database", filepath.Join(t.TempDir(), "orders.db")}, more...)
}

func TestPullPassesOrdersToAProgram(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(8))
	line, notes := useHandler(t, "2=75,3=3!,4=127,5=255!")
	pull := pulling(t, "--exec", line, "--hand-over-exec", line, "--workers", "2")
	r := execute(t, "", pull...).expect(t, exitFailed, "1: order 1 of "+xsaletest.Organization, "2 orders parked: 'xsale orders parked' has the reasons")
	if want := "Listed                8\nNew                   8\nDone                  6\nParked                2\nLeft for a later run  0\n"; r.stdout != want {
		t.Errorf("got\n%s\nwant\n%s", r.stdout, want)
	}
	reason := " failed handle: exit status %d: cannot import it: unknown VAT rate"
	want := []string{
		"1 1", "1 1 done", "2 1", "2 1 done", "2 2", "3 1", "3 1" + fmt.Sprintf(reason, 3), "4 1", "4 1 done", "4 2",
		"5 1", "5 1" + fmt.Sprintf(reason, 255), "6 1", "6 1 done", "7 1", "7 1 done", "8 1", "8 1 done",
	}
	if got := slices.Sorted(slices.Values(notes())); !slices.Equal(got, want) {
		t.Errorf("the program was called with\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	database := pull[3:5]
	parked := execute(t, "", append([]string{"orders", "parked", "-o", "ndjson"}, database...)...).expect(t, exitOK)
	if lines := strings.Split(parked.stdout, "\n"); len(lines) != 3 || !strings.Contains(lines[0], `"key":"3"`) || !strings.Contains(lines[0], `"reason":"handle: exit status 3: cannot import it: unknown VAT rate"`) {
		t.Error(parked.stdout)
	}
	execute(t, "", append([]string{"orders", "parked"}, database...)...).expect(t, exitOK, "KEY  SINCE", "3    20", "unknown VAT rate")
	execute(t, "", append([]string{"orders", "show", "3"}, database...)...).expect(t, exitOK, "State    parked", `"Id":3}`)
	execute(t, "", append([]string{"orders", "show", "9"}, database...)...).expect(t, exitFailed, `unknown key: "9"`)
	execute(t, "", append([]string{"orders", "retry", "3", "4"}, database...)...).expect(t, exitUsage, `key "4" is done: only parked`)
	execute(t, "", append([]string{"orders", "discard", "5"}, database...)...).expect(t, exitOK, "1 order discarded\n")
	execute(t, "", append([]string{"orders", "show", "5"}, database...)...).expect(t, exitOK, "discarded", `"Id":5`) // --keep of a run removes it
	execute(t, "", append([]string{"orders", "retry", "--all"}, database...)...).expect(t, exitOK, "1 order will be retried\n")
	t.Setenv("XSALE_TEST_PLAN", "")
	r = execute(t, "", append(pull, "-o", "ndjson")...).expect(t, exitOK)
	if want := `{"listed":8,"new":0,"done":1,"parked":0,"later":0}` + "\n"; r.stdout != want {
		t.Errorf("got %s, want %s", r.stdout, want)
	}
}

// An order that is tried again later has not failed for good, but the exit code shows it.
func TestPullLeavesOrdersForLater(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(3))
	line, notes := useHandler(t, "")
	pull := pulling(t, "--exec", line)
	database, err := sqlite.Open(t.Context(), pull[4])
	if err != nil {
		t.Fatal(err)
	}
	earlier := transfer.Pull[xsale.Order, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: database, Name: flowName(flowPull, xsaletest.Organization)},
		List: func(context.Context) iter.Seq2[xsale.Order, error] {
			return func(yield func(xsale.Order, error) bool) { yield(xsale.Order{ID: 2}, nil) }
		},
		Key: orderKey,
		Handle: func(context.Context, transfer.Item[xsale.Order]) error {
			return transfer.Later(errors.New("closed"), time.Hour)
		},
	}
	if summary, err := earlier.Run(t.Context()); err != nil || summary.Retries != 1 {
		t.Fatalf("%+v, %v", summary, err)
	}
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	r := execute(t, "", pull...).expect(t, exitLater, "Done                  2\n", "Left for a later run  1\n")
	if !strings.HasSuffix(r.stderr, "xsale: 1 order left for a later run\n") || len(notes()) != 2 {
		t.Errorf("%v, %s", notes(), r.stderr)
	}
}

// A second run on a file says so.
func TestPullWithADatabaseInUse(t *testing.T) {
	useSandbox(t)
	pull := pulling(t, "--exec", "exit 0")
	database, err := sqlite.Open(t.Context(), pull[4])
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	release, err := database.Claim(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if r := execute(t, "", pull...).expect(t, exitLater, "another program uses "+pull[4]); r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
}

func TestPullWritesFiles(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(5))
	dir := t.TempDir()
	leftover := filepath.Join(dir, ".1.json.123.tmp")
	old := time.Now().Add(-2 * time.Hour)
	if err := errors.Join(os.WriteFile(leftover, nil, 0o600), os.Chtimes(leftover, old, old)); err != nil {
		t.Fatal(err)
	}
	pull := pulling(t, "--to", dir)
	execute(t, "", pull...).expect(t, exitOK, "Done                  5")
	listed := execute(t, "", "orders", "list", "-o", "ndjson").expect(t, exitOK)
	var written strings.Builder
	for i := range 5 {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.json", i+1)))
		if err != nil {
			t.Error(err)
		}
		written.Write(data)
	}
	if written.String() != listed.stdout {
		t.Errorf("wrote\n%s\nwant\n%s", written.String(), listed.stdout)
	}
	if _, err := os.Lstat(leftover); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file that a killed program left is there: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	execute(t, "", pull...).expect(t, exitUsage, "--to: ", dir)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.Orders(xsaletest.Organization).Add(xsaletest.SeedOrder{Order: orderJSON}); err != nil {
		t.Fatal(err)
	}
	execute(t, "", pull...).expect(t, exitOK, "New                   1", "Done                  1")
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v, want the new order only", entries, err)
	}
}

// shortPipe takes some lines only.
type shortPipe struct {
	written []string
	lines   int
}

func (p *shortPipe) Write(data []byte) (int, error) {
	if len(p.written) == p.lines {
		return 0, errors.New("no space left")
	}
	p.written = append(p.written, string(data))
	return len(data), nil
}

func TestPullWritesToStandardOutput(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(40))
	pull := pulling(t, "--to", "-")
	var got []string
	for i := 1; ; i++ {
		out := &shortPipe{lines: 15}
		var stderr syncBuffer
		code := run(t.Context(), pull, strings.NewReader(""), out, &stderr)
		got = append(got, out.written...)
		if i == 3 {
			if code != exitOK || !strings.Contains(stderr.String(), "Done                  10") {
				t.Errorf("exit code %d, %s", code, stderr.String())
			}
			break
		}
		if code != exitLater || !strings.Contains(stderr.String(), "xsale: standard output: no space left: the next run writes") {
			t.Errorf("exit code %d, %s", code, stderr.String())
		}
	}
	listed := execute(t, "", "orders", "list", "-o", "ndjson").expect(t, exitOK)
	want := slices.Sorted(strings.Lines(listed.stdout))
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%d lines, want each of the %d orders once", len(got), len(want))
	}
}

// With --every, later orders are taken until the command is stopped, which is not a failure.
func TestPullWatches(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(1))
	dir := t.TempDir()
	pull := append(pulling(t), "--to", dir, "--every", "1s")
	line, _ := useHandler(t, "")
	pull = append(pull, "--hand-over-exec", line)
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr syncBuffer
	ended := make(chan int)
	go func() { ended <- run(ctx, pull, strings.NewReader(""), &stdout, &stderr) }()
	stderr.waitFor(t, "1: order 1 of ")
	if _, err := sandbox.Orders(xsaletest.Organization).Add(xsaletest.SeedOrder{Order: orderJSON}); err != nil {
		t.Fatal(err)
	}
	stderr.waitFor(t, "2: order 2 of ")
	cancel()
	if code := <-ended; code != exitOK || !strings.HasSuffix(stderr.String(), "\n2 orders handled\n") || stdout.String() != "" {
		t.Errorf("exit code %d, %s%s", code, stdout.String(), stderr.String())
	}
	for _, name := range []string{"1.json", "2.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// Orders that do not fit the spec are parked under their ids, and taken once they fit.
func TestPullParksWhatDoesNotFit(t *testing.T) {
	unfit := true
	var mu sync.Mutex
	deviate(t, nil, each("listOrders", func(i int, order map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case !unfit:
		case i == 1:
			order["Items"] = "none"
		case i == 2:
			order["Id"], order["Items"] = fmt.Sprint(order["Id"]), "none"
		case i == 3:
			delete(order, "Id")
		}
	}))
	pull := pulling(t, "--to", t.TempDir())
	execute(t, "", pull...).expect(t, exitFailed, "Done                  57", "Parked                3", "3 orders parked")
	parked := execute(t, "", "orders", "parked", "--database", pull[4]).expect(t, exitOK, "\n2  ", "\n3  ", `the key "" is blank`)
	if strings.Count(parked.stdout, "\n") != 4 {
		t.Error(parked.stdout)
	}
	mu.Lock()
	unfit = false
	mu.Unlock()
	execute(t, "", pull...).expect(t, exitOK, "New                   1", "Done                  3")
}

// A list that breaks off fails the command, but not what it had.
func TestPullWithAListThatBreaksOff(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(40))
	if err := sandbox.Fail("listOrders", xsaletest.Cut(xsaletest.InBody), xsaletest.Status(404)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	pull := pulling(t, "--to", dir)
	execute(t, "", pull...).expect(t, exitUnavailable, "list: ", "Parked                0")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 10 || len(entries) == 40 {
		t.Errorf("%d files, %v, want those before the break", len(entries), err)
	}
	if r := execute(t, "", pull...).expect(t, exitRejected, "404"); r.stdout != "" {
		t.Error(r.stdout)
	}
	execute(t, "", pull...).expect(t, exitOK, "Listed                40", fmt.Sprintf("New                   %d", 40-len(entries)))
}
