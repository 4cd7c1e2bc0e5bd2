package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/transfer/sqlite"
)

func TestTablesOfALaterVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	database, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	if _, err := database.DB().ExecContext(t.Context(), `UPDATE river_migration SET version = version + 1 WHERE line = 'xsale_transfer'`); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "update this program") {
		t.Errorf("%v, want an error with the remedy", err)
	}
}
