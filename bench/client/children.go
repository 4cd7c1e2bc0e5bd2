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

// The first argument of a process that this program starts of itself.
const (
	argumentServe = "serve"
	argumentList  = "list"
)

// startServer starts the server in a process of its own, so that its work is not counted as the
// clients'.
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
		return "", nil, fmt.Errorf("the server did not start: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// serve is the process of the server: it prints its address, and ends with its standard input, that
// is, with its parent.
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

// readListInChild lets a candidate read the long list in a fresh process, and returns the seconds
// and the peak of its resident memory in bytes.
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

// readList is the process that reads the long list.
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
		return fmt.Errorf("%d orders instead of %d", count, server.ListOrders())
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	fmt.Println(took.Seconds(), peak)
	return nil
}

// peakMemory returns the most resident memory that this process has had, in bytes; only Linux tells
// it.
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
	return 0, errors.New("the system does not tell the peak of resident memory")
}
