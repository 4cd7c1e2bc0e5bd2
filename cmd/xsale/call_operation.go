package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/curl"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/similar"
)

// operationCall is one call of an operation.
type operationCall struct {
	*app
	catalog     *operation.Catalog
	operation   *operation.Operation
	account     string // that the spec was chosen by
	spec        string
	values      map[*operation.Parameter]*inputValue
	file        string
	contentType string
	null        []string
	limit       int
	download    download
	dryRun      bool
	shell       string
	include     include
	opened      []io.Closer
}

// newOperationCommand returns the command that calls an operation.
func (a *app) newOperationCommand(catalog *operation.Catalog, o *operation.Operation) *cobra.Command {
	c := &operationCall{app: a, catalog: catalog, operation: o, account: a.accountName, spec: a.spec, values: map[*operation.Parameter]*inputValue{}}
	command := &cobra.Command{
		Use:     o.Name,
		Short:   cmp.Or(firstLine(o.Summary), o.String()),
		Long:    operationHelp(o),
		Args:    noArguments,
		PreRunE: func(*cobra.Command, []string) error { return c.checkAhead() },
		RunE:    func(command *cobra.Command, _ []string) error { return c.run(command) },
	}
	flags := command.Flags()
	flags.SortFlags = false
	nullable := false
	for _, p := range o.Inputs() {
		if organizationParameter(p) {
			continue
		}
		nullable = nullable || p.Nullable && p.In == operation.Field
		c.addFlag(command, p)
	}
	if o.Body != nil {
		flags.StringVarP(&c.file, "file", "f", "", bodyUsage(o.Body))
		if len(o.Body.Media) > 1 {
			var types []string
			for _, media := range o.Body.Media {
				types = append(types, media.Type)
			}
			flags.StringVar(&c.contentType, "content-type", "", "media `TYPE` of the body: "+alternatives(types)+" (default "+types[0]+")")
			_ = command.RegisterFlagCompletionFunc("content-type", cobra.FixedCompletions(types, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
		}
	}
	if nullable {
		flags.StringArrayVar(&c.null, "null", nil, "send null as the value of the flag `NAME`; repeatable")
		_ = command.RegisterFlagCompletionFunc("null", c.completeNull) // the flag exists
	}
	if o.List() != nil {
		flags.IntVar(&c.limit, "limit", 0, "print only the first `COUNT` elements of the list, and end the response there")
	}
	c.download.addFlags(flags)
	c.include.addFlag(command)
	flags.BoolVar(&c.dryRun, "dry-run", false, "print a command line of curl instead; sends nothing and does not log in")
	choiceFlag(command, &c.shell, "shell", "with --dry-run: the `SHELL` of the command line", curl.Shells()...)
	command.Example = c.example()
	return prints(command)
}

// noArguments rejects arguments.
func noArguments(_ *cobra.Command, arguments []string) error {
	if len(arguments) == 0 {
		return nil
	}
	return fmt.Errorf("unexpected argument %q: pass values with flags", arguments[0])
}

// organizationParameter reports whether a parameter is the organization, which --organization sets.
func organizationParameter(p *operation.Parameter) bool {
	return p.In == operation.Path && similar.Fold(p.Name) == "organizationname"
}

// checkAhead returns an error if the operation is not of the spec that the command line chooses, which
// was read before all flags were known.
func (c *operationCall) checkAhead() error {
	switch {
	case c.accountName != c.account:
		return usagef("--account %s: pass it before %s", c.accountName, c.operation.Name)
	case c.app.spec != c.spec:
		return usagef("--spec %s: pass it before %s", c.app.spec, c.operation.Name)
	}
	return nil
}

// inputValue is the value of a flag of an operation.
type inputValue struct {
	parameter *operation.Parameter
	texts     []string
}

func (c *operationCall) addFlag(command *cobra.Command, p *operation.Parameter) {
	value := &inputValue{parameter: p}
	c.values[p] = value
	flag := command.Flags().VarPF(value, p.Flag, "", inputUsage(p))
	if p.Kind == operation.Boolean && !p.List {
		flag.NoOptDefVal = "true"
	}
	if p.In == operation.Field && p.Kind == operation.String {
		mayBeEmpty(command.Flags(), p.Flag)
	}
	complete := cobra.NoFileCompletions
	switch {
	case len(p.Enum) > 0:
		complete = cobra.FixedCompletions(p.Enum, cobra.ShellCompDirectiveNoFileComp)
	case p.Kind == operation.Boolean:
		complete = cobra.FixedCompletions([]string{"true", "false"}, cobra.ShellCompDirectiveNoFileComp)
	case p.Kind == operation.File:
		complete = nil
	}
	if complete != nil {
		_ = command.RegisterFlagCompletionFunc(p.Flag, complete) // the flag exists
	}
	if p.Deprecated {
		flag.Usage += "; deprecated"
	}
}

// String implements [pflag.Value].
func (v *inputValue) String() string { return strings.Join(v.texts, ",") }

// Set implements [pflag.Value].
func (v *inputValue) Set(text string) error {
	v.texts = append(v.texts, text)
	return nil
}

// Type implements [pflag.Value].
func (v *inputValue) Type() string {
	kind := strings.ToUpper(string(v.parameter.Kind))
	switch v.parameter.Kind {
	case operation.Boolean:
		if !v.parameter.List {
			return "bool"
		}
	case operation.Scalar:
		kind = "VALUE"
	case operation.String:
		if slices.Contains([]string{"date", "date-time", "time", "uuid", "uri", "email"}, v.parameter.Format) {
			kind = strings.ToUpper(v.parameter.Format)
		}
	}
	return kind
}

// GetSlice makes each value of a list count as one in checkEmpty.
func (v *inputValue) GetSlice() []string { return v.texts }

// Append implements [pflag.SliceValue].
func (v *inputValue) Append(text string) error { return v.Set(text) }

// Replace implements [pflag.SliceValue].
func (v *inputValue) Replace(texts []string) error {
	v.texts = texts
	return nil
}

func (c *operationCall) completeNull(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return c.nullable(), cobra.ShellCompDirectiveNoFileComp
}

// nullable returns the flags whose values may be null.
func (c *operationCall) nullable() []string {
	var names []string
	for _, p := range c.operation.Inputs() {
		if p.Nullable && p.In == operation.Field {
			names = append(names, p.Flag)
		}
	}
	return names
}

func (c *operationCall) run(command *cobra.Command) error {
	defer func() {
		for _, file := range c.opened {
			file.Close()
		}
	}()
	if c.limit < 0 || command.Flags().Changed("limit") && c.limit == 0 {
		return usagef("--limit %d: want a number from 1 up", c.limit)
	}
	set := output.Set(command.Flags())
	if set == "" && c.limit > 0 {
		set = "limit"
	}
	switch {
	case c.dryRun && set != "":
		return usagef("--%s has no effect with --dry-run", set)
	case c.download.path != "" && set != "":
		return usagef("--%s has no effect with --output-file, which saves what comes", set)
	case c.dryRun && c.include.on:
		return usagef("--include has no effect with --dry-run")
	case c.download.path != "" && c.dryRun:
		return usagef("--output-file has no effect with --dry-run")
	}
	if command.Flags().Changed("shell") && !c.dryRun {
		return usagef("--shell has no effect without --dry-run")
	}
	if err := c.download.check(command, c.operation, c.dryRun); err != nil {
		return err
	}
	input, err := c.input(command)
	if err != nil {
		return err
	}
	return c.withClient(command, func(ctx context.Context, client *xsale.Client) error {
		c.include.start(command, client)
		if err := c.addOrganization(command, client, &input); err != nil {
			return err
		}
		request, err := c.catalog.Build(c.operation, input)
		if err != nil {
			return c.inFlags(err)
		}
		endpoint, err := call.NewEndpoint(client.BaseURL(), client.Doer())
		if err != nil {
			return err
		}
		if c.dryRun {
			return c.rehearse(ctx, command, request, endpoint)
		}
		if err := c.download.open(); err != nil {
			return err
		}
		defer c.download.close()
		return c.send(ctx, command, request, endpoint)
	})
}

// addOrganization adds the organization of the account to the path, if the path has one.
func (c *operationCall) addOrganization(command *cobra.Command, client *xsale.Client, input *operation.Input) error {
	for _, p := range c.operation.Parameters {
		if !organizationParameter(p) {
			continue
		}
		name := client.Organization("").Name()
		if name == "" && c.dryRun {
			return errNoOrganization
		}
		if err := c.checkOrganization(command, client); err != nil {
			return err
		}
		input.Values[p.Flag] = name
	}
	return nil
}

// input returns what the flags pass.
func (c *operationCall) input(command *cobra.Command) (operation.Input, error) {
	input := operation.Input{Values: map[string]any{}, Type: c.contentType}
	var problems []string
	for _, p := range c.operation.Inputs() {
		if value := c.values[p]; value != nil && command.Flags().Changed(p.Flag) {
			parsed, err := c.parse(command, p, value.texts)
			if err != nil {
				problems = append(problems, fmt.Sprintf("--%s %v", p.Flag, err))
				continue
			}
			input.Values[p.Flag] = parsed
		}
	}
	for _, name := range c.null {
		name = strings.TrimPrefix(name, "--")
		_, both := input.Values[name]
		switch {
		case !slices.Contains(c.nullable(), name):
			problems = append(problems, fmt.Sprintf("--null %s: want %s", name, alternatives(c.nullable())))
		case both:
			problems = append(problems, fmt.Sprintf("--null %s and --%s cannot be used together", name, name))
		}
		input.Values[name] = nil
	}
	if len(problems) > 0 {
		return input, usagef("%s", strings.Join(problems, "; "))
	}
	if c.file == "" {
		return input, nil
	}
	media, err := c.operation.Body.Find(c.contentType)
	if err != nil {
		return input, usagef("--content-type %s: %w", c.contentType, err)
	}
	if media.Form == operation.Raw {
		if input.Content, err = c.open(command, c.file); err != nil {
			err = usagef("--file %w", err)
		}
		return input, err
	}
	input.JSON, err = readJSON(command, c.file)
	return input, err
}

func (c *operationCall) parse(command *cobra.Command, p *operation.Parameter, texts []string) (any, error) {
	if p.Kind != operation.File {
		return p.Parse(texts)
	}
	var files []call.File
	for _, text := range texts {
		path := strings.TrimPrefix(text, "@")
		content, err := c.open(command, path)
		if err != nil {
			return nil, err
		}
		file := call.File{Type: mime.TypeByExtension(filepath.Ext(path)), Content: content}
		if path != "-" {
			file.Name = filepath.Base(path)
		}
		files = append(files, file)
	}
	if len(files) > 1 && !p.List {
		return nil, fmt.Errorf("was passed %d times: want one file", len(files))
	}
	if p.List {
		return files, nil
	}
	return files[0], nil
}

// open opens a file that is sent as it is.
func (c *operationCall) open(command *cobra.Command, path string) (io.Reader, error) {
	if path == "-" {
		return command.InOrStdin(), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Unwrap(err))
	}
	c.opened = append(c.opened, file)
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory: want a file", path)
	}
	return file, nil
}

// inFlags rewords an error about inputs with the names of flags.
func (c *operationCall) inFlags(err error) error {
	invalid, ok := errors.AsType[*operation.InvalidError](err)
	if !ok {
		return err
	}
	text := invalid.Text(func(p *operation.Parameter) string { return "--" + p.Flag })
	if c.file != "" {
		text = inputName(c.file) + ": " + text
	}
	return usagef("%s; see 'xsale call %s --help', or send it unchecked with 'xsale api'", text, c.operation.Name)
}
