package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/shell"
	"github.com/xsale-go/xsale/transfer"
)

// Exit codes of programs.
const (
	codeLater         = 75  // EX_TEMPFAIL of sysexits.h
	codeNotExecutable = 126 // of a shell
	codeNotFound      = 127 // of a shell
	codeSignal        = 128 // of a shell, plus the number of the signal
	lastSignal        = 31
	codeCrashed       = 0xC0000000 // of Windows: a crash, or the end of the session
)

// stopGrace is how long a program may take to end after a SIGTERM.
const stopGrace = 5 * time.Second

// program is the user's command line, which runs once for each order.
type program struct {
	line         string
	organization string
	account      string   // that the command uses; empty for the environment's
	console      *console // for the output of the program
}

// run passes an order to the program on standard input, with details in the environment. The error
// determines what happens to the order. The environment includes the user's credentials, because the
// program is the user's own and may call xsale.
func (p *program) run(ctx context.Context, item transfer.Item[xsale.Order], environment ...string) error {
	order, err := output.Format(item.JSON)
	if err != nil {
		return transfer.Fail(err)
	}
	command := shell.Command(ctx, p.line)
	command.Env = append(os.Environ(), "XSALE_ORGANIZATION="+p.organization, "XSALE_KEY="+item.Key, fmt.Sprintf("XSALE_ATTEMPT=%d", item.Attempt))
	if p.account != "" { // not that of 'account use', which may change meanwhile
		command.Env = append(command.Env, "XSALE_ACCOUNT="+p.account)
	}
	command.Env = append(command.Env, environment...)
	command.Stdin = bytes.NewReader(append(order, '\n'))
	var reason excerpt
	stdout, stderr := p.console.lines(item.Key), p.console.lines(item.Key)
	command.Stdout, command.Stderr = stdout, io.MultiWriter(stderr, &reason)
	command.WaitDelay = stopGrace
	if err := runTree(command); err != nil {
		return transfer.Later(fmt.Errorf("start the program: %w", err), 0)
	}
	stdout.flush()
	stderr.flush()
	return p.judge(ctx, command.ProcessState, reason.String())
}

// runTree runs a command, and then ends everything that it started.
func runTree(command *exec.Cmd) error {
	kill, err := start(command)
	if err != nil {
		return err
	}
	command.Wait() // the exit code is in the ProcessState
	kill()
	return nil
}

// judge returns the error that determines what happens to the order. If the program was ended because
// the run stops, the order stays as it is, whatever the error.
func (p *program) judge(ctx context.Context, state *os.ProcessState, reason string) error {
	code := state.ExitCode()
	text := state.String()
	if reason != "" {
		text += ": " + reason
	}
	failure := errors.New(text)
	switch {
	case code == 0:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New("the program did not end within --timeout")
	case code == codeLater, code == codeNotExecutable, code == codeNotFound: // every order would fail
		return transfer.Later(failure, 0)
	case code < 0, code > codeSignal && code <= codeSignal+lastSignal, uint32(code) >= codeCrashed:
		return failure // it was ended, for example at the shutdown of the machine
	}
	return transfer.Fail(failure)
}

// excerpt keeps the beginning and the end of the data written to it.
type excerpt struct {
	head, tail []byte
}

// excerptHalf is how much is kept of the beginning and of the end, in bytes.
const excerptHalf = 400

// Write implements [io.Writer].
func (e *excerpt) Write(p []byte) (int, error) {
	size := len(p)
	if room := excerptHalf - len(e.head); room > 0 {
		room = min(room, len(p))
		e.head, p = append(e.head, p[:room]...), p[room:]
	}
	e.tail = append(e.tail, p[max(0, len(p)-excerptHalf-1):]...)
	e.tail = e.tail[max(0, len(e.tail)-excerptHalf-1):] // one more shows that there was more
	return size, nil
}

// String returns the excerpt as one line.
func (e *excerpt) String() string {
	text := string(e.head)
	if len(e.tail) > excerptHalf {
		text += " … " + string(e.tail[1:])
	} else {
		text += string(e.tail)
	}
	fields := strings.Fields(printable.String(strings.ToValidUTF8(text, "")))
	return strings.Join(fields, " ")
}
