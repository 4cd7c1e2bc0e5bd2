package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

// The tables of an ERP system in the same file take part in the transactions of transfer.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "erp")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	database, err := sqlite.Open(context.Background(), filepath.Join(dir, "erp.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer database.Close()
	if _, err := database.DB().Exec(`CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)`); err != nil {
		log.Fatal(err)
	}
	flow := transfer.Flow[*sql.Tx]{Database: database, Name: "orders"}
	fmt.Println(flow.Stats(context.Background()))
	// Output: map[] <nil>
}
