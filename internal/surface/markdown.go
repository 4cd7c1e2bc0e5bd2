package surface

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// Markdown returns a page about all commands.
func (s Surface) Markdown() []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, "<!-- Generated from the commands by 'make surface'; do not edit. -->\n\n# Commands of %s\n\n", s.Root.Name())
	fmt.Fprintf(&page, "This is what `%s help` shows. [The command line](command-line.md) explains how the commands work\ntogether.\n\n", s.Root.Name())
	all := commands(s.Root)
	page.WriteString("| command | |\n|---|---|\n")
	for _, command := range all[1:] {
		if !command.HasAvailableSubCommands() {
			fmt.Fprintf(&page, "| [`%s`](#%s) | %s |\n", command.CommandPath(), strings.ReplaceAll(command.CommandPath(), " ", "-"), cell(command.Short))
		}
	}
	page.WriteString("\n## Exit codes\n\n| exit code | |\n|---|---|\n")
	for _, code := range s.ExitCodes {
		fmt.Fprintf(&page, "| %d | %s |\n", code.Code, cell(code.Meaning))
	}
	for _, command := range all {
		if command == s.Root {
			page.WriteString("\n## Flags of all commands\n")
			writeFlags(&page, command)
			continue
		}
		if command.Long != "" || !command.HasAvailableSubCommands() {
			fmt.Fprintf(&page, "\n## %s\n\n", command.CommandPath())
			writeHelp(&page, command)
		}
	}
	return page.Bytes()
}

func writeHelp(page *bytes.Buffer, command *cobra.Command) {
	for i, part := range help(command) {
		if i > 0 {
			page.WriteString("\n")
		}
		text := strings.Join(part.lines, "\n") + "\n"
		if part.literal {
			text = "```text\n" + text + "```\n"
		} else {
			text = Wrap(prose(text), Width) + "\n"
		}
		page.WriteString(text)
	}
	if !command.HasAvailableSubCommands() {
		fmt.Fprintf(page, "\n```text\n%s\n```\n", synopsis(command))
	}
	if command.HasExample() {
		page.WriteString("\n```sh\n")
		for line := range strings.Lines(command.Example) {
			page.WriteString(strings.TrimPrefix(line, "  "))
		}
		page.WriteString("\n```\n")
	}
	writeFlags(page, command)
}

func writeFlags(page *bytes.Buffer, command *cobra.Command) {
	list := flags(command)
	if len(list) == 0 {
		return
	}
	page.WriteString("\n| flag | |\n|---|---|\n")
	for _, flag := range list {
		fmt.Fprintf(page, "| `%s` | %s |\n", name(flag), cell(meaning(flag)))
	}
}

var (
	quotedCommand = regexp.MustCompile(`'([a-z]+(?: [^'\n]*)?)'`)
	flagInProse   = regexp.MustCompile(`(^|[\s(])(--[a-z][a-z-]*)`)
	special       = strings.NewReplacer("<", `\<`, "*", `\*`)
)

// prose formats text as Markdown: commands and flags are code.
func prose(text string) string {
	text = quotedCommand.ReplaceAllString(special.Replace(text), "`$1`")
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = flagInProse.ReplaceAllString(parts[i], "$1`$2`")
	}
	return strings.Join(parts, "`")
}

// cell formats text for a table.
func cell(text string) string { return strings.ReplaceAll(prose(text), "|", `\|`) }
