package authn_test

import (
	"path/filepath"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/storetest"
)

func TestMemoryStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) (authn.Store, authn.Store) {
		store := &authn.MemoryStore{}
		return store, store
	})
}

func TestDirStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (authn.Store, authn.Store) {
		dir := filepath.Join(t.TempDir(), "not", "there")
		return authn.NewDirStore(dir), authn.NewDirStore(dir)
	})
}
