package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/output"
)

// printReceived is printList for a list of the API. Elements that do not fit the spec are reported
// and left out, and make the command fail at the end: they must not hide the others.
func printReceived[T any](command *cobra.Command, options *output.Options, list iter.Seq2[T, error], rows output.Rows[T]) error {
	unfit := 0
	err := printList(command, options, func(yield func(T, error) bool) {
		for value, err := range list {
			if element, ok := errors.AsType[*call.ElementError](err); ok {
				unfit++
				fmt.Fprintf(command.ErrOrStderr(), "xsale: %v\n", element)
			} else if !yield(value, err) {
				return
			}
		}
	}, rows)
	if unfit > 0 {
		err = errors.Join(err, fmt.Errorf("elements that do not fit the spec and are left out: %d; 'xsale api' prints the whole list", unfit))
	}
	return err
}

// printList writes a list to standard output; see [output.List].
func printList[T any](command *cobra.Command, options *output.Options, list iter.Seq2[T, error], rows output.Rows[T]) error {
	list, stop := followed(command, list)
	defer stop()
	return output.List(command.Context(), command.OutOrStdout(), options, list, rows)
}

// followed shows how many elements of a list have arrived; see follow.
func followed[T any](command *cobra.Command, list iter.Seq2[T, error]) (counting iter.Seq2[T, error], stop func()) {
	var count atomic.Int64
	counting = func(yield func(T, error) bool) {
		for value, err := range list {
			count.Add(1)
			if !yield(value, err) {
				return
			}
		}
	}
	return counting, follow(command, func() string { return counted(int(count.Load()), "element") + " received" })
}

// printValue writes one value to standard output; see [output.Value].
func printValue[T any](command *cobra.Command, options *output.Options, value T, rows func(T) [][]any) error {
	return output.Value(command.Context(), command.OutOrStdout(), options, value, rows)
}

// printRaw writes a JSON document to standard output; see [output.Raw].
func printRaw(command *cobra.Command, options *output.Options, document io.Reader, fields []string) error {
	return output.Raw(command.Context(), command.OutOrStdout(), options, document, fields)
}

// printRawList writes a list of JSON elements to standard output; see [output.RawList].
func printRawList(command *cobra.Command, options *output.Options, list iter.Seq2[jsontext.Value, error], fields []string) error {
	list, stop := followed(command, list)
	defer stop()
	return output.RawList(command.Context(), command.OutOrStdout(), options, list, fields)
}

// printsKey marks the commands that print values; see prints.
const printsKey = "prints"

// prints marks a command that prints values through the functions above. With the name of a flag, it
// does so only if that flag is set. The other commands reject the flags of [output.Options].
func prints(command *cobra.Command, with ...string) *cobra.Command {
	return annotate(command, printsKey, strings.Join(with, ""))
}

// checkPrints returns an error if a command has no use for a flag of [output.Options] that is set.
func checkPrints(command *cobra.Command) error {
	with, ok := command.Annotations[printsKey]
	if ok && (with == "" || command.Flags().Changed(with)) {
		return nil
	}
	set := output.Set(command.Flags())
	switch {
	case set == "":
		return nil
	case ok:
		return fmt.Errorf("--%s has no effect on '%s' without --%s", set, command.CommandPath(), with)
	}
	return fmt.Errorf("--%s has no effect on '%s'", set, command.CommandPath())
}

// withoutErrors turns a slice into a list for printList.
func withoutErrors[T any](values []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, value := range values {
			if !yield(value, nil) {
				return
			}
		}
	}
}

// counted returns a number with its noun, which is singular for 1.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// terminal reports whether a stream is a terminal.
func terminal(stream any) bool { return output.Terminal(stream) }
