//go:build unix

package main

import (
	"context"
	"os/exec"
	"syscall"
)

// shell returns a command for a command line.
func shell(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "/bin/sh", "-c", line)
}

// guard ends its process group once nobody can write to its standard input any more, because this
// program has died. The program of an order would otherwise work on, next to that of the next run.
const guard = `trap "" TERM; read -r _; kill -KILL 0`

// start starts a command in a process group of its own, so that Ctrl-C does not end it in the middle
// of an order. It returns a function that ends what is left of the group.
func start(command *exec.Cmd) (kill func(), err error) {
	leader := exec.Command("/bin/sh", "-c", guard)
	leader.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := leader.StdinPipe(); err != nil {
		return nil, err
	}
	if err := leader.Start(); err != nil {
		return nil, err
	}
	group := leader.Process.Pid
	kill = func() {
		syscall.Kill(-group, syscall.SIGKILL)
		leader.Wait()
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: group}
	command.Cancel = func() error { return syscall.Kill(-group, syscall.SIGTERM) }
	if err := command.Start(); err != nil {
		kill()
		return nil, err
	}
	return kill, nil
}
