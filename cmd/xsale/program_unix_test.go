//go:build unix

package main

import (
	"errors"
	"syscall"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// In a container, the command may be the first process, which nobody else cleans up after.
func TestPullLeavesNoProcess(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(5))
	execute(t, "", pulling(t, "--exec", "exit 0", "--hand-over-exec", "sleep 1000 >/dev/null 2>&1 &")...).expect(t, exitOK, "Done                  5")
	if child, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("child %d, %v, want no child", child, err)
	}
}
