package output

import (
	"io"
	"os"
	"runtime"
	"strings"
	"unicode"

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

// plain replaces characters that could control a terminal. Lines and tabs stay.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
