// Package surface describes the command line from its commands: as a page of the documentation, as
// manual pages, and as a snapshot that shows what a change adds and removes.
package surface

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Surface is what people and scripts rely on.
type Surface struct {
	Root      *cobra.Command
	ExitCodes []ExitCode
}

// ExitCode is a documented exit code.
type ExitCode struct {
	Code    int
	Meaning string
}

// Choice is implemented by the values of flags that take one of a few words.
type Choice interface {
	pflag.Value
	Choices() []string
}

// Width is the width of help texts, in characters.
const Width = 100

// Wrap breaks a paragraph into lines of at most width characters.
func Wrap(text string, width int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}

// commands returns the command and those below it, without hidden ones, sorted by path.
func commands(command *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{command}
	for _, child := range command.Commands() {
		if !child.Hidden && child.Deprecated == "" {
			list = append(list, commands(child)...)
		}
	}
	slices.SortFunc(list, func(a, b *cobra.Command) int { return cmp.Compare(a.CommandPath(), b.CommandPath()) })
	return list
}

// flags returns the flags that a command adds, without hidden ones and --help. The flags of the root
// are those of all commands.
func flags(command *cobra.Command) []*pflag.Flag {
	set := command.NonInheritedFlags()
	var list []*pflag.Flag
	set.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && flag.Name != "help" {
			list = append(list, flag)
		}
	})
	return list
}

// synopsis returns the usage line of a command.
func synopsis(command *cobra.Command) string {
	line := strings.TrimSuffix(command.UseLine(), " [flags]")
	switch {
	case command.HasAvailableSubCommands():
		line += " COMMAND"
	case len(flags(command)) > 0 && !strings.Contains(line, "--"):
		line += " [flags]"
	}
	return line
}

// arguments matches the arguments of a usage line up to the first flag.
var arguments = regexp.MustCompile(`^\S+((?: +[^\s(-][^\s-]*)*)`)

// argumentsOf returns the names of the arguments that a command takes, such as [OLD] NEW.
func argumentsOf(command *cobra.Command) string {
	return strings.TrimSpace(arguments.FindStringSubmatch(command.Use)[1])
}

// name returns how a flag is written, with the name of its value.
func name(flag *pflag.Flag) string {
	value, _ := pflag.UnquoteUsage(flag)
	text := "--" + flag.Name
	if flag.Shorthand != "" {
		text = "-" + flag.Shorthand + ", " + text
	}
	if value != "" {
		text += " " + value
	}
	return text
}

// meaning returns the explanation of a flag with its default.
func meaning(flag *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(flag)
	if !zero(flag) && !strings.Contains(usage, "(default ") {
		usage += " (default " + flag.DefValue + ")"
	}
	return usage
}

// zero reports whether a flag has no default worth a word.
func zero(flag *pflag.Flag) bool {
	return slices.Contains([]string{"", "0", "0s", "false", "[]"}, flag.DefValue)
}

// Reflow breaks the lines of a help text at [Width] characters. Indented lines stay.
func Reflow(text string) string {
	var reflowed strings.Builder
	for i, part := range paragraphs(text) {
		if i > 0 {
			reflowed.WriteString("\n")
		}
		if i > 0 && !part.follows {
			reflowed.WriteString("\n")
		}
		if part.literal {
			reflowed.WriteString(strings.Join(part.lines, "\n"))
		} else {
			reflowed.WriteString(Wrap(strings.Join(part.lines, " "), Width))
		}
	}
	return reflowed.String()
}

// paragraph is a part of a help text: prose, or lines that keep their layout.
type paragraph struct {
	literal bool
	follows bool // without an empty line
	lines   []string
}

// paragraphs splits a help text. Indented lines keep their layout.
func paragraphs(text string) []paragraph {
	var list []paragraph
	empty := false
	for line := range strings.Lines(text) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")
		if line == "" {
			empty = true
			continue
		}
		literal := strings.HasPrefix(line, " ")
		if last := len(list) - 1; last >= 0 && !empty && list[last].literal == literal {
			list[last].lines = append(list[last].lines, line)
		} else {
			list = append(list, paragraph{literal: literal, follows: !empty, lines: []string{line}})
		}
		empty = false
	}
	return list
}

// help returns the explanation of a command without the exit codes, which have their own section.
func help(command *cobra.Command) []paragraph {
	text, _, _ := strings.Cut(cmp.Or(command.Long, command.Short+"."), "\nExit codes:\n")
	return paragraphs(text)
}
