package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/surface"
)

//go:generate go run . reference --markdown ../../docs/cli.md --snapshot testdata/surface.txt --removed testdata/surface_removed.txt

// newReferenceCommand returns the hidden command that writes what is generated from the commands.
func newReferenceCommand() *cobra.Command {
	var markdown, snapshot, removed, man string
	command := &cobra.Command{
		Use:     "reference",
		Short:   "Write the documentation of the commands, for the developers and packagers of this program",
		Example: "  xsale reference --man dist/man",
		Hidden:  true,
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			s := surface.Surface{Root: command.Root(), ExitCodes: exitCodes}
			if snapshot != "" {
				if err := writeSnapshot(s, snapshot, removed); err != nil {
					return err
				}
			}
			if markdown != "" {
				if err := os.WriteFile(markdown, s.Markdown(), 0o644); err != nil {
					return err
				}
			}
			if man != "" {
				return writeMan(s, man)
			}
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&markdown, "markdown", "", "write a page in Markdown to `FILE`")
	flags.StringVar(&snapshot, "snapshot", "", "write a line for each command, flag and exit code to `FILE`; fail if one of its lines would be removed")
	flags.StringVar(&removed, "removed", "", "`FILE` with the lines that may be removed, each with a colon and what to use instead")
	flags.StringVar(&man, "man", "", "write manual pages to `DIR`")
	return uses(command)
}

func writeSnapshot(s surface.Surface, file, statements string) error {
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var stated []byte
	if statements != "" {
		if stated, err = os.ReadFile(statements); err != nil {
			return err
		}
	}
	now := s.Snapshot()
	if removed := surface.Removed(before, now, stated); len(removed) > 0 {
		return fmt.Errorf("this removes what scripts may use: %s; state each line in %s with ': ' and what to use instead, or if no release had it, delete it from %s",
			strings.Join(removed, ", "), statements, file)
	}
	return os.WriteFile(file, now, 0o644)
}

func writeMan(s surface.Surface, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	date := time.Now()
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" { // of builds that must be reproducible
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH is %q: want seconds since 1970", epoch)
		}
		date = time.Unix(seconds, 0)
	}
	for _, page := range s.Man(date) {
		if err := os.WriteFile(filepath.Join(dir, page.Name), page.Roff, 0o644); err != nil {
			return err
		}
	}
	return nil
}
