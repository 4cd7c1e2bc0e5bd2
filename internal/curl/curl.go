// Package curl writes command lines of curl for the usual shells.
package curl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"unicode/utf16"
)

// Shells that Line quotes for.
const (
	Sh         = "sh"
	PowerShell = "powershell"
	Cmd        = "cmd"
)

// Shells returns the shells, the usual one of the system first.
func Shells() []string {
	if runtime.GOOS == "windows" {
		return []string{PowerShell, Cmd, Sh}
	}
	return []string{Sh, PowerShell, Cmd}
}

// Request is what curl sends.
type Request struct {
	Method, URL string
	Header      []string // "Name: value"
	Data        string   // of the body
	File        string   // with the body, - for standard input
	Parts       []Part   // of a multipart body
}

// Part is a part of a multipart body.
type Part struct {
	Name  string
	Value string
	File  string // with the content, instead of the value
	Type  string // media type, or ""
}

// Line returns a command line for the prompt of a shell that sends the request. For PowerShell, data is
// JSON: the versions disagree on quotes in arguments and on the encoding of pipes, so it is piped in
// ASCII. It is an error if the shell cannot pass what the request contains.
func Line(shell string, r Request) (string, error) {
	program, piped := "curl", ""
	if shell != Sh {
		program = "curl.exe" // curl is an alias in Windows PowerShell
	}
	arguments := []string{"-X", r.Method, r.URL}
	if r.Method == http.MethodHead { // with -X, curl waits for a body
		arguments = []string{"--head", r.URL}
	}
	for _, header := range r.Header {
		arguments = append(arguments, "-H", header)
	}
	switch {
	case r.Data != "" && shell == PowerShell:
		piped = quote(shell, ascii(r.Data)) + " | "
		arguments = append(arguments, "--data-binary", "@-")
	case r.Data != "":
		data := r.Data
		var compact bytes.Buffer
		if shell == Cmd && json.Compact(&compact, []byte(data)) == nil { // without line breaks
			data = compact.String()
		}
		arguments = append(arguments, "--data-raw", data)
	case r.File != "":
		arguments = append(arguments, "--data-binary", "@"+r.File)
	}
	for _, part := range r.Parts {
		if part.File == "" && part.Type == "" {
			arguments = append(arguments, "--form-string", part.Name+"="+part.Value)
			continue
		}
		value := `"` + escape.Replace(part.Value) + `"`
		if part.File != "" {
			value = `@"` + escape.Replace(part.File) + `"`
		}
		if part.Type != "" {
			value += ";type=" + part.Type
		}
		arguments = append(arguments, "-F", part.Name+"="+value)
	}
	words := []string{program}
	for _, argument := range arguments {
		if shell == Cmd && strings.ContainsAny(argument, "\r\n") {
			return "", errors.New("cmd ends a command line at a line break: use --shell powershell or sh")
		}
		words = append(words, quote(shell, argument))
	}
	return piped + strings.Join(words, " "), nil
}

// escape is for the quoted strings of -F.
var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:"

// quote returns an argument as a shell reads it.
func quote(shell, argument string) string {
	bare := plain
	if shell == Sh {
		bare += "@=,+%"
	}
	if argument != "" && strings.Trim(argument, bare) == "" {
		return argument
	}
	switch shell {
	case PowerShell:
		return "'" + strings.ReplaceAll(argument, "'", "''") + "'"
	case Cmd: // two quotes are one; %NAME% is replaced even within quotes, so each % is outside, escaped
		return strings.ReplaceAll(`"`+strings.ReplaceAll(argument, `"`, `""`)+`"`, "%", `"^%"`)
	}
	return "'" + strings.ReplaceAll(argument, "'", `'\''`) + "'"
}

// ascii escapes other letters as JSON allows.
func ascii(data string) string {
	var text strings.Builder
	for _, r := range data {
		if r < 0x80 {
			text.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&text, `\u%04x`, unit)
		}
	}
	return text.String()
}
