package driver

import (
	"encoding/json"
	"fmt"
	"os"
)

// Main reads the plan from the file that the first argument names, and writes the result to
// standard output.
func Main(packages []Package) {
	data, err := os.ReadFile(os.Args[1])
	if err == nil {
		var plan []Document
		if err = json.Unmarshal(data, &plan); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(Run(packages, plan))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Respond serves a method of a fake's implementation with a response object of type T.
func Respond[T any](serve Serve, name string, request any, responses ...any) (T, error) {
	var none T
	response, err := serve(name, request, responses)
	if err != nil {
		return none, err
	}
	return response.(T), nil
}
