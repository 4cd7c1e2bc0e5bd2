//go:build unix

package shell

import (
	"context"
	"os/exec"
)

// Command returns a command for a command line, as cron and git run it.
func Command(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "/bin/sh", "-c", line)
}
