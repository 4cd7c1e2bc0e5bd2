package main

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// pathNames are the names in usages of values that are names of files, which have any bytes on Unix, or
// command lines with such names.
var pathNames = []string{"FILE", "PATH", "DIR", "COMMAND"}

// checkText rejects values of flags that are not UTF-8, as from a script in ISO 8859-2 or Windows-1250:
// JSON has no place for them, and the API would get other letters.
func checkText(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		i := slices.IndexFunc(values, func(value string) bool { return !utf8.ValidString(value) })
		name, _ := pflag.UnquoteUsage(flag)
		if err == nil && i >= 0 && !slices.Contains(pathNames, name) {
			err = fmt.Errorf("--%s %q is not UTF-8: convert the script, or set the terminal to UTF-8", flag.Name, values[i])
		}
	})
	return err
}
