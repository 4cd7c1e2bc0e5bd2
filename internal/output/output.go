// Package output prints the results of commands, for people and for programs.
//
// [List] prints a list as it arrives, [Value] one value of a known type, and [Raw] and [RawList] JSON
// whose form only its spec knows. All obey the same [Options].
package output

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// sampleSize is how many elements decide the columns of CSV and the widths of a table. The others are
// written as they arrive, so that memory stays bounded.
const sampleSize = 100

// Rows describes how to show the elements of a list to people.
type Rows[T any] struct {
	Heading []string
	Row     func(T) []any // the cells of one row
}

// List writes elements as they arrive. An error ends the list; the elements before it are already
// written. Only a filter or a template for the whole list, so without -o ndjson, needs all of it.
func List[T any](ctx context.Context, out io.Writer, options *Options, list iter.Seq2[T, error], rows Rows[T]) error {
	return printList(ctx, out, options, list, typeFields(reflect.TypeFor[T]()), &rows)
}

// RawList is [List] for elements that are JSON. The table has a column for each of their fields whose
// value is no object or array, those in fields first.
func RawList(ctx context.Context, out io.Writer, options *Options, list iter.Seq2[jsontext.Value, error], fields []string) error {
	return printList(ctx, out, options, list, fields, nil)
}

// printList prints a list. Without rows, a table has columns of the elements' fields.
func printList[T any](ctx context.Context, out io.Writer, o *Options, list iter.Seq2[T, error], fields []string, rows *Rows[T]) error {
	switch {
	case o.program != nil && o.Format == NDJSON:
		for value, err := range list {
			if err == nil {
				err = o.transform(ctx, out, value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	case o.program != nil:
		var whole bytes.Buffer
		if err := array(&whole, list); err != nil {
			return err
		}
		return o.transform(ctx, out, jsontext.Value(whole.Bytes()))
	}
	safe := harmless(out, o.Format)
	switch o.Format {
	case JSON:
		return array(safe, list)
	case NDJSON:
		for value, err := range list {
			if err == nil {
				err = Encode(safe, value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	case CSV:
		return printRecords(&csvWriter{out: safe, dialect: &o.dialect}, list, newColumns(o.paths, fields, false))
	}
	table := newTable(out)
	if o.paths != nil || rows == nil {
		return printRecords(table, list, newColumns(o.paths, fields, true))
	}
	table.heading = rows.Heading
	for value, err := range list {
		if err == nil {
			err = table.add(rows.Row(value))
		}
		if err != nil {
			return errors.Join(err, table.flush(false))
		}
	}
	return table.flush(true)
}

// Value writes one value. As a table it has a column of names and columns of values.
func Value[T any](ctx context.Context, out io.Writer, o *Options, value T, rows func(T) [][]any) error {
	if o.program != nil {
		return o.transform(ctx, out, value)
	}
	safe := harmless(out, o.Format)
	switch o.Format {
	case JSON:
		return Encode(safe, value, jsontext.WithIndent("  "))
	case NDJSON:
		return Encode(safe, value)
	case CSV:
		one := func(yield func(T, error) bool) { yield(value, nil) }
		return printRecords(&csvWriter{out: safe, dialect: &o.dialect}, one, newColumns(o.paths, typeFields(reflect.TypeFor[T]()), false))
	}
	table := &table{out: out} // shortened by nothing: it is all there is
	if o.paths == nil {
		for _, row := range rows(value) {
			if err := table.add(row); err != nil {
				return err
			}
		}
		return table.flush(true)
	}
	document, err := Format(value)
	if err != nil {
		return err
	}
	selected := newColumns(o.paths, typeFields(reflect.TypeFor[T]()), false)
	selected.see(element{document, fields(document)})
	if err := selected.check(); err != nil {
		return err
	}
	for _, path := range o.paths {
		if err := table.add([]any{path.name, text(path.of(document))}); err != nil {
			return err
		}
	}
	return table.flush(true)
}

// Raw prints a JSON document: an array as [RawList] does, and any other value as [Value].
func Raw(ctx context.Context, out io.Writer, options *Options, document io.Reader, names []string) error {
	decoder := newDecoder(withoutBOM(document))
	if decoder.PeekKind() == '[' {
		return RawList(ctx, out, options, elements(decoder), names)
	}
	value, err := readValue(decoder)
	if err == nil {
		err = atEnd(decoder)
	}
	if err != nil {
		return err
	}
	return Value(ctx, out, options, value, func(value jsontext.Value) (rows [][]any) {
		for _, field := range fields(value) {
			rows = append(rows, []any{field.name, text(field.value)})
		}
		if rows == nil {
			rows = [][]any{{text(value)}}
		}
		return rows
	})
}

// transform prints what the program makes of a value. A program that computes without end is left
// alone when the context ends.
func (o *Options) transform(ctx context.Context, out io.Writer, value any) error {
	document, err := Format(value)
	if err != nil {
		return err
	}
	guarded := &guard{ctx: ctx, out: out, terminal: Terminal(out)}
	done := make(chan error, 1)
	go func() { done <- o.program.run(ctx, guarded, document) }()
	select {
	case err := <-done:
		if guarded.err != nil { // rather than what the program makes of it
			return guarded.err
		}
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// guard passes on the text of a program until the context ends.
type guard struct {
	ctx      context.Context
	out      io.Writer
	terminal bool
	err      error
}

func (g *guard) Write(p []byte) (int, error) {
	if g.err = context.Cause(g.ctx); g.err != nil {
		return 0, g.err
	}
	if g.terminal {
		p = []byte(plain(string(p)))
	}
	if _, g.err = g.out.Write(p); g.err != nil {
		return 0, g.err
	}
	return len(p), nil
}

// typeFields returns the names that a struct gives its fields in JSON.
func typeFields(model reflect.Type) (names []string) {
	if model.Kind() != reflect.Struct {
		return nil
	}
	for i := range model.NumField() {
		name, _, _ := strings.Cut(model.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}
