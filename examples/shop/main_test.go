package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

// newShop opens a shop that is connected with a sandbox.
func newShop(t *testing.T, sandbox *xsaletest.Sandbox) *shop {
	t.Helper()
	s, err := openShop(t.Context(), sandbox.Client(t).Organization(""), filepath.Join(t.TempDir(), "shop.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.database.Close() })
	s.settle = time.Millisecond
	return s
}
