// Command generate compares the code that generators write for the same documents: its size, and
// what compiling it takes.
//
//	go run ./generate [-before commit] document...
//
// With -before, the generator of that commit of this repository takes part, too. The table is
// Markdown. A generator that fails has the start of its error instead of numbers.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if log := os.Getenv(compileLog); log != "" {
		os.Exit(runTool(log, os.Args[1:]))
	}
	before := flag.String("before", "", "a `commit` of this repository to compare with")
	flag.Parse()
	if err := compare(*before, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func compare(before string, documents []string) error {
	if len(documents) == 0 {
		return fmt.Errorf("no documents: pass the paths of OpenAPI documents")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "generate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	candidates, clean, err := newCandidates(dir, root, before)
	defer clean()
	if err != nil {
		return err
	}
	fmt.Println("| document | generator | lines | compile, CPU | memory |")
	fmt.Println("|---|---|---:|---:|---:|")
	for i, document := range documents {
		if document, err = filepath.Abs(document); err != nil {
			return err
		}
		for _, c := range candidates {
			fmt.Printf("| %s | %s | %s |\n", filepath.Base(document), c.name, strings.Join(cells(c.measure(filepath.Join(dir, c.name, fmt.Sprint("d", i)), document)), " | "))
		}
	}
	return nil
}

// cells returns the cells of a result.
func cells(r result, err error) []string {
	if err != nil {
		text := strings.Join(strings.Fields(err.Error()), " ")
		return []string{fmt.Sprintf("%.160s", strings.ReplaceAll(text, "|", `\|`)), "", ""}
	}
	return []string{fmt.Sprint(r.lines), fmt.Sprintf("%.1f s", r.compile.Seconds()), fmt.Sprintf("%d MB", r.memory>>20)}
}
