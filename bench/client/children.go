package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/xsale-go/xsale/bench/client/server"
)

// First argument of a child process, which is this program again.
const (
	argumentServe = "serve"
	argumentList  = "list"
)

// startServer starts the server in its own process, so that its work does not count as the
// clients' work.
func startServer() (address string, stop func(), err error) {
	program, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	process := exec.Command(program, argumentServe)
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	output, err := process.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := process.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		input.Close()
		process.Wait()
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("server did not start: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// serve runs the server. It prints the server's address and returns at the end of standard input,
// and so when the parent process exits.
func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	go http.Serve(listener, server.New())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// readListInChild makes a candidate read the long list in a new process. It returns the time in
// seconds and the process's peak resident memory in bytes.
func readListInChild(name, address string) ([]float64, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process := exec.Command(program, argumentList, name, address)
	process.Stderr = os.Stderr
	output, err := process.Output()
	if err != nil {
		return nil, err
	}
	var seconds, peak float64
	if _, err := fmt.Sscan(string(output), &seconds, &peak); err != nil {
		return nil, err
	}
	return []float64{seconds, peak}, nil
}

// readList reads the long list and prints the time and the peak memory.
func readList(name, address string) error {
	candidates, err := newCandidates(address)
	if err != nil {
		return err
	}
	begin := time.Now()
	count, err := candidates[name].stream(context.Background(), server.ListOrganization)
	took := time.Since(begin)
	if err != nil {
		return err
	}
	if count != server.ListOrders() {
		return fmt.Errorf("got %d orders, want %d", count, server.ListOrders())
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	fmt.Println(took.Seconds(), peak)
	return nil
}

// peakMemory returns the peak resident memory of this process in bytes. It works only on Linux.
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kibibytes int64
			_, err := fmt.Sscan(value, &kibibytes)
			return kibibytes * 1024, err
		}
	}
	return 0, errors.New("peak resident memory unavailable: /proc/self/status has no VmHWM")
}
