package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// readInput reads a file, or standard input for "-".
func readInput(command *cobra.Command, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(command.InOrStdin())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{err}
	}
	return data, nil
}

// readJSON reads a value from a file, or from standard input for "-".
func readJSON(command *cobra.Command, file string, value any) error {
	data, err := readInput(command, file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, value); err != nil {
		return usageError{fmt.Errorf("%s: %w", file, err)}
	}
	return nil
}
