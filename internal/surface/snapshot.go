package surface

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Snapshot returns a line for each command, argument, flag, value of a flag and exit code. The lines
// of a later version are the same and more, unless something was removed or has another meaning.
func (s Surface) Snapshot() []byte {
	var lines []string
	add := func(format string, arguments ...any) { lines = append(lines, fmt.Sprintf(format, arguments...)) }
	for _, command := range commands(s.Root) {
		path := command.CommandPath()
		add("command %s", path)
		if arguments := argumentsOf(command); arguments != "" {
			add("argument %s %s", path, arguments)
		}
		for _, alias := range command.Aliases {
			add("alias %s %s", path, alias)
		}
		for _, flag := range flags(command) {
			line := fmt.Sprintf("flag %s --%s %s", path, flag.Name, flag.Value.Type())
			if !zero(flag) {
				line += " default " + flag.DefValue
			}
			if flag.NoOptDefVal != "" && flag.Value.Type() != "bool" {
				line += " alone " + flag.NoOptDefVal
			}
			add("%s", line)
			if flag.Shorthand != "" {
				add("short %s -%s --%s", path, flag.Shorthand, flag.Name)
			}
			if choice, ok := flag.Value.(Choice); ok {
				for _, value := range choice.Choices() {
					add("value %s --%s %s", path, flag.Name, value)
				}
			}
		}
	}
	for _, code := range s.ExitCodes {
		add("exit %d %s", code.Code, code.Meaning)
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "\n") + "\n")
}

// Removed returns the lines of an earlier snapshot that are neither in the current one nor stated. A
// statement is the line, a colon, and what to use instead.
func Removed(before, now, stated []byte) []string {
	known := map[string]bool{}
	for line := range bytes.Lines(now) {
		known[string(bytes.TrimSpace(line))] = true
	}
	for line := range bytes.Lines(stated) {
		removed, instead, _ := strings.Cut(string(line), ": ")
		if strings.TrimSpace(instead) != "" {
			known[removed] = true
		}
	}
	var removed []string
	for line := range bytes.Lines(before) {
		if text := string(bytes.TrimSpace(line)); text != "" && !known[text] {
			removed = append(removed, text)
		}
	}
	return removed
}
