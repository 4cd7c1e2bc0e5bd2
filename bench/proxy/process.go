package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build builds the command line, and returns its path and how to remove it.
func build(ctx context.Context) (program string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "xsale-bench-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	program = filepath.Join(dir, "xsale")
	command := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/xsale")
	command.Dir = ".." // of the module bench
	if output, err := command.CombinedOutput(); err != nil {
		remove()
		return "", nil, fmt.Errorf("build: %w\n%s", err, output)
	}
	return program, remove, nil
}

// process is a command in the background.
type process struct {
	variables []string // that it printed, as name=value
	stop      func()
}

// start starts a command and waits until it has printed its variables, and then that it listens.
func start(ctx context.Context, program string, environment []string, arguments ...string) (*process, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Env = environment
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command.Stdout, command.Stderr = writer, writer
	err = command.Start()
	writer.Close()
	if err != nil {
		return nil, err
	}
	p := &process{stop: func() {
		command.Process.Signal(os.Interrupt)
		command.Wait()
		reader.Close()
	}}
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "listens at") {
			go io.Copy(io.Discard, reader)
			return p, nil
		}
		if variable, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			name, value, _ := strings.Cut(variable, "=")
			p.variables = append(p.variables, name+"="+strings.Trim(value, "'"))
		}
	}
	p.stop()
	return nil, errors.Join(fmt.Errorf("%s did not start", strings.Join(arguments, " ")), lines.Err())
}

// value returns the value of a variable.
func (p *process) value(name string) string {
	for _, variable := range p.variables {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}
