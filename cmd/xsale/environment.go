package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"strings"

	"github.com/xsale-go/xsale/internal/environ"
	"github.com/xsale-go/xsale/internal/plaintext"
	"github.com/xsale-go/xsale/xsaletest"
)

// Formats of environment variables.
const (
	variablesShell      = "shell" // of the system: that of Unix, or cmd
	variablesCmd        = "cmd"
	variablesPowerShell = "powershell"
	variablesDotenv     = "dotenv"
	variablesJSON       = "json"
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
		fmt.Fprintln(&lines, setVariable(variable, format))
	}
	return lines.Bytes(), nil
}

// setVariable formats an assignment for a shell.
func setVariable(variable, format string) string {
	name, value, _ := strings.Cut(variable, "=")
	switch {
	case format == variablesPowerShell:
		return "$env:" + name + " = '" + strings.ReplaceAll(value, "'", "''") + "'"
	case format == variablesCmd, runtime.GOOS == "windows":
		return "set " + cmdSpecial.Replace(variable) // cmd takes quotes as part of the value
	}
	return exportVariable(variable)
}

// cmdSpecial escapes what the prompt of cmd does not take literally. Between an escaped % and the
// next, cmd finds no name of a variable.
var cmdSpecial = strings.NewReplacer("^", "^^", "&", "^&", "|", "^|", "<", "^<", ">", "^>", "(", "^(", ")", "^)", `"`, `^"`, "%", "^%", "!", "^!")

// exportVariable quotes the value if a shell would split or change it.
func exportVariable(variable string) string {
	name, value, _ := strings.Cut(variable, "=")
	if strings.ContainsAny(value, environ.Special) {
		value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return "export " + name + "=" + value
}

// variablesFile is a file for the variables of a sandbox. It replaces only one of another start: the
// variables of a real account, or of another program, are not lost.
func variablesFile(path string) outFile {
	return outFile{"--env-file", path, "a file with only the variables of a sandbox", func(data []byte) bool {
		text := string(plaintext.Convert(data))
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line != "" && line != "{" && line != "}" && !assignment.MatchString(line) {
				return false
			}
		}
		return strings.Contains(text, xsaletest.ClientID)
	}}
}

// assignment matches a variable of a sandbox in each format.
var assignment = regexp.MustCompile(`^(?:export |set |\$env:|")?(?:XSALE_\w+|SSL_CERT_FILE)"?(?: ?= ?|: )`)
