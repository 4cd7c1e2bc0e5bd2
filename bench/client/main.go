// Command client compares this module's generated client with other clients of the same API, in one
// run: oapi-codegen's default client ("stock"), ogen's, and net/http with encoding/json by hand.
//
// All call one server in another process over loopback. The candidates take turns in rounds. A
// value is the median of its rounds, a ratio the median of the rounds' ratios. Allocations do not
// include the server's.
package main

import (
	"flag"
	"fmt"
	"log"
	"runtime"
	"slices"
	"strings"
)

// parts lists the measurements in the order of the table.
var parts = []string{"me", "page", "list", "parallel", "cold"}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	only := flag.String("only", strings.Join(parts, ","), "comma-separated `parts` to measure")
	profile := flag.String("profile", "", "with page, only write CPU and allocation profiles of this client reading the page")
	flag.Parse()
	switch flag.Arg(0) {
	case argumentServe:
		return serve()
	case argumentList:
		return readList(flag.Arg(1), flag.Arg(2))
	}
	chosen := strings.Split(*only, ",")
	for _, part := range chosen {
		if !slices.Contains(parts, part) {
			return fmt.Errorf("-only %s: unknown part: want %s", part, strings.Join(parts, ", "))
		}
	}
	if *profile != "" && *profile != "page" {
		return fmt.Errorf("-profile %s: unknown part: want page", *profile)
	}
	address, stop, err := startServer()
	if err != nil {
		return err
	}
	defer stop()
	candidates, err := newCandidates(address)
	if err != nil {
		return err
	}
	if *profile == "page" {
		return profilePage(candidates[nameThis])
	}
	fmt.Printf("%s, %s/%s, %d CPUs; medians of %d rounds (list %d, connections %d, programs %d); the candidates take turns\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), sequentialRounds, listRounds, parallelRounds, coldRounds)
	rows, err := measure(chosen, candidates, address)
	if err != nil {
		return err
	}
	printTable(rows)
	return nil
}

func measure(chosen []string, candidates map[string]candidate, address string) ([]row, error) {
	measures := map[string]func() ([]row, error){
		"me":       func() ([]row, error) { return measureMe(candidates) },
		"page":     func() ([]row, error) { return measurePage(candidates) },
		"list":     func() ([]row, error) { return measureList(address) },
		"parallel": func() ([]row, error) { return measureParallel(candidates) },
		"cold":     func() ([]row, error) { return measureCold(address) },
	}
	var rows []row
	for _, part := range parts {
		if !slices.Contains(chosen, part) {
			continue
		}
		measured, err := measures[part]()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part, err)
		}
		rows = append(rows, measured...)
	}
	return rows, nil
}
