package output

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/term"
)

// unwrap returns the file behind a stream, or nil.
func unwrap(stream any) *os.File {
	if wrapper, ok := stream.(interface{ Unwrap() io.Writer }); ok {
		stream = wrapper.Unwrap()
	}
	file, _ := stream.(*os.File)
	return file
}

// Terminal reports whether a stream is a terminal.
func Terminal(stream any) bool {
	file := unwrap(stream)
	return file != nil && term.IsTerminal(int(file.Fd()))
}

// terminalWidth returns the number of columns of a terminal, and 0 for other streams.
func terminalWidth(out io.Writer) int {
	file := unwrap(out)
	if file == nil || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// Colorful reports whether to color what goes to a stream: only on a terminal, never if NO_COLOR is
// set, and in any case if CLICOLOR_FORCE is. See https://no-color.org and https://bixense.com/clicolors.
func Colorful(out io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	oldConsole := runtime.GOOS == "windows" && os.Getenv("WT_SESSION") == ""
	return Terminal(out) && os.Getenv("TERM") != "dumb" && !oldConsole
}

// harmless returns a stream for JSON or CSV. On a terminal, it replaces characters that could control
// the terminal, as a table does everywhere: with escapes in JSON, which is still the same.
func harmless(out io.Writer, format string) io.Writer {
	switch {
	case !Terminal(out):
		return out
	case format == CSV:
		return harmlessWriter{out, plainLines}
	}
	return harmlessWriter{out, escaped}
}

// harmlessWriter changes each text that is written to it. Texts are whole lines or values.
type harmlessWriter struct {
	io.Writer
	change func(string) string
}

func (w harmlessWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, w.change(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// plainLines is plain for lines that end as in CSV.
func plainLines(s string) string { return plain(strings.ReplaceAll(s, "\r\n", "\n")) }

// escaped writes the characters of JSON that could control a terminal as escapes.
func escaped(s string) string {
	var text strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || unicode.IsGraphic(r):
			text.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&text, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&text, `\u%04x`, r)
		}
	}
	return text.String()
}

// plain replaces characters that could control a terminal. Lines and tabs stay.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
