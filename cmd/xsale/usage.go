package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/similar"
)

// usageError is an error in how the command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, arguments ...any) error {
	return usageError{fmt.Errorf(format, arguments...)}
}

// newGroup returns a command that only contains others.
func newGroup(name, short string, children ...*cobra.Command) *cobra.Command {
	group := &cobra.Command{Use: name, Short: short}
	group.AddCommand(children...)
	requireSubcommand(group)
	return group
}

// requireSubcommand makes a group report a missing or unknown subcommand. Cobra would print the
// help and exit with 0.
func requireSubcommand(group *cobra.Command) {
	group.Args = knownSubcommand
	group.RunE = func(command *cobra.Command, _ []string) error {
		var names []string
		for _, child := range command.Commands() {
			names = append(names, child.Name())
		}
		return usagef("%s needs a command: %s", pathOf(command), strings.Join(names, ", "))
	}
}

// pathOf returns the names of a command without the program's.
func pathOf(command *cobra.Command) string {
	return strings.TrimPrefix(command.CommandPath(), command.Root().Name()+" ")
}

// knownSubcommand rejects the arguments of a group: they are commands that do not exist.
func knownSubcommand(command *cobra.Command, arguments []string) error {
	if len(arguments) == 0 {
		return nil
	}
	var suggestions []string
	if strings.TrimSpace(arguments[0]) != "" { // each name begins with an empty one
		command.SuggestionsMinimumDistance = 2 // edits, cobra's default
		suggestions = command.SuggestionsFor(arguments[0])
	}
	return fmt.Errorf("unknown command %q for %q%s", arguments[0], command.CommandPath(), didYouMean(suggestions))
}

// didYouMean suggests names in an error, if there are any.
func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " (did you mean " + strings.Join(names, " or ") + "?)"
}

// takes checks the number of arguments against their names. A name in brackets is optional.
func takes(names ...string) cobra.PositionalArgs {
	var required []string
	for _, name := range names {
		if !strings.HasPrefix(name, "[") {
			required = append(required, name)
		}
	}
	return func(_ *cobra.Command, arguments []string) error {
		if len(arguments) < len(required) {
			return fmt.Errorf("missing argument %s", required[len(arguments)])
		}
		if len(arguments) > len(names) {
			return fmt.Errorf("unexpected argument %q", arguments[len(names)])
		}
		for i, argument := range arguments {
			if strings.TrimSpace(argument) == "" {
				return fmt.Errorf("%s is empty", strings.Trim(names[i], "[]"))
			}
		}
		return nil
	}
}

// fileOrFlags requires either --file or the first of the other flags, and rejects --file together
// with any of them.
func fileOrFlags(command *cobra.Command, others ...string) error {
	given := command.Flags().Changed
	if !given("file") && !given(others[0]) {
		return usagef("pass --%s, or --file to read JSON", others[0])
	}
	for _, other := range others {
		if given("file") && given(other) {
			return usagef("--file and --%s cannot be used together", other)
		}
	}
	return nil
}

const mayBeEmptyKey = "may be empty"

// mayBeEmpty allows empty values of flags; see checkEmpty.
func mayBeEmpty(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		_ = flags.SetAnnotation(name, mayBeEmptyKey, nil) // the flag exists
	}
}

// checkEmpty rejects empty values of flags. Most come from a variable that is not set, and would
// select everything or fall back to a default.
func checkEmpty(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		_, allowed := flag.Annotations[mayBeEmptyKey]
		empty := func(value string) bool { return strings.TrimSpace(value) == "" }
		if err == nil && !allowed && (len(values) == 0 || slices.ContainsFunc(values, empty)) {
			err = fmt.Errorf("--%s is empty: pass a value, or leave it out", flag.Name)
		}
	})
	return err
}

// wantedValues describes what each type of flag accepts.
var wantedValues = map[string]string{
	"bool":       "true or false",
	"duration":   "a duration, such as 30s or 500ms",
	"float64":    "a number",
	"int":        "a whole number",
	"int64":      "a whole number",
	"int64Slice": "whole numbers separated by commas, such as 3,7",
	"uint64":     "a whole number from 0 up",
}

// flagError rewords the errors of the flag parser, which name Go types and functions.
func flagError(command *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		want, known := wantedValues[invalid.GetFlag().Value.Type()]
		_, choice := invalid.GetFlag().Value.(*choice)
		switch {
		case choice:
			return fmt.Errorf("--%s %q: %w", invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap())
		case errors.Is(err, strconv.ErrRange):
			return fmt.Errorf("--%s %s: out of range", invalid.GetFlag().Name, invalid.GetValue())
		case known:
			return fmt.Errorf("--%s %q: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)
		}
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if unknown.GetSpecifiedShortnames() != "" {
			return fmt.Errorf("unknown flag -%s", unknown.GetSpecifiedName())
		}
		return fmt.Errorf("unknown flag --%s%s", unknown.GetSpecifiedName(), similarFlags(command, unknown.GetSpecifiedName()))
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("--%s needs a value", missing.GetFlag().Name)
	}
	return err
}

// similarFlags suggests flags for an unknown name.
func similarFlags(command *cobra.Command, name string) string {
	var names []string
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			names = append(names, "--"+flag.Name)
		}
	})
	return didYouMean(similar.Names(name, names))
}
