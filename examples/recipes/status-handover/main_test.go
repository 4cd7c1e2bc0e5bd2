package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/xsaletest"
)

// changeStatus is made up for the test, and so is the body: the vendor's Swagger has the real ones.
const changeStatus = "PUT /{organizationName}/orders/{id}/status"

const table = `CREATE TABLE statuses (order_id INTEGER PRIMARY KEY, status TEXT NOT NULL, sent TEXT)`

var example = change{"/orders/{id}/status", `{"Id":{statusId},"Name":"{status}"}`}

func newERP(t *testing.T, statuses string) *sqlite.Database {
	erp, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "erp.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { erp.Close() })
	if _, err := erp.DB().Exec(table + `; INSERT INTO statuses (order_id, status) VALUES ` + statuses); err != nil {
		t.Fatal(err)
	}
	return erp
}

func newSandbox(t *testing.T) *xsaletest.Sandbox {
	sandbox := xsaletest.New(t)
	sandbox.HandleFunc(changeStatus, func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Name string }
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err := errors.Join(err, json.NewDecoder(r.Body).Decode(&body), sandbox.Orders("").SetStatus(id, body.Name)); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	return sandbox
}

// Each status arrives once, although responses are lost, and one that xSale does not know delays no
// other. A later status is sent, too.
func TestStatusesArrive(t *testing.T) {
	sandbox := newSandbox(t)
	shop := sandbox.Client(t).Organization("")
	erp := newERP(t, `(1, 'Zaimportowano do ERP'), (2, 'Wyslane'), (3, 'Wysłane')`)
	sandbox.Fail(changeStatus, xsaletest.Cut(xsaletest.BeforeResponse).Processed(), xsaletest.ExpiredIDToken())
	if err := handOver(t.Context(), shop, erp.DB(), example); err == nil || err.Error() != "statuses that failed: 1" {
		t.Error(err)
	}
	sent := len(sandbox.Requests(changeStatus))
	if _, err := erp.DB().Exec(`UPDATE statuses SET status = 'Zrealizowane' WHERE order_id < 3`); err != nil {
		t.Fatal(err)
	}
	if err := handOver(t.Context(), shop, erp.DB(), example); err != nil {
		t.Error(err)
	}
	if again := len(sandbox.Requests(changeStatus)) - sent; again != 2 {
		t.Errorf("%d requests for 2 changes", again)
	}
	for id, want := range map[int64]string{1: "Zrealizowane", 2: "Zrealizowane", 3: "Wysłane"} {
		if _, status, err := sandbox.Orders("").Get(id); status != want || err != nil {
			t.Errorf("order %d has the status %q, %v, want %q", id, status, err, want)
		}
	}
}

// An outage ends the run, and the statuses stay to be sent. A single order for which the service fails is
// no outage.
func TestOutage(t *testing.T) {
	sandbox := newSandbox(t)
	down := xsaletest.Status(http.StatusServiceUnavailable)
	sandbox.Fail(changeStatus, down, down, xsaletest.Status(http.StatusForbidden), down, down, down)
	shop := sandbox.Client(t, xsale.WithRetries(0)).Organization("")
	erp := newERP(t, `(1, 'Wysłane'), (2, 'Wysłane'), (3, 'Wysłane'), (4, 'Wysłane'), (5, 'Wysłane'), (6, 'Wysłane'), (7, 'Wysłane')`)
	if err := handOver(t.Context(), shop, erp.DB(), example); !errors.Is(err, xsale.ErrServer) || len(sandbox.Requests(changeStatus)) != 6 {
		t.Errorf("%d requests, %v", len(sandbox.Requests(changeStatus)), err)
	}
	if err := handOver(t.Context(), shop, erp.DB(), example); err != nil || len(sandbox.Requests(changeStatus)) != 6+7 {
		t.Errorf("%d requests, %v", len(sandbox.Requests(changeStatus)), err)
	}
}

// Values are escaped for where they stand.
func TestStatusIsEscaped(t *testing.T) {
	const status, path = `5" / "6`, "PUT /{organizationName}/orders/{id}/statuses/{status}"
	sandbox := xsaletest.New(t, xsaletest.WithSeed(xsaletest.Seed{Statuses: []xsale.Status{{ID: 1, Name: status}}, Orders: []xsaletest.SeedOrder{{Order: `{"Id":7}`}}}))
	sandbox.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Name string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Name != status || r.PathValue("status") != status {
			t.Errorf("path %q, body %q, %v", r.PathValue("status"), body.Name, err)
		}
	})
	erp := newERP(t, `(7, '5" / "6')`)
	if err := handOver(t.Context(), sandbox.Client(t).Organization(""), erp.DB(), change{"/orders/{id}/statuses/{status}", `{"Name":"{status}"}`}); err != nil {
		t.Error(err)
	}
}

// Flags that cannot be right mark nothing as sent.
func TestInvalidFlags(t *testing.T) {
	sandbox := newSandbox(t)
	erp := newERP(t, `(1, 'Wysłane')`)
	for _, to := range []change{
		{path: "/orders/status"},
		{path: "orders/{id}/status", body: `{"Name":"{status}"}`},
		{path: "/orders/{id}/status", body: `{"Name":{status}}`},
		{path: "/orders/{id}/status", body: `{"Name":"{status}"`},
	} {
		if err := handOver(t.Context(), sandbox.Client(t).Organization(""), erp.DB(), to); err == nil {
			t.Errorf("%+v is not rejected", to)
		}
	}
	if sent := len(sandbox.Requests(changeStatus)); sent != 0 {
		t.Errorf("%d requests", sent)
	}
}

// A misspelled -database creates no file, and another program's is rejected.
func TestInvalidDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "typo.db")
	if _, err := openERP(t.Context(), file); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "-database") {
		t.Error(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	other, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	if _, err := openERP(t.Context(), file); err == nil || !strings.Contains(err.Error(), "erp-pull") {
		t.Error(err)
	}
	other, err = sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = other.DB().Exec(table)
	if err := errors.Join(err, other.Close()); err != nil {
		t.Fatal(err)
	}
	erp, err := openERP(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	erp.Close()
}
