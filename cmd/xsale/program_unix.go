//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// guard ends its process group when its standard input is closed, because this program has died.
// Otherwise the program of an order would continue, concurrently with that of the next run.
const guard = `trap "" TERM; read -r _; kill -KILL 0`

// start starts a command in its own process group, so that Ctrl-C does not end it in the middle of an
// order. It returns a function that ends the rest of the group.
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
