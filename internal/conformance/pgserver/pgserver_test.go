package pgserver

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestDatabasesAreSeparate(t *testing.T) {
	server := New(t)
	for range 2 {
		connection, err := pgx.Connect(t.Context(), server.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close(t.Context())
		if _, err := connection.Exec(t.Context(), "CREATE TABLE orders (id bigint)"); err != nil {
			t.Error(err)
		}
	}
}
