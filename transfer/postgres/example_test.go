package postgres_test

import (
	"context"
	"fmt"
	"log"

	"github.com/jackc/pgx/v5"

	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/postgres"
)

// The password is that of PGPASSWORD or of a password file.
func ExampleOpen() {
	ctx := context.Background()
	database, err := postgres.Open(ctx, "postgres://erp@db.example.com/erp?sslmode=verify-full")
	if err != nil {
		log.Fatal(err)
	}
	defer database.Close()
	if _, err := database.Pool().Exec(ctx, `CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY)`); err != nil {
		log.Fatal(err)
	}
	flow := transfer.Flow[pgx.Tx]{Database: database, Name: "orders"}
	fmt.Println(flow.Stats(ctx))
}
