package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// failingOutput fails after some writes.
type failingOutput struct {
	err  error
	left int
}

func (o *failingOutput) Write(p []byte) (int, error) {
	if o.left--; o.left < 0 {
		return 0, o.err
	}
	return len(p), nil
}

// printing returns a command line for each form of output.
func printing() [][]string {
	lines := [][]string{
		{"help"}, {"orders", "--help"}, {"--version"}, {"version"}, {"completion", "bash"}, {"demo"},
		{"token", "show"}, {"token", "path"}, {"token", "print", "--header"}, {"token", "refresh"},
		{"spec", "show"}, {"spec", "show", "--format", "json"}, {"spec", "evidence"},
		{"api", "GET", "/me"}, {"articles", "translations", "get", "16519"},
	}
	for _, format := range []string{"table", "json", "ndjson", "csv"} {
		lines = append(lines, []string{"me", "-o", format}, []string{"statuses", "list", "-o", format})
	}
	return append(lines, []string{"me", "--jq", "."}, []string{"me", "--template", "{{.Id}}"}, []string{"orders", "list", "--columns", "Id"})
}

// What cannot be written makes a command fail, whatever the command does with the error. If only the
// reader has had enough, that is nothing to report.
func TestFailedWrites(t *testing.T) {
	useSandbox(t)
	for _, arguments := range printing() {
		for _, test := range []struct {
			err    error
			code   int
			stderr string
		}{
			{syscall.ENOSPC, exitFailed, "xsale: standard output: no space left on device\n"},
			{&os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}, exitBrokenPipe, ""},
			{windowsBrokenPipe, exitBrokenPipe, ""},
			{windowsNoData, exitBrokenPipe, ""},
		} {
			var stderr bytes.Buffer
			code := run(t.Context(), arguments, strings.NewReader(""), &failingOutput{err: test.err}, &stderr)
			want := test.stderr
			if want != "" {
				want = fmt.Sprintf("xsale: standard output: %v\n", test.err) // its text depends on the system
			}
			if code != test.code || stderr.String() != want {
				t.Errorf("%v, %v: exit code %d, %q", arguments, test.err, code, stderr.String())
			}
		}
	}
	code := run(t.Context(), []string{"orders", "list", "-o", "ndjson"}, strings.NewReader(""), &failingOutput{syscall.EPIPE, 2}, io.Discard)
	if code != exitBrokenPipe {
		t.Errorf("after two lines: exit code %d", code)
	}
}

// A command that waits, such as a sandbox, ends as well.
func TestServersEndWithTheirReader(t *testing.T) {
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"sandbox", "--addr", "127.0.0.1:0"}, strings.NewReader(""), &failingOutput{err: syscall.EPIPE}, &stderr); code != exitBrokenPipe {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// The program itself survives the signal of a closed pipe and ends with its exit code.
func TestClosedPipeOfTheProgram(t *testing.T) {
	if os.Getenv("XSALE_TEST_MAIN") != "" {
		os.Args = []string{"xsale", "spec", "show"}
		main()
		return
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	command := exec.Command(os.Args[0], "-test.run", "^TestClosedPipeOfTheProgram$")
	command.Env = append(os.Environ(), "XSALE_TEST_MAIN=1")
	command.Stdout = writer
	var stderr bytes.Buffer
	command.Stderr = &stderr
	err = command.Run()
	writer.Close()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != exitBrokenPipe || stderr.Len() > 0 {
		t.Errorf("%v: %s", err, stderr.String())
	}
}
