package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// trace writes the requests of a command, masked, to an HTTP Archive.
type trace struct {
	path     string
	replaced bool
	archiver *traffic.Archiver // nil without --trace
	sender   *http.Client
}

// open creates the file. It replaces another archive only.
func (t *trace) open() error {
	if t.path == "" {
		return nil
	}
	switch archive, err := isArchive(t.path); {
	case err == nil && !archive:
		return fmt.Errorf("--trace: %s exists and is not an HTTP Archive: pass another file", t.path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("--trace: %w", err)
	default:
		t.replaced = archive
	}
	t.sender, _ = httpx.NewClient(nil)
	archiver, err := traffic.Archive(t.sender.Transport, t.path, traffic.WithBodyLimit(observedBytes))
	if err != nil {
		return fmt.Errorf("--trace: %w", err)
	}
	t.archiver = archiver
	return nil
}

// isArchive reports whether a file is empty, or begins like an HTTP Archive.
func isArchive(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	start, err := io.ReadAll(io.LimitReader(file, 32))
	start = bytes.Join(bytes.Fields(start), nil)
	return len(start) == 0 || bytes.HasPrefix(start, []byte(`{"log":{`)), err
}

// close completes the file and says where it is.
func (t *trace) close(command *cobra.Command) error {
	if t.archiver == nil {
		return nil
	}
	t.sender.CloseIdleConnections()
	if err := t.archiver.Close(); err != nil {
		return fmt.Errorf("--trace: %w", err)
	}
	verb := "wrote"
	if t.replaced {
		verb = "replaced"
	}
	fmt.Fprintf(command.ErrOrStderr(), "%s %s\n", verb, t.path)
	return nil
}

// transport returns what a command sends its requests through.
func (a *app) transport() http.RoundTripper {
	if a.trace.archiver != nil {
		return a.trace.archiver
	}
	sender, _ := httpx.NewClient(nil)
	return sender.Transport
}
