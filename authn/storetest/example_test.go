package storetest_test

import (
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/storetest"
)

// The test of a custom store; here of a file store.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestStore(t *testing.T) in the package of your store
		storetest.Run(t, func(t *testing.T) (a, b authn.Store) {
			dir := t.TempDir()
			return authn.NewDirStore(dir), authn.NewDirStore(dir)
		})
	}
}
