// Program shop connects a shop to xSale: it creates the integration and its parameters, sends the
// shop's orders, and translates its articles. Each command can be killed and started again. The
// environment sets the account and the organization.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

const usage = `usage:
  shop setup CATEGORY PARAMETER...   create the integration and parameters of a category
  shop orders < sales.ndjson         send orders: each line is {"Number": …, "Customer": …, "Order": {…}}
  shop translate < ids.txt           translate articles`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return errors.New(usage)
	}
	client, err := xsale.New(xsale.FromEnvironment())
	if err != nil {
		return err
	}
	defer client.Close()
	s, err := openShop(ctx, client.Organization(""), "shop.db")
	if err != nil {
		return err
	}
	defer s.database.Close()
	switch command, arguments := arguments[0], arguments[1:]; {
	case command == "setup" && len(arguments) > 0:
		category, err := strconv.ParseInt(arguments[0], 10, 64)
		if err != nil {
			return err
		}
		return s.setUp(ctx, category, arguments[1:])
	case command == "orders" && len(arguments) == 0:
		return s.sendOrders(ctx, os.Stdin, os.Stdout)
	case command == "translate" && len(arguments) == 0:
		articles, err := readIDs(bufio.NewReader(os.Stdin))
		if err != nil {
			return err
		}
		summary, err := s.translateAll(ctx, articles, mark)
		fmt.Printf("%d articles translated, %d parked\n", summary.Done, summary.Parked)
		return err
	}
	return errors.New(usage)
}

// shop is a shop and its connection to xSale.
type shop struct {
	xsale    *xsale.Organization
	database *sqlite.Database
	settle   time.Duration // see transfer.Push
}

func openShop(ctx context.Context, organization *xsale.Organization, file string) (*shop, error) {
	database, err := sqlite.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	if _, err := database.DB().ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return &shop{xsale: organization, database: database}, nil
}

// push is a flow of elements that the shop sends to xSale.
type push[T, R any] = transfer.Push[T, R, *sql.Tx]

func (s *shop) flow(name string) transfer.Flow[*sql.Tx] {
	return transfer.Flow[*sql.Tx]{Database: s.database, Name: name, Logger: slog.Default()}
}
