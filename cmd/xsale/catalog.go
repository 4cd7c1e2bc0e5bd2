package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
)

// catalog returns the operations of a file, if it is not empty, else of the spec that 'xsale spec pull'
// registered for the account, else of the spec of this module, and says which.
func (a *app) catalog(command *cobra.Command, file string) (catalog *operation.Catalog, where string, err error) {
	if file != "" {
		catalog, err = catalogOf(command, file)
		return catalog, file, err
	}
	dir, err := a.specDir(command)
	if err != nil {
		return nil, "", err
	}
	var source operation.Source
	if dir != "" {
		catalog, source, err = operation.Registered(dir)
	}
	if dir == "" || errors.Is(err, fs.ErrNotExist) {
		catalog, err = operation.Shipped()
		return catalog, "the spec of this module", err
	}
	return catalog, source.From + ", registered on " + source.Fetched.Local().Format("2006-01-02 15:04"), err
}

// catalogOf returns the operations of any spec in a file.
func catalogOf(command *cobra.Command, file string) (*operation.Catalog, error) {
	if file == "-" {
		return nil, usagef("--spec -: want a file, because standard input is for the body")
	}
	data, err := readText("--spec", file)
	if err != nil {
		return nil, err
	}
	result, err := runPipeline(command.Context(), data, pipeline.Options{})
	if err != nil {
		return nil, usagef("--spec %w", specError(file, err))
	}
	normal, err := json.Marshal(result.Document)
	if err != nil {
		return nil, err
	}
	document, err := contract.Load(normal)
	if err != nil {
		return nil, usagef("--spec %w", specError(file, err))
	}
	catalog, err := operation.Compile(document)
	if err != nil {
		return nil, usagef("--spec %w", specError(file, err))
	}
	return catalog, nil
}

// specDir returns the directory of the registered spec: the account's or, without an account, one for
// the account of the environment. It is empty if the user has no directory for configuration, as in
// some services and containers.
func (a *app) specDir(command *cobra.Command) (string, error) {
	chosen, err := a.account(command)
	if err != nil {
		return "", err
	}
	parent := account.ConfigDir
	if chosen != nil {
		parent = chosen.Dir
	}
	dir, err := parent()
	if err != nil && chosen == nil {
		return "", nil
	}
	return filepath.Join(dir, "spec"), err
}
