// Package environ writes environment variables, given as NAME=value, for other programs to read.
package environ

import (
	"bytes"
	"strings"
)

// Map returns the variables by name.
func Map(variables []string) map[string]string {
	values := make(map[string]string)
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	return values
}

// Dotenv returns the lines of an .env file. It puts values that some readers would split, change or
// treat as a comment into single quotes. All readers take everything in them literally, except a
// single quote.
func Dotenv(variables []string) []byte {
	var lines bytes.Buffer
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case strings.Contains(value, "'"):
			value = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(value) + `"`
		case strings.ContainsAny(value, Special):
			value = "'" + value + "'"
		}
		lines.WriteString(name + "=" + value + "\n")
	}
	return lines.Bytes()
}

// Special are the characters that a shell or another reader does not take literally.
const Special = " \t\n'\"`$&|;<>()*?[]#~!\\{}"
