package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choice is the value of a flag that takes one of a few words.
type choice struct {
	value   *string
	choices []string
}

// choiceFlag adds a flag that takes one of the choices. The first one is the default. The shell completes
// them.
func choiceFlag(command *cobra.Command, value *string, name, usage string, choices ...string) {
	*value = choices[0]
	command.Flags().Var(&choice{value, choices}, name, usage+": "+alternatives(choices))
	complete := cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)
	_ = command.RegisterFlagCompletionFunc(name, complete) // the flag exists
}

// String implements [pflag.Value].
func (c *choice) String() string { return *c.value }

// Type implements [pflag.Value].
func (c *choice) Type() string { return "string" }

// Choices implements [surface.Choice].
func (c *choice) Choices() []string { return c.choices }

// Set implements [pflag.Value].
func (c *choice) Set(value string) error {
	if !slices.Contains(c.choices, value) {
		return errors.New("use " + alternatives(c.choices)) // see flagError
	}
	*c.value = value
	return nil
}

// alternatives joins words, such as "a, b or c".
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
