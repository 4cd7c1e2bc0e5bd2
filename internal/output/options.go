package output

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// The formats: a table for people; JSON for programs, as one document or one document per line; and
// CSV for spreadsheets.
const (
	Table  = "table"
	JSON   = "json"
	NDJSON = "ndjson"
	CSV    = "csv"
)

var formats = []string{Table, JSON, NDJSON, CSV}

// Options are what the flags of a command ask for. [Options.Check] prepares them.
type Options struct {
	Format   string
	Explicit bool // the user chose the format

	jq       string
	template string
	columns  []string
	dialect  dialect

	program program // of jq or the template, if one is set
	paths   []path  // of the columns
}

// Names of the flags.
const (
	flagOutput    = "output"
	flagJQ        = "jq"
	flagTemplate  = "template"
	flagColumns   = "columns"
	flagCSV       = "csv"
	flagSeparator = "csv-separator"
	flagDecimal   = "csv-decimal"
	flagBOM       = "csv-bom"
)

// AddFlags adds the flags that set the options.
func (o *Options) AddFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&o.Format, flagOutput, "o", Table, "output `FORMAT`: table, json, ndjson or csv")
	flags.StringVar(&o.jq, flagJQ, "", "print what a jq `FILTER` makes of the JSON, strings without quotes; with -o ndjson of each element")
	flags.StringVar(&o.template, flagTemplate, "", "print the JSON through a Go `TEMPLATE`; with -o ndjson each element")
	flags.StringSliceVar(&o.columns, flagColumns, nil, "`FIELDS` of a table or of CSV, such as Id,Items.0.Quantity or /Items/0/Quantity")
	flags.StringVar(&o.dialect.name, flagCSV, "", "print CSV; as `DIALECT`, excel opens by a double click in an English Excel, and excel-pl in a Polish one")
	flags.Lookup(flagCSV).NoOptDefVal = dialectStandard
	flags.StringVar(&o.dialect.separator, flagSeparator, "", "`CHARACTER` between the values of CSV, or tab (default a comma, with --csv=excel-pl a semicolon)")
	flags.StringVar(&o.dialect.decimal, flagDecimal, "", "decimal `CHARACTER` in CSV: a point or a comma (default a point, with --csv=excel-pl a comma)")
	flags.BoolVar(&o.dialect.bom, flagBOM, false, "begin CSV with a byte order mark, by which Excel knows UTF-8 (default true with --csv=excel or excel-pl)")
}

// Choices returns the values of the flags that take one of a few words, by the name of the flag.
func Choices() map[string][]string {
	return map[string][]string{
		flagOutput: formats, flagCSV: {dialectStandard, dialectExcel, dialectExcelPL},
		flagSeparator: {",", ";", "|", "tab"}, flagDecimal: {"point", "comma"},
	}
}

// Set returns the name of a flag of [Options.AddFlags] that is set, or "".
func Set(flags *pflag.FlagSet) string {
	for _, name := range []string{flagOutput, flagJQ, flagTemplate, flagColumns, flagCSV, flagSeparator, flagDecimal, flagBOM} {
		if flags.Changed(name) {
			return name
		}
	}
	return ""
}

// Check returns an error if options are invalid or contradict each other.
func (o *Options) Check(flags *pflag.FlagSet) error {
	o.Explicit = flags.Changed(flagOutput) || flags.Changed(flagCSV) || o.columns != nil
	if !slices.Contains(formats, o.Format) {
		return fmt.Errorf("--output %q: use table, json, ndjson or csv", o.Format)
	}
	if flags.Changed(flagCSV) {
		if flags.Changed(flagOutput) && o.Format != CSV {
			return fmt.Errorf("--csv and --output %s cannot be used together", o.Format)
		}
		o.Format = CSV
	}
	transformed := ""
	switch {
	case o.jq != "" && o.template != "":
		return errors.New("--jq and --template cannot be used together")
	case o.jq != "":
		transformed = flagJQ
	case o.template != "":
		transformed = flagTemplate
	}
	tabular := o.Format == Table || o.Format == CSV
	switch {
	case transformed != "" && (o.Format == CSV || o.Format == Table && flags.Changed(flagOutput)):
		return fmt.Errorf("--%s and --output %s cannot be used together: it reads JSON", transformed, o.Format)
	case transformed != "" && o.columns != nil:
		return fmt.Errorf("--%s and --columns cannot be used together", transformed)
	case o.columns != nil && !tabular:
		return fmt.Errorf("--columns and --output %s cannot be used together: use --jq to choose fields of JSON", o.Format)
	}
	if err := o.dialect.check(flags, o.Format == CSV); err != nil {
		return err
	}
	if err := o.prepare(); err != nil {
		return err
	}
	for _, column := range o.columns {
		parsed, err := parsePath(strings.TrimSpace(column))
		if err != nil {
			return fmt.Errorf("--columns %q: %w", column, err)
		}
		o.paths = append(o.paths, parsed)
	}
	return nil
}

// Plain reports whether the output is the usual table, for people.
func (o *Options) Plain() bool { return o.Format == Table && o.program == nil && o.paths == nil }

// Filtered reports whether a filter or a template prints the output.
func (o *Options) Filtered() bool { return o.program != nil }

// prepare compiles the program.
func (o *Options) prepare() (err error) {
	switch {
	case o.jq != "":
		o.program, err = compileJQ(o.jq)
	case o.template != "":
		o.program, err = compileTemplate(o.template)
	}
	return err
}
