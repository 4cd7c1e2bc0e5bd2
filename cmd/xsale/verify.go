package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/verify"
)

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
		Short: "Compare the API with the spec, using read-only calls",
		Long: `Compare the API with the spec by calling the API with your account.

The command calls every GET operation whose path variables it can fill. The organization comes from
--organization or GET /me, ids come from earlier responses, and other values come from --param;
operation.name takes precedence over earlier responses. Each call is sent once, at most --rate calls
per second. The status filters of orders are tried with a few values. Nothing is written unless --write
names an operation. A write sends only the file that --body sets and uses only ids that --param sets.

The findings contain names and types, never values: details that the responses confirm or contradict,
and details that the spec lacks. A field name that looks like data, such as an e-mail address, is
written as *. --overlay writes the new details as an OpenAPI overlay for 'xsale generate --overlay'. It
leaves out contradicted details, which need your decision.

Verdicts:
  contradicted  the responses differ from the spec
  failed        the call failed, so nothing was compared
  new           only in the responses
  confirmed     as in the spec
  open          the responses do not tell, or there were none

Before it calls the production address, the command lists the calls and asks for confirmation. --yes
confirms in advance. The spec itself is fetched before that.

The exit code is 1 if the API contradicts the spec, otherwise that of the first failed call:

` + exitCodesHelp(),
		Example: `  xsale verify
  xsale verify --param id=16519 --overlay learned.yaml
  xsale generate --overlay learned.yaml
  xsale verify --auth --spec api.xsale.ai --output json --yes
  xsale verify --write createIntegration --body createIntegration=integration.json`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.verify(command, f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.spec, "spec", "", specFlagHelp)
	flags.BoolVar(&f.auth, "auth", false, "fetch the spec with the tokens of your account")
	flags.StringArrayVar(&f.overlays, "apply", nil, "OpenAPI overlay `FILE` to apply to the spec first; repeatable")
	flags.StringArrayVar(&f.params, "param", nil, "value of a path variable or query parameter as `NAME=VALUE`, or operation.name=value for one operation; repeatable")
	flags.StringArrayVar(&f.writes, "write", nil, "also call this `OPERATION`, although it may write; repeatable")
	flags.StringArrayVar(&f.bodies, "body", nil, "JSON to send to an operation of --write, as `OPERATION=FILE`, - for standard input; repeatable")
	flags.StringVar(&f.overlay, "overlay", "", "write the new details to `FILE`, - for standard output")
	flags.BoolVar(&f.yes, "yes", false, "call the production address without asking")
	flags.Float64Var(&f.rate, "rate", 2, "maximum `CALLS` per second")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "`DURATION` limit of a call")
	return prints(command)
}

func (a *app) verify(command *cobra.Command, f verifyFlags) error {
	if !(f.rate > 0 && f.rate <= math.MaxFloat64) || f.timeout <= 0 {
		return usagef("--rate %v, --timeout %v: want positive values", f.rate, f.timeout)
	}
	if f.overlay != "" && f.overlay != "-" {
		if _, err := overlayFile(f.overlay).check(); err != nil {
			return err
		}
	}
	// Each call is sent once: a retry would burden the API and teach nothing.
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
		planned, params, err := verify.Plan(checks)
		if err != nil {
			return err
		}
		for name := range checks.Params {
			if !slices.Contains(params, name) {
				return usagef("--param %s: no call takes it; the calls take %s", name, strings.Join(params, ", "))
			}
		}
		if !mayCall {
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

// verifyDocument returns the spec to compare the API with, in normal form.
func (a *app) verifyDocument(command *cobra.Command, f verifyFlags, client *xsale.Client) (*pipeline.Result, error) {
	var with *xsale.Client
	if f.auth {
		with = client
	}
	source, err := a.sourceWith(command, f.spec, with)
	if err != nil {
		return nil, err
	}
	overlays, err := readOverlays("--apply", f.overlays)
	if err != nil {
		return nil, err
	}
	result, err := runPipeline(command.Context(), source.Data, pipeline.Options{Overlays: overlays})
	if err != nil {
		return nil, specError(source.Name, err)
	}
	return result, nil
}

// assignments parses flags of the form name=value.
func assignments(flag string, list []string) (map[string]string, error) {
	values := map[string]string{}
	for _, assignment := range list {
		name, value, ok := strings.Cut(assignment, "=")
		if !ok || name == "" || value == "" {
			return nil, usagef("%s %q: write it as name=value", flag, assignment)
		}
		if _, taken := values[name]; taken {
			return nil, usagef("%s sets %s twice: leave one out", flag, name)
		}
		values[name] = value
	}
	return values, nil
}

// verifyOutcome returns the error that determines the exit code of a run.
func verifyOutcome(ctx context.Context, report *verify.Report) error {
	switch count := report.Count(verify.Contradicted); {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: the findings are incomplete: %w", ctx.Err())
	case count > 0:
		return fmt.Errorf("the API contradicts %s of the spec", counted(count, "detail"))
	case len(report.Failures) > 0:
		if login, ok := errors.AsType[*authn.Error](report.Failures[0]); ok {
			return login // contains the remedy
		}
		return report.Failures[0]
	}
	return nil
}

// printVerified writes the findings and the overlay. If the overlay goes to standard output, the
// findings go to standard error.
func (a *app) printVerified(command *cobra.Command, report *verify.Report, overlay string) error {
	out := command.OutOrStdout()
	if overlay == "-" {
		out = command.ErrOrStderr()
	}
	err := output.List(command.Context(), out, a.output, withoutErrors(report.Findings), output.Rows[verify.Finding]{
		Heading: []string{"VERDICT", "EVIDENCE", "OPERATION", "DETAIL", "POINTER", "SPEC", "RESPONSE"},
		Row: func(f verify.Finding) []any {
			return []any{
				f.Verdict, cmp.Or(f.Evidence, "-"), cmp.Or(f.Operation, f.Method+" "+f.Path), f.Detail,
				cmp.Or(f.Pointer, "-"), cmp.Or(f.Spec, "-"), cmp.Or(f.Response, "-"),
			}
		},
	})
	if err != nil || overlay == "" {
		return err
	}
	data, err := report.Overlay()
	if err != nil {
		return err
	}
	if data != nil {
		data = append([]byte(overlayMark), data...)
	}
	if data == nil {
		fmt.Fprintln(command.ErrOrStderr(), "nothing new: no overlay written")
		return nil
	}
	if overlay == "-" {
		_, err := command.OutOrStdout().Write(data)
		return err
	}
	return overlayFile(overlay).write(command, data, 0o644, "")
}

// overlayFile is a file for new details, which replaces those of another run only: any other overlay is
// the work of a person.
func overlayFile(path string) outFile {
	return outFile{"--overlay", path, "an overlay of xsale verify", func(data []byte) bool {
		return bytes.HasPrefix(data, []byte(overlayMark))
	}}
}

const overlayMark = "# Written by xsale verify, which replaces it. Keep your own actions in another overlay.\n"
