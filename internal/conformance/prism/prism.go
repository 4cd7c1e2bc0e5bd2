// Package prism runs Stoplight's Prism, an OpenAPI mock and proxy that shares no code with this
// module. It needs prism in the PATH; see the Makefile for its version.
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
	attempts     = 3 // another program may take the free port before Prism does
)

// Server is a running Prism. The caller must close it.
type Server struct {
	URL string // without a trailing slash

	dir     string // of the spec; Prism watches it and exits if it is removed
	command *exec.Cmd
	output  *bytes.Buffer // valid once the process has ended
	ended   chan struct{} // closed at the end of the process
}

// Mock starts a mock, which responds with the examples of a spec or values that fit its schemas.
func Mock(ctx context.Context, document []byte) (*Server, error) {
	return start(ctx, document, "mock")
}

// Proxy starts a proxy in front of an upstream. It replaces the response if the request or the
// response breaks the spec.
func Proxy(ctx context.Context, document []byte, upstream string) (*Server, error) {
	return start(ctx, document, "proxy", upstream, "--errors")
}

// start returns once Prism listens. Prism ends with the context.
func start(ctx context.Context, document []byte, mode string, arguments ...string) (server *Server, err error) {
	dir, err := os.MkdirTemp("", "prism")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	file := filepath.Join(dir, "openapi.yaml") // JSON is valid YAML
	if err := os.WriteFile(file, document, 0o600); err != nil {
		return nil, err
	}
	for range attempts {
		server, err = launch(ctx, append([]string{mode, file}, arguments...))
		if err == nil {
			server.dir = dir
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
	// Logging requests would slow Prism down.
	s.command = exec.CommandContext(ctx, "prism", append(arguments, "--host", host, "--port", port, "--verboseLevel", "fatal")...)
	s.command.Stdout, s.command.Stderr = s.output, s.output
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("start Prism: %w", err)
	}
	go func() {
		defer close(s.ended)
		_ = s.command.Wait() // ends by a signal
	}()
	if err := s.waitUntilReady(ctx, address); err != nil {
		s.end()
		return nil, fmt.Errorf("prism %s: %w\n%s", arguments[0], err, s.output)
	}
	return s, nil
}

// freeAddress returns an unused address on loopback.
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
		if ctx.Err() != nil { // ends the process, too
			return fmt.Errorf("not listening: %w", ctx.Err())
		}
		return errors.New("exited")
	}
}

// Close ends the process and waits for it.
func (s *Server) Close() {
	s.end()
	os.RemoveAll(s.dir)
}

func (s *Server) end() {
	_ = s.command.Process.Kill() // may have ended
	<-s.ended
}
