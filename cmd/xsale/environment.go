package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/atomicfile"
	"github.com/xsale-go/xsale/internal/environ"
	"github.com/xsale-go/xsale/internal/plaintext"
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
	case variablesDotenv:
		return environ.Dotenv(variables), nil
	case variablesJSON:
		object, err := json.MarshalIndent(environ.Map(variables), "", "  ")
		return append(object, '\n'), err
	}
	var lines bytes.Buffer
	for _, variable := range variables {
		fmt.Fprintln(&lines, setVariable(variable))
	}
	return lines.Bytes(), nil
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

// writeVariables writes a file with variables, formatted already. It does not replace a file that
// has anything else, such as the variables of another program.
func writeVariables(path string, variables []string, formatted []byte) error {
	if err := checkReplaceable(path, variables); err != nil {
		return usagef("--env-file %s: %w: name another file", path, err)
	}
	err := atomicfile.Write(path, formatted, 0o600)
	if failed, ok := errors.AsType[*fs.PathError](err); ok { // it names a temporary file
		err = failed.Err
	} else if failed, ok := errors.AsType[*os.LinkError](err); ok {
		err = failed.Err
	}
	if err != nil {
		return fmt.Errorf("--env-file %s: %w", path, err)
	}
	return nil
}

// checkReplaceable returns why a file is not one of earlier variables. A missing file is fine.
func checkReplaceable(path string, variables []string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(plaintext.Convert(data))) {
		line = strings.TrimSpace(line)
		match := assignment.FindStringSubmatch(line)
		own := match != nil && slices.ContainsFunc(variables, func(v string) bool { return strings.HasPrefix(v, match[1]+"=") })
		if !own && line != "" && line != "{" && line != "}" {
			return errors.New("it contains other lines")
		}
	}
	return nil
}

// assignment matches a variable in each format.
var assignment = regexp.MustCompile(`^(?:export |set |")?(\w+)"?(?:=|: )`)
