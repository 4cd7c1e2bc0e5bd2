package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"github.com/xsale-go/xsale/internal/environ"
)

// Formats of environment variables.
const (
	variablesShell  = "shell"
	variablesDotenv = "dotenv"
	variablesJSON   = "json"
)

// formatVariables formats variables of the form NAME=value.
func formatVariables(variables []string, format string) ([]byte, error) {
	switch format {
	case variablesShell:
		var lines bytes.Buffer
		for _, variable := range variables {
			fmt.Fprintln(&lines, setVariable(variable))
		}
		return lines.Bytes(), nil
	case variablesDotenv:
		return environ.Dotenv(variables), nil
	case variablesJSON:
		object, err := json.MarshalIndent(environ.Map(variables), "", "  ")
		return append(object, '\n'), err
	}
	return nil, usagef("--format %q: want %s, %s or %s", format, variablesShell, variablesDotenv, variablesJSON)
}

// setVariable formats an assignment for the usual shell of the system.
func setVariable(variable string) string {
	if runtime.GOOS == "windows" {
		return "set " + variable // cmd takes quotes as part of the value
	}
	return exportVariable(variable)
}

// exportVariable quotes the value if a shell would split or change it.
func exportVariable(variable string) string {
	name, value, _ := strings.Cut(variable, "=")
	if strings.ContainsAny(value, environ.Special) {
		value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return "export " + name + "=" + value
}
