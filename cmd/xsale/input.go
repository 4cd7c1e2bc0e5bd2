package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/plaintext"
)

// readInput reads text from a file, or from standard input for "-". Flag is what the user set to the
// file, such as --file.
func readInput(command *cobra.Command, flag, file string) ([]byte, error) {
	if file != "-" {
		return readText(flag, file)
	}
	data, err := io.ReadAll(command.InOrStdin())
	if err != nil {
		return nil, err
	}
	return decodeText(flag, file, data)
}

// readText reads text from a file. All files of users are read here or by [plaintext.Decode], so that
// all may have a byte order mark or be in UTF-16.
func readText(flag, file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("%s %s: %w", flag, file, cause(err))
	}
	return decodeText(flag, file, data)
}

func decodeText(flag, file string, data []byte) ([]byte, error) {
	text, err := plaintext.Decode(data)
	if err != nil {
		return nil, usagef("%s %s: %w", flag, file, err)
	}
	return text, nil
}

// inputName returns how errors name an input.
func inputName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return file
}

// readJSON reads any JSON from the file that --file names, or from standard input for "-".
func readJSON(command *cobra.Command, file string) (json.RawMessage, error) {
	data, err := readInput(command, "--file", file)
	if err != nil {
		return nil, err
	}
	if err := parseJSON(inputName(file), data, new(json.RawMessage)); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(data), nil
}

func parseJSON(file string, data []byte, value any) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return usagef("%s is empty: want JSON", file)
	}
	err := json.Unmarshal(data, value)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		before := data[:syntax.Offset]
		line := bytes.Count(before, []byte("\n")) + 1
		column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
		return usagef("%s: invalid JSON at line %d, column %d", file, line, column)
	}
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", file, err)}
	}
	return nil
}

// readCredentials reads secrets from anywhere but an argument, which other users of the machine can
// see. The function reads a file again. If some of the credentials are missing, it returns the others
// with the error.
func readCredentials(command *cobra.Command, from string) (authn.Credentials, authn.CredentialsFunc, error) {
	var data []byte
	var err error
	// A shell's <(command) is /dev/fd/N. Its content comes only once, so it is no file to read again.
	descriptor, ok := strings.CutPrefix(from, "fd:")
	if !ok {
		descriptor, ok = strings.CutPrefix(from, "/dev/fd/")
	}
	if ok {
		data, err = readDescriptor(descriptor)
	} else if from == "-" || from == "/dev/stdin" {
		data, err = io.ReadAll(command.InOrStdin())
	} else {
		file := authn.File(from)
		credentials, err := file(command.Context())
		if err != nil { // a wrong flag, rather than a failed login
			text := strings.TrimPrefix(strings.TrimPrefix(cause(err).Error(), "credentials file "+from+": "), "credentials file: ")
			err = fmt.Errorf("--credentials %s: %s", from, text)
		}
		return credentials, file, err
	}
	var credentials authn.Credentials
	if err == nil {
		credentials, err = authn.ParseCredentials(data)
	}
	if err != nil {
		err = fmt.Errorf("--credentials: %w", err)
	}
	return credentials, authn.Static(credentials), err
}

func readDescriptor(value string) ([]byte, error) {
	number, err := strconv.ParseUint(value, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("fd:%s is not a file descriptor: write it as fd:3", value)
	}
	file := os.NewFile(uintptr(number), "fd:"+value)
	defer file.Close()
	return io.ReadAll(file)
}
