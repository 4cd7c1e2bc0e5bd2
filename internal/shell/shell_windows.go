package shell

import (
	"context"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/windows"
)

// Command returns a command for a command line. cmd /S uses the line between the quotes unchanged.
func Command(ctx context.Context, line string) *exec.Cmd {
	system, _ := windows.GetSystemDirectory() // without it, the command does not start
	command := exec.CommandContext(ctx, filepath.Join(system, "cmd.exe"))
	command.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd.exe /S /C "` + line + `"`}
	return command
}
