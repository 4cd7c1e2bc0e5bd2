// Package output prints the results of commands, for people and for programs.
//
// [List] prints a list as it arrives, [Value] one value whose type is known, and [Raw] and [RawList]
// print JSON whose form only its spec knows. All obey the same [Options].
package output

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/printable"
)

// The formats: a table for people; JSON for programs, as one document or one document per line.
const (
	Table  = "table"
	JSON   = "json"
	NDJSON = "ndjson"
)

// Options are what the flags of a command ask for.
type Options struct {
	Format string
}

// AddFlags adds the flags that set the options.
func (o *Options) AddFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&o.Format, "output", "o", Table, "output `FORMAT`: table, json or ndjson")
}

// Set returns the name of a flag of [Options.AddFlags] that is set, or "".
func (o *Options) Set(flags *pflag.FlagSet) string {
	for _, name := range []string{"output"} {
		if flags.Changed(name) {
			return name
		}
	}
	return ""
}

// Check returns an error if options are invalid or contradict each other.
func (o *Options) Check() error {
	switch o.Format {
	case Table, JSON, NDJSON:
		return nil
	}
	return fmt.Errorf("--output %q: use table, json or ndjson", o.Format)
}

// Rows describes how to show the elements of a list to people.
type Rows[T any] struct {
	Heading []string
	Row     func(T) []any // the cells of one row
}

// List writes elements as they arrive, so that memory stays bounded. An error ends the list; the
// elements before it are already written.
func List[T any](_ context.Context, out io.Writer, options *Options, list iter.Seq2[T, error], rows Rows[T]) error {
	switch options.Format {
	case JSON:
		return array(out, list)
	case NDJSON:
		for value, err := range list {
			if err != nil {
				return err
			}
			if err := Encode(out, value); err != nil {
				return err
			}
		}
		return nil
	}
	writer := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	heading := strings.Join(rows.Heading, "\t") + "\n" // written once the call has succeeded
	for value, err := range list {
		if err != nil {
			return errors.Join(err, writer.Flush())
		}
		io.WriteString(writer, heading)
		heading = ""
		printRow(writer, rows.Row(value))
	}
	io.WriteString(writer, heading)
	return writer.Flush()
}

// Value writes one value. As a table it has a column of names and columns of values.
func Value[T any](_ context.Context, out io.Writer, options *Options, value T, rows func(T) [][]any) error {
	switch options.Format {
	case JSON:
		return Encode(out, value, jsontext.WithIndent("  "))
	case NDJSON:
		return Encode(out, value)
	}
	writer := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows(value) {
		printRow(writer, row)
	}
	return writer.Flush()
}

// RawList is [List] for elements that are JSON. As a table it has the fields as columns, those that the
// spec lists first.
func RawList(ctx context.Context, out io.Writer, options *Options, list iter.Seq2[jsontext.Value, error], fields []string) error {
	return List(ctx, out, options, list, Rows[jsontext.Value]{
		Heading: []string{"JSON"},
		Row:     func(value jsontext.Value) []any { return []any{string(value)} },
	})
}

// Raw prints a JSON document, an array as [RawList] does.
func Raw(ctx context.Context, out io.Writer, options *Options, document io.Reader, fields []string) error {
	value, err := io.ReadAll(document)
	if err != nil {
		return err
	}
	return Value(ctx, out, options, jsontext.Value(value), func(value jsontext.Value) [][]any { return [][]any{{string(value)}} })
}

// printRow replaces tabs and line breaks in cells, which would break the table.
func printRow(out io.Writer, cells []any) {
	for i, cell := range cells {
		if i > 0 {
			io.WriteString(out, "\t")
		}
		io.WriteString(out, printable.String(fmt.Sprint(cell)))
	}
	io.WriteString(out, "\n")
}
