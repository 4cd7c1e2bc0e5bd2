package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/output"
)

// checkMissingValue rejects a flag whose value is the next flag: --id $ID --dry-run with a variable
// that is not set would send the call. A value that looks like a flag is written as --id=--dry-run.
func checkMissingValue(flags *pflag.FlagSet, arguments []string) error {
	for i, argument := range arguments[:max(0, len(arguments)-1)] {
		if argument == "--" { // no flags follow
			break
		}
		next := arguments[i+1]
		flag := flagOf(flags, argument)
		if flag == nil || flag.NoOptDefVal != "" || strings.Contains(argument, "=") {
			continue
		}
		if name, _, _ := strings.Cut(next, "="); next == "--" || flagOf(flags, name) != nil {
			return fmt.Errorf("--%s has no value, because the next word is %s: pass one, or write --%s=%[2]s if that is the value", flag.Name, next, flag.Name)
		}
	}
	return nil
}

// checkDetachedValue rejects a value after a flag that takes one only with an equals sign: it would be
// an argument of the command.
func checkDetachedValue(flags *pflag.FlagSet, arguments []string) error {
	for i, argument := range arguments[:max(0, len(arguments)-1)] {
		if argument == "--" {
			break
		}
		flag, next := flagOf(flags, argument), arguments[i+1]
		if flag == nil || flag.NoOptDefVal == "" {
			continue
		}
		values := output.Choices()[flag.Name]
		if flag.Value.Type() == "bool" {
			values = []string{"true", "false"}
		}
		if slices.ContainsFunc(values, func(value string) bool { return strings.EqualFold(value, next) }) {
			return fmt.Errorf("--%s takes a value only after an equals sign: write --%[1]s=%s", flag.Name, strings.ToLower(next))
		}
	}
	return nil
}

// flagOf returns the flag that a word of the command line names, or nil.
func flagOf(flags *pflag.FlagSet, word string) *pflag.Flag {
	if name, ok := strings.CutPrefix(word, "--"); ok {
		return flags.Lookup(name)
	}
	if name, ok := strings.CutPrefix(word, "-"); ok && len(name) == 1 {
		return flags.ShorthandLookup(name)
	}
	return nil
}
