package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/verify"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	spec     string
	auth     bool
	overlays []string
	params   []string
	writes   []string
	bodies   []string
	overlay  string
	yes      bool
	rate     float64
	timeout  time.Duration
}

func newVerifyCommand(a *app) *cobra.Command {
	var f verifyFlags
	command := &cobra.Command{
		Use:   "verify",
		Short: "Check the API against its description, by calling what only reads",
		Long: `Check the API against its description, by calling it with your account.

Every GET of the description is called whose path variables can be filled: the organization from --organization or GET /me,
ids from what earlier answers held, others from --param, where operation.name goes before what answers held. Each call is
sent once, at most --rate of them a second. The filters of orders by status are tried with a few values. Nothing is written
unless --write names an operation, and then with no other body than the file that --body names for it, and to nothing that
--param does not name.

What is told are names and types, never values: what the answers confirm, contradict and hold besides. A member's name that
looks like data, such as an e-mail address, is written as *. --overlay writes what is new as an OpenAPI overlay, for xsale
generate --overlay and for the description of this module; what is contradicted is for you to decide, and not in it.

On the production address it lists what it is about to call, and goes on when you answer yes; --yes says so beforehand. What
--spec and --auth fetch the description with comes before that.

The exit code is 1 when something is contradicted, or else that of the first call that failed:

` + exitCodesHelp,
		Example: `  xsale verify
  xsale verify --param id=16519 --overlay learned.yaml
  xsale generate --overlay learned.yaml
  xsale verify --auth --spec api.xsale.ai --output json --yes
  xsale verify --write createIntegration --body createIntegration=integration.json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.verify(command, f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.spec, "spec", "", "file, URL or host of the description, - for standard input (default the description of this module)")
	flags.BoolVar(&f.auth, "auth", false, "fetch the description with the tokens of your account")
	flags.StringArrayVar(&f.overlays, "apply", nil, "OpenAPI overlay file to apply to the description first; may be repeated")
	flags.StringArrayVar(&f.params, "param", nil, "value of a path variable or a query parameter as name=value, or operation.name=value for one operation; may be repeated")
	flags.StringArrayVar(&f.writes, "write", nil, "call this operation, too, though it may write; may be repeated")
	flags.StringArrayVar(&f.bodies, "body", nil, "JSON to send to an operation of --write, as operation=FILE, - for standard input; may be repeated")
	flags.StringVar(&f.overlay, "overlay", "", "write what was learned to this file, - for standard output")
	flags.BoolVar(&f.yes, "yes", false, "call the production address without asking")
	flags.Float64Var(&f.rate, "rate", 2, "calls a second, at most")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long a call may take")
	return command
}

func (a *app) verify(command *cobra.Command, f verifyFlags) error {
	if !(f.rate > 0) || f.timeout <= 0 {
		return usagef("--rate %v, --timeout %v: both must be positive", f.rate, f.timeout)
	}
	// Each call is sent once: a second one would cost the API more and say no more.
	options := []xsale.Option{xsale.WithRetries(0), xsale.WithRateLimit(f.rate, 1), xsale.WithAttemptTimeout(f.timeout)}
	return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
		mayCall, err := f.mayCall(command.InOrStdin(), client.BaseURL())
		if err != nil {
			return err
		}
		document, err := a.verifyDocument(command, f, client)
		if err != nil {
			return err
		}
		checks := verify.Options{
			Document:     document.Document,
			Organization: client.Organization("").Name(),
			Send:         sender(client),
		}
		if checks.Params, err = assignments("--param", f.params); err != nil {
			return err
		}
		if checks.Writes, err = readWrites(command, f, document.Document); err != nil {
			return err
		}
		if !mayCall {
			planned, err := verify.Plan(checks)
			if err != nil {
				return err
			}
			if _, err := interruptible(ctx, func() (struct{}, error) {
				return struct{}{}, askToCall(command.InOrStdin(), command.ErrOrStderr(), client.BaseURL(), planned)
			}); err != nil {
				return err
			}
		}
		report, err := verify.Run(ctx, checks)
		if err != nil {
			return err
		}
		return errors.Join(a.printVerified(command, report, f.overlay), verifyOutcome(ctx, report))
	}, options...)
}

// verifyDocument gets the description that the API is held against, in normal form.
func (a *app) verifyDocument(command *cobra.Command, f verifyFlags, client *xsale.Client) (*pipeline.Result, error) {
	var with *xsale.Client
	if f.auth {
		with = client
	}
	source, err := a.sourceWith(command, f.spec, with)
	if err != nil {
		return nil, err
	}
	var options pipeline.Options
	for _, file := range f.overlays {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, usageError{fmt.Errorf("--apply: %w", err)}
		}
		options.Overlays = append(options.Overlays, pipeline.Overlay{Name: file, Data: data})
	}
	result, err := runPipeline(command.Context(), source.Data, options)
	if err != nil {
		return nil, specError(source.Name, err)
	}
	return result, nil
}

// assignments reads flags of the form name=value.
func assignments(flag string, list []string) (map[string]string, error) {
	values := map[string]string{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, usagef("%s %q: write it as name=value", flag, text)
		}
		if _, taken := values[name]; taken {
			return nil, usagef("%s names %s twice: leave one out", flag, name)
		}
		values[name] = value
	}
	return values, nil
}

// verifyOutcome is the error that a finished run ends with.
func verifyOutcome(ctx context.Context, report *verify.Report) error {
	switch count := report.Count(verify.Contradicted); {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: what is above is all that was learned: %w", ctx.Err())
	case count > 0:
		return fmt.Errorf("details of the description that the API contradicts: %d", count)
	case len(report.Failures) > 0:
		if login, ok := errors.AsType[*authn.Error](report.Failures[0]); ok {
			return login // which says what to do
		}
		return report.Failures[0]
	}
	return nil
}

// printVerified writes the findings and the overlay, which has standard output to itself where it is asked for there.
func (a *app) printVerified(command *cobra.Command, report *verify.Report, overlay string) error {
	out := command.OutOrStdout()
	if overlay == "-" {
		out = command.ErrOrStderr()
	}
	err := printList(out, a.output, withoutErrors(report.Findings), table[verify.Finding]{
		heading: []string{"VERDICT", "EVIDENCE", "OPERATION", "DETAIL", "PLACE", "DESCRIPTION", "ANSWER"},
		row: func(f verify.Finding) []any {
			return []any{f.Verdict, firstNonEmpty(f.Evidence, "-"), firstNonEmpty(f.Operation, f.Method+" "+f.Path), f.Detail, firstNonEmpty(f.Pointer, "-"), firstNonEmpty(f.Description, "-"), firstNonEmpty(f.Answer, "-")}
		},
	})
	if err != nil || overlay == "" {
		return err
	}
	data, err := report.Overlay()
	if err != nil {
		return err
	}
	if data == nil {
		fmt.Fprintln(command.ErrOrStderr(), "nothing was learned, so that no overlay is written")
		return nil
	}
	if overlay == "-" {
		_, err := command.OutOrStdout().Write(data)
		return err
	}
	if err := os.WriteFile(overlay, data, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(command.ErrOrStderr(), "wrote %s\n", overlay)
	return nil
}
