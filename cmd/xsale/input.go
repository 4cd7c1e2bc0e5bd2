package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/authn"
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
		if file == "-" {
			file = "standard input"
		}
		return usageError{fmt.Errorf("%s: %w", file, err)}
	}
	return nil
}

// readCredentials takes secrets from anywhere but an argument, which other users of the machine can see.
func readCredentials(command *cobra.Command, from string) (authn.CredentialsFunc, error) {
	var data []byte
	var err error
	descriptor, isDescriptor := strings.CutPrefix(from, "fd:")
	switch {
	case from == "-":
		data, err = io.ReadAll(command.InOrStdin())
	case isDescriptor:
		data, err = readDescriptor(descriptor)
	default:
		return authn.File(from), nil
	}
	if err != nil {
		return nil, fmt.Errorf("--credentials: %w", err)
	}
	credentials, err := authn.ParseCredentials(data)
	if err != nil {
		return nil, fmt.Errorf("--credentials: %w", err)
	}
	return authn.Static(credentials), nil
}

func readDescriptor(text string) ([]byte, error) {
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("fd:%s is not a file descriptor: write it as fd:3", text)
	}
	file := os.NewFile(uintptr(number), "fd:"+text)
	defer file.Close()
	return io.ReadAll(file)
}
