// Package prism runs Stoplight's Prism, a reader of API descriptions that shares no code with this
// module. The checks and benchmarks that use it need the program prism in the PATH; see the
// Makefile for its version.
package prism

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	startTimeout = 30 * time.Second
	pollEvery    = 20 * time.Millisecond
	attempts     = 3 // at a free port, which another program may take before Prism does
)

// Server is a running Prism. It must be closed.
type Server struct {
	URL string // without a slash at the end

	folder  string // with the description, which Prism watches: when it goes, Prism ends
	command *exec.Cmd
	output  *bytes.Buffer // not to be read before the end of the process
	ended   chan struct{} // closed at the end of the process
}

// Mock answers by a description alone: with its examples, or with values that fit its schemas.
func Mock(ctx context.Context, document []byte) (*Server, error) {
	return start(ctx, document, "mock")
}

// Proxy stands before an upstream and answers in its place where a request or an answer breaks the
// description.
func Proxy(ctx context.Context, document []byte, upstream string) (*Server, error) {
	return start(ctx, document, "proxy", upstream, "--errors")
}

// start returns once Prism listens. It ends with the context.
func start(ctx context.Context, document []byte, mode string, arguments ...string) (server *Server, err error) {
	folder, err := os.MkdirTemp("", "prism")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
	file := filepath.Join(folder, "openapi.yaml") // JSON is YAML, too
	if err := os.WriteFile(file, document, 0o600); err != nil {
		return nil, err
	}
	for range attempts {
		server, err = launch(ctx, append([]string{mode, file}, arguments...))
		if err == nil {
			server.folder = folder
			return server, nil
		}
		if !strings.Contains(err.Error(), "EADDRINUSE") {
			break
		}
	}
	return nil, err
}

func launch(ctx context.Context, arguments []string) (*Server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + address, output: new(bytes.Buffer), ended: make(chan struct{})}
	// A log of each request would slow Prism down.
	s.command = exec.CommandContext(ctx, "prism", append(arguments, "--host", host, "--port", port, "--verboseLevel", "fatal")...)
	s.command.Stdout, s.command.Stderr = s.output, s.output
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("start Prism: %w", err)
	}
	go func() {
		defer close(s.ended)
		_ = s.command.Wait() // that it was killed is no news
	}()
	if err := s.waitUntilReady(ctx, address); err != nil {
		s.end()
		return nil, fmt.Errorf("prism %s: %w\n%s", arguments[0], err, s.output)
	}
	return s, nil
}

// freeAddress returns an address on loopback that nobody listens at.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func (s *Server) waitUntilReady(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.ended:
		case <-ctx.Done():
		case <-ticker.C:
			connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
			if err == nil {
				return connection.Close()
			}
			continue
		}
		if ctx.Err() != nil { // which ends the process, too
			return fmt.Errorf("it does not listen: %w", ctx.Err())
		}
		return errors.New("it ended by itself")
	}
}

// Close ends the process and waits for its end.
func (s *Server) Close() {
	s.end()
	os.RemoveAll(s.folder)
}

func (s *Server) end() {
	_ = s.command.Process.Kill() // it may have ended
	<-s.ended
}
