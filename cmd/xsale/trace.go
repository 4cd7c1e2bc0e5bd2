package main

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// trace writes the requests of a command, masked, to an HTTP Archive.
type trace struct {
	path     string
	existed  bool
	archiver *traffic.Archiver // nil without --trace
	sender   *http.Client
}

// open creates the file.
func (t *trace) open() error {
	if t.path == "" {
		return nil
	}
	existed, err := harFile("--trace", t.path).check()
	if err != nil {
		return err
	}
	t.existed = existed
	t.sender, _ = httpx.NewClient(nil)
	archiver, err := traffic.Archive(t.sender.Transport, t.path, traffic.WithBodyLimit(observedBytes))
	if err != nil {
		return fmt.Errorf("--trace: %w", err)
	}
	t.archiver = archiver
	return nil
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
	fmt.Fprintf(command.ErrOrStderr(), "%s %s\n", wrote(t.existed), t.path)
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
