//go:build !unix

package authn_test

import "testing"

// failWrites is never called: only Unix tests start a program that calls it.
func failWrites(t *testing.T) { t.Fatal("needs Unix") }
