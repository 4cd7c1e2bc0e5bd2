package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// accountFlags are the flags that say for which account a command works, and how.
var accountFlags = []string{"account", "credentials", "organization", "token-store", "trace"}

// Annotations of commands that have no use for all of accountFlags; see uses.
const (
	usesKey         = "uses"
	usesWithAuthKey = "uses with auth"
)

// uses marks a command that has a use for these accountFlags only. It rejects the others, which would
// otherwise seem to have had an effect.
func uses(command *cobra.Command, flags ...string) *cobra.Command {
	return annotate(command, usesKey, strings.Join(flags, " "))
}

// usesWithAuth marks a command that uses the others of accountFlags only with --auth.
func usesWithAuth(command *cobra.Command, flags ...string) *cobra.Command {
	return annotate(uses(command, flags...), usesWithAuthKey, "")
}

func annotate(command *cobra.Command, key, value string) *cobra.Command {
	if command.Annotations == nil {
		command.Annotations = map[string]string{}
	}
	command.Annotations[key] = value
	return command
}

// checkUses returns an error if a command has no use for one of accountFlags that is set.
func checkUses(command *cobra.Command) error {
	used, limited := command.Annotations[usesKey]
	_, withAuth := command.Annotations[usesWithAuthKey]
	if !limited || withAuth && command.Flags().Changed("auth") {
		return nil
	}
	for _, name := range accountFlags {
		if !command.Flags().Changed(name) || slices.Contains(strings.Fields(used), name) {
			continue
		}
		if withAuth {
			return fmt.Errorf("--%s has no effect on '%s' without --auth", name, command.CommandPath())
		}
		return fmt.Errorf("--%s has no effect on '%s'", name, command.CommandPath())
	}
	return nil
}
