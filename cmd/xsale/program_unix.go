//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// guarded runs a command line and, next to it, a guard: once nobody can write to descriptor 3 any
// more, because this program has died, it ends the process group.
const guarded = `(trap "" TERM; read -r _ <&3; kill -KILL 0) </dev/null >/dev/null 2>&1 &
exec /bin/sh -c "$1" 3<&-`

// shell returns a command for a command line. It is in a process group of its own, so that Ctrl-C
// does not end it in the middle of an order.
func shell(ctx context.Context, line string) *exec.Cmd {
	command := exec.CommandContext(ctx, "/bin/sh", "-c", guarded, "sh", line)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
	return command
}

// start starts a command, and returns a function that ends what is left of its process group.
func start(command *exec.Cmd) (kill func(), err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	command.ExtraFiles = []*os.File{read}
	if err := command.Start(); err != nil {
		write.Close()
		return nil, err
	}
	return func() {
		syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		write.Close()
	}, nil
}
