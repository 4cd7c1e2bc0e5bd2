package main

import (
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/operation"
)

// readBody reads the body of an operation of the shipped spec from the file that --file names, or
// from standard input for "-".
func readBody(command *cobra.Command, operationID, file string, value any) error {
	data, err := readInput(command, "--file", file)
	if err != nil {
		return err
	}
	return parseBody(operationID, inputName(file), data, value, "; 'xsale api' sends it unchecked")
}

// parseBody parses a body that fits the spec: the API would ignore a misspelled field. The hint ends
// the error of a body that does not fit.
func parseBody(operationID, file string, data []byte, value any, hint string) error {
	if err := parseJSON(file, data, new(json.RawMessage)); err != nil {
		return err
	}
	catalog, err := operation.Shipped()
	if err != nil {
		return err
	}
	found, err := catalog.Find(operationID)
	if err != nil {
		return err
	}
	err = catalog.CheckBody(found, data)
	if invalid, ok := errors.AsType[*operation.InvalidError](err); ok {
		return usagef("%s: %s%s", file, invalid.Text(nil), hint)
	}
	if err != nil {
		return err
	}
	return parseJSON(file, data, value)
}
