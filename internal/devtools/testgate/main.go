// Command testgate reads the events of go test -json from standard input and prints them for
// people. It fails if a test fails or is skipped, if no test ran, and if a required test did not
// pass. Each argument is the prefix of the name of a required test.
package main

import (
	"fmt"
	"os"
)

func main() {
	problems, err := check(os.Stdin, os.Stdout, os.Args[1:])
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, "testgate:", problem)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testgate:", err)
	}
	if err != nil || len(problems) > 0 {
		os.Exit(1)
	}
}
