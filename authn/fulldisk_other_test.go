//go:build !unix

package authn_test

import "testing"

// refuseWrites is never called: only tests for Unix start a program that does.
func refuseWrites(t *testing.T) { t.Fatal("not on this system") }
