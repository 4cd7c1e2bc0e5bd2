package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/internal/conformance/pgserver"
	"github.com/xsale-go/xsale/xsaletest"
)

// useHang returns a function that waits until a program that hangs and its child have started, and
// returns a function that waits for the end of both.
func useHang(t *testing.T) (started func() (ended func())) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	t.Setenv("XSALE_TEST_ADDRESS", listener.Addr().String())
	return func() func() {
		var connections []net.Conn
		for range 2 {
			connection, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			connections = append(connections, connection)
		}
		return func() {
			for _, connection := range connections {
				io.Copy(io.Discard, connection)
				connection.Close()
			}
		}
	}
}

// startCommand starts the command as its own process.
func startCommand(t *testing.T, arguments ...string) (command *exec.Cmd, output *bytes.Buffer) {
	t.Helper()
	command = exec.Command(os.Args[0], arguments...)
	command.Env = append(os.Environ(), "XSALE_TEST_PROGRAM=xsale")
	output = new(bytes.Buffer)
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill() })
	return command, output
}

func TestPullEndsAProgramThatHangs(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(1))
	started := useHang(t)
	line, notes := useHandler(t, "1=hang")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		started()()
	}()
	execute(t, "", pulling(t, "--exec", line, "--timeout", "2s", "--attempts", "1")...).expect(t, exitFailed, "reason=\"handle: the program did not end within --timeout\"")
	<-ended
	if got := notes(); len(got) != 1 {
		t.Error(got)
	}
}

func TestPullStopsWithItsPrograms(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(1))
	started := useHang(t)
	line, notes := useHandler(t, "1=hang")
	pull := pulling(t, "--exec", line)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		end := started()
		cancel()
		end()
	}()
	var output bytes.Buffer
	if code := run(ctx, pull, strings.NewReader(""), &output, &output); code != exitInterrupted {
		t.Errorf("exit code %d, %s", code, output.String())
	}
	<-ended
	execute(t, "", pull...).expect(t, exitOK, "Done                  1")
	if got := notes(); len(got) != 2 { // an attempt that was ended by the stop does not count
		t.Error(got)
	}
}

// The program of a command that was killed must not go on while the next run works on the order.
func TestProgramsDieWithTheCommand(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(1))
	started := useHang(t)
	line, notes := useHandler(t, "1=hang")
	pull := pulling(t, "--exec", line+" && exit 0") // the shell has a child
	command, _ := startCommand(t, pull...)
	ended := started()
	command.Process.Kill()
	command.Wait()
	ended()
	execute(t, "", pull...).expect(t, exitOK, "Done                  1")
	if got := notes(); !slices.Equal(got, []string{"1 1", "1 2"}) {
		t.Error(got)
	}
}

// If the reader of the output ends early, the command ends with an error, not by a signal.
func TestPullToAClosedPipe(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(5))
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	defer write.Close()
	pull := pulling(t, "--to", "-")
	command := exec.Command(os.Args[0], pull...)
	command.Env = append(os.Environ(), "XSALE_TEST_PROGRAM=xsale")
	var stderr bytes.Buffer
	command.Stdout, command.Stderr = write, &stderr
	if command.Run(); command.ProcessState.ExitCode() != exitLater || !strings.Contains(stderr.String(), "the next run writes the remaining orders") {
		t.Errorf("%v, %s", command.ProcessState, stderr.String())
	}
	if r := execute(t, "", pull...).expect(t, exitOK); strings.Count(r.stdout, "\n") != 5 {
		t.Error(r.stdout)
	}
}

// However often the command is killed, each order is handled. If it is handled again, XSALE_ATTEMPT
// shows that an earlier attempt may have had an effect.
func TestPullIsKilled(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { killPull(t, pulling(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		killPull(t, []string{"orders", "pull", "--any-status", "--database", pgserver.New(t).Database(t)})
	})
}

func killPull(t *testing.T, pull []string) {
	const orders, workers = 20, 3
	useSandbox(t, xsaletest.WithOrders(orders))
	line, notes := useHandler(t, "")
	pull = append(pull, "--exec", line, "--hand-over-exec", line, "--workers", fmt.Sprint(workers))
	const kills = 3
	for i := range kills {
		command, output := startCommand(t, pull...)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			command.Wait()
		}()
		for len(notes()) < (i+1)*9 { // of 40
			select {
			case <-ended:
				t.Fatalf("ended early: %s", output)
			default:
				time.Sleep(time.Millisecond)
			}
		}
		command.Process.Kill()
		<-ended
	}
	execute(t, "", append(slices.Clone(pull), "-o", "ndjson")...).expect(t, exitOK, `"parked":0,"later":0`)
	handled := map[string]int{}
	repeated := 0
	for _, note := range notes() {
		if strings.HasSuffix(note, " done") {
			continue
		}
		key, attempt, _ := strings.Cut(note, " ")
		handled[key]++
		if handled[key] > 1 {
			repeated++
			if attempt == "1" {
				t.Errorf("order %s was handled again as the first attempt", key)
			}
		}
	}
	if len(handled) != orders || repeated > kills*workers {
		t.Errorf("%d orders handled, %d of them again after %d kills of %d workers", len(handled), repeated, kills, workers)
	}
}

func TestPushIsKilled(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(0))
	var input []string
	for i := range 60 {
		input = append(input, numbered(fmt.Sprint(1000+i)))
	}
	file := writeFile(t, strings.Join(input, "\n"))
	push := pushing(t, "--settle", "100ms", "--workers", "3", file)
	for i := range 3 {
		command, output := startCommand(t, push...)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			command.Wait()
		}()
		for len(sandbox.Requests("createOrder")) < (i+1)*15 {
			select {
			case <-ended:
				t.Fatalf("ended early: %s", output)
			default:
				time.Sleep(time.Millisecond)
			}
		}
		command.Process.Kill()
		<-ended
	}
	r := execute(t, "", push...).expect(t, exitOK)
	if got := created(t); len(got) != len(input) || len(slices.Compact(got)) != len(input) || strings.Count(r.stdout, "  done   ") != len(input) {
		t.Errorf("%d orders created, want %d\n%s", len(got), len(input), r.stdout)
	}
}
