// Program status-handover gives orders in xSale the statuses that they have in an ERP system. The ERP
// system writes them into a table of a SQLite file, as ../erp-pull does after an import:
//
//	CREATE TABLE statuses (order_id INTEGER PRIMARY KEY, status TEXT NOT NULL, sent TEXT)
//
// The table has the status that an order should have in xSale, and the one that was sent last. Only the
// latest status of an order counts, so an older one cannot overtake it.
//
// It is the last step on the vendor's page about fetching orders into your own ERP system,
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/pobieranie-zamowien-integracja-z-wlasnym-systemem-erp:
// PUT /{organizationName}/… changes the status of an order. The rest of the path and the body are not
// public. Look both up in the vendor's Swagger, and pass them as -path and -body.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	var to change
	database := flag.String("database", "erp.db", "SQLite `FILE` with the table statuses")
	flag.StringVar(&to.path, "path", "", "`PATH` below the organization, with {id} of the order, and {status} or {statusId}")
	flag.StringVar(&to.body, "body", "", "`JSON` of the body, with the same placeholders")
	flag.Parse()
	client, err := xsale.New(account.From(""))
	if err != nil {
		return err
	}
	defer client.Close()
	erp, err := openERP(ctx, *database)
	if err != nil {
		return err
	}
	defer erp.Close()
	return handOver(ctx, client.Organization(""), erp.DB(), to)
}

// openERP opens the file of the ERP system. Unlike [sqlite.Open], it creates none.
func openERP(ctx context.Context, file string) (*sqlite.Database, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("%w: pass the file of the ERP system, such as erp-pull creates, as -database", err)
	}
	erp, err := sqlite.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	if _, err := erp.DB().ExecContext(ctx, `SELECT order_id, status, sent FROM statuses LIMIT 0`); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w: it needs the table statuses with order_id, status and sent, such as erp-pull creates", file, err), erp.Close())
	}
	return erp, nil
}

// handOver sends the statuses that xSale does not have yet. The next run sends those again that fail. An
// outage ends the run; one order that always fails does not.
func handOver(ctx context.Context, shop *xsale.Organization, erp *sql.DB, to change) error {
	if !strings.Contains(to.path+to.body, "{id}") {
		return errors.New("pass -path and -body as in the vendor's Swagger, with {id} for the id of the order")
	}
	ids := map[string]int64{} // of the statuses, by name
	for status, err := range shop.Statuses.List(ctx) {
		if err != nil {
			return err
		}
		ids[status.Name] = status.ID
	}
	const next = `SELECT order_id, status FROM statuses WHERE order_id > ? AND sent IS NOT status ORDER BY order_id LIMIT 1`
	failed, outages := 0, 0
	for order, status := int64(0), ""; ; {
		err := erp.QueryRowContext(ctx, next, order).Scan(&order, &status)
		switch {
		case errors.Is(err, sql.ErrNoRows) && failed > 0:
			return fmt.Errorf("statuses that failed: %d", failed)
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		if err = to.send(ctx, shop, order, status, ids[status]); err == nil {
			_, err = erp.ExecContext(ctx, `UPDATE statuses SET sent = ? WHERE order_id = ?`, status, order)
		}
		if outages++; !outage(err) {
			outages = 0
		}
		if outages == maxOutages {
			return fmt.Errorf("order %d: %w", order, err)
		}
		if err != nil {
			log.Printf("order %d: %v", order, err)
			failed++
		}
	}
}

// maxOutages is how many orders fail in a row until the others are left to the next run. A single one may
// fail because of its own data.
const maxOutages = 3

// outage reports whether other calls probably fail, too.
func outage(err error) bool {
	_, login := errors.AsType[*authn.Error](err)
	return login || xsale.Temporary(err) || errors.Is(err, xsale.ErrUnauthorized)
}

// change is the request that changes a status.
type change struct{ path, body string }

func (c change) send(ctx context.Context, shop *xsale.Organization, order int64, status string, statusID int64) error {
	if statusID == 0 {
		return fmt.Errorf("%w: xSale has no status %q", xsale.ErrInvalid, status)
	}
	quoted, err := json.Marshal(status)
	if err != nil {
		return err
	}
	values := []string{"{id}", strconv.FormatInt(order, 10), "{statusId}", strconv.FormatInt(statusID, 10), "{status}"}
	path := strings.NewReplacer(append(values, url.PathEscape(status))...).Replace(c.path)
	body := strings.NewReplacer(append(values, string(quoted[1:len(quoted)-1]))...).Replace(c.body)
	if body != "" && !json.Valid([]byte(body)) {
		return fmt.Errorf("%w: -body becomes %s, which is not valid JSON: write {status} in quotes", xsale.ErrInvalid, body)
	}
	_, err = shop.Call(ctx, http.MethodPut, path, strings.NewReader(body), call.Name("setStatus"))
	return err
}
