package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// startsPerTurn is the number of starts per value. A single start takes only milliseconds.
const startsPerTurn = 3

// measureCold builds a program with one call for each candidate, and starts it.
func measureCold(address string) ([]row, error) {
	dir, err := os.MkdirTemp("", "cold")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", dir, "github.com/xsale-go/xsale/bench/client/cold/...")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	measured, err := takeTurns(coldRounds, names, 2, func(name string) ([]float64, error) {
		program := filepath.Join(dir, name)
		info, err := os.Stat(program)
		if err != nil {
			return nil, err
		}
		starts := make([]float64, startsPerTurn)
		for i := range starts {
			if starts[i], err = start(program, address); err != nil {
				return nil, err
			}
		}
		return []float64{float64(info.Size()), median(starts)}, nil
	})
	if err != nil {
		return nil, err
	}
	return []row{
		{"program with one call, stripped", bytes, measured[0], nil},
		{"from its start to the response (this logs in first)", nanoseconds, measured[1], nil},
	}, nil
}

// start returns the nanoseconds from the program's start to its first byte of output, which comes
// from the response.
func start(program, address string) (float64, error) {
	process := exec.Command(program, address)
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := process.Start(); err != nil {
		return 0, err
	}
	_, failure := output.Read(make([]byte, 1))
	took := time.Since(begin)
	if err := process.Wait(); err != nil {
		return 0, err
	}
	if failure != nil {
		return 0, fmt.Errorf("%s printed nothing: %w", program, failure)
	}
	return float64(took), nil
}
