//go:build unix

package main

import (
	"context"
	"os/exec"
	"syscall"
)

// shell returns a command for a command line. It is in a process group of its own, so that Ctrl-C
// does not end it in the middle of an order.
func shell(ctx context.Context, line string) *exec.Cmd {
	command := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(command.SysProcAttr)
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
	return command
}

// start starts a command, and returns a function that ends what is left of its process group.
func start(command *exec.Cmd) (kill func(), err error) {
	if err := command.Start(); err != nil {
		return nil, err
	}
	return func() { syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }, nil
}
