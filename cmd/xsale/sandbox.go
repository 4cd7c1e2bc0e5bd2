package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/control"
)

type sandboxFlags struct {
	address, certificate string
	public               bool
	origins              []string
	redirectURLs         []string

	seed          string
	organizations string

	latency            time.Duration
	faultRate          float64
	randomSeed         uint64
	additions, escapes bool

	format, variables string

	spec specFlags
}

func newSandboxCommand(a *app) *cobra.Command {
	var f sandboxFlags
	command := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a fake xSale and its login service on loopback",
		Long: `Run a fake xSale and its login service on loopback, until interrupted.

The sandbox stores the data it receives and checks every request and response against the spec. It
reports requests that break the spec, and unknown query parameters, on standard error. The command
prints the environment variables that a program needs to call the sandbox.

Users log in with a browser at a page of the sandbox, for 'xsale login' and for web applications whose
redirect URL --redirect-url registers.

The control API below /_sandbox/ and the page at / show requests and logins, inject faults, and change
the clock, the settings and the data.

To test a program on a bad day, --latency makes the sandbox slow. --faults 0.1 makes a tenth of the
API requests fail: 500, 503, 429, cut connections, truncated bodies and garbage. --additions adds
fields that the spec does not list to every response. --escapes writes strings with the escapes of
ASP.NET. With the same --random-seed, the same requests get the same faults.

--spec serves any other spec that 'xsale generate' takes, with the same login. Responses are examples
of the spec, or generated values. Operations that create, list or change items keep data; a table shows
which ones do, and why others do not. --override sets the responses of single operations.`,
		Example: `  xsale sandbox
  xsale sandbox --seed orders.json --env-file .env
  xsale sandbox --addr 127.0.0.1:0 --latency 200ms --faults 0.1
  xsale sandbox --spec swagger.json --override responses.yaml`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if f.variables != "" && !command.Flags().Changed("format") {
				f.format = variablesDotenv
			}
			return runSandbox(a, command, f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.address, "addr", "127.0.0.1:8080", "`HOST:PORT` to listen at; port 0 picks a free one")
	flags.BoolVar(&f.public, "public", false, "let other machines reach the sandbox; everyone knows its credentials")
	flags.StringArrayVar(&f.origins, "cors", nil, "`ORIGIN` whose web pages may call the sandbox, such as http://localhost:5173, or *; repeatable")
	flags.StringArrayVar(&f.redirectURLs, "redirect-url", []string{xsaletest.RedirectURL}, "redirect `URL` that is registered for logins with a browser; repeatable")
	flags.StringVar(&f.certificate, "tls-cert", "", "serve https and write the certificate to trust to `FILE`")
	flags.StringVar(&f.seed, "seed", "", "JSON `FILE` with the data to start with (default generated orders)")
	flags.StringVar(&f.organizations, "organizations", "", "`NUMBER` of organizations of the user, or their names separated by commas")
	flags.DurationVar(&f.latency, "latency", 0, "`DURATION` each request waits, such as 200ms")
	flags.Float64Var(&f.faultRate, "faults", 0, "`RATE` of API requests that fail, from 0 to 1")
	flags.Uint64Var(&f.randomSeed, "random-seed", 1, "`NUMBER` that determines which requests fail, and the values of --spec")
	flags.BoolVar(&f.additions, "additions", false, "respond with fields and a status that the spec does not list")
	flags.BoolVar(&f.escapes, "escapes", false, "escape strings in responses as ASP.NET does; --additions includes it")
	choiceFlag(command, &f.format, "format", "`FORMAT` of the variables", variablesShell, variablesCmd, variablesPowerShell, variablesDotenv, variablesJSON)
	flags.StringVar(&f.variables, "env-file", "", "write the variables to `FILE`, which only you can read, instead of printing them; by default as dotenv")
	f.spec.register(flags)
	return usesWithAuth(command)
}

func runSandbox(a *app, command *cobra.Command, f sandboxFlags) (err error) {
	options, err := f.options()
	if err != nil {
		return err
	}
	ofSpec, err := f.spec.options(a, command, f.randomSeed)
	if err != nil {
		return err
	}
	stderr := command.ErrOrStderr()
	report := log.New(stderr, "", 0)
	options = append(slices.Concat(options, ofSpec), xsaletest.WithControl(control.New), xsaletest.WithReport(func(number int, findings string) {
		report.Printf("request %d breaks the spec:%s", number, findings)
	}))
	listen, err := f.listen(command.Context())
	if err != nil {
		return f.startError(err)
	}
	sandbox, err := xsaletest.Start(append(options, listen)...)
	if err != nil {
		return f.startError(err)
	}
	defer func() { err = errors.Join(err, sandbox.Close()) }()
	if err := f.publish(command, sandbox); err != nil {
		return err
	}
	if f.spec.used() {
		if err := printOperations(stderr, sandbox); err != nil {
			return err
		}
	}
	if f.public {
		fmt.Fprintln(stderr, "Warning: the credentials of the sandbox are public: everyone who can reach it can log in and control it.")
	}
	fmt.Fprintf(stderr, "Page: %[1]s/\nControl API: %[1]s/_sandbox/openapi.json\nThe sandbox listens at %[1]s until interrupted. Its data is lost when it stops.\n", sandbox.URL())
	fmt.Fprintf(stderr, "Logins with a browser: unset XSALE_USERNAME and XSALE_PASSWORD. Redirect URLs: %s\n", strings.Join(f.redirectURLs, ", "))
	<-command.Context().Done()
	return nil
}

// options returns the options of the sandbox that flags determine.
func (f *sandboxFlags) options() ([]xsaletest.Option, error) {
	if !(f.faultRate >= 0 && f.faultRate <= 1) { // also true for NaN
		return nil, usagef("--faults %v: want a rate from 0 to 1", f.faultRate)
	}
	if f.latency < 0 {
		return nil, usagef("--latency %v: want 0 or more", f.latency)
	}
	if f.certificate != "" {
		if _, err := certificateFile(f.certificate).check(); err != nil {
			return nil, err
		}
	}
	if f.variables != "" {
		if _, err := variablesFile(f.variables).check(); err != nil {
			return nil, err
		}
	}
	options := []xsaletest.Option{xsaletest.WithLatency(f.latency), xsaletest.WithCORS(f.origins...), xsaletest.WithRedirectURLs(f.redirectURLs...)}
	if f.certificate != "" {
		options = append(options, xsaletest.WithTLS())
	}
	if f.faultRate != 0 {
		options = append(options, xsaletest.WithRandomFaults(f.randomSeed, f.faultRate))
	}
	if f.additions {
		options = append(options, xsaletest.WithUnknownFields())
	}
	if f.escapes {
		options = append(options, xsaletest.WithEscapedStrings())
	}
	organizations, err := parseOrganizations(f.organizations)
	if err != nil {
		return nil, err
	}
	if f.spec.used() && len(organizations) > 0 {
		return nil, usagef("--organizations is for the spec of this module: with --spec, each organization in a path has its own data")
	}
	options = append(options, xsaletest.WithOrganizations(organizations...))
	if f.seed != "" {
		seed, err := readSeed(f.seed)
		if err != nil {
			return nil, err
		}
		if len(seed.Organizations) > 0 && len(organizations) > 0 {
			return nil, usagef("--organizations and the Organizations of %s cannot be used together", f.seed)
		}
		options = append(options, xsaletest.WithSeed(seed))
	}
	return options, nil
}

// listen returns the option to listen at the address.
func (f *sandboxFlags) listen(ctx context.Context) (xsaletest.Option, error) {
	if !f.public {
		return xsaletest.WithAddress(f.address), nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", f.address)
	if err != nil {
		return nil, err
	}
	return xsaletest.WithListener(listener), nil
}

// publish writes the certificate and the variables.
func (f *sandboxFlags) publish(command *cobra.Command, sandbox *xsaletest.Sandbox) error {
	variables := sandbox.Environment()
	if f.certificate != "" {
		certificate, err := filepath.Abs(f.certificate)
		if err != nil {
			return err
		}
		if err := certificateFile(certificate).write(command, sandbox.CertificatePEM(), 0o644, ""); err != nil {
			return err
		}
		variables = append(variables, "SSL_CERT_FILE="+certificate) // read by Go programs on Unix
	}
	formatted, err := formatVariables(variables, f.format)
	if err != nil {
		return err
	}
	if f.variables != "" {
		if f.format == variablesCmd { // a batch file writes a percent sign in another way than the prompt
			formatted = bytes.ReplaceAll(formatted, []byte("^%"), []byte("%%"))
		}
		return variablesFile(f.variables).write(command, formatted, 0o600, "")
	}
	_, err = command.OutOrStdout().Write(formatted)
	return err
}

// certificateFile is a file for the certificate of a sandbox, which replaces that of another start only.
func certificateFile(path string) outFile {
	return outFile{"--tls-cert", path, "a certificate of the sandbox", func(data []byte) bool {
		block, _ := pem.Decode(data)
		if block == nil {
			return false
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		return err == nil && strings.HasPrefix(certificate.Subject.CommonName, "xSale sandbox")
	}}
}

// maxOrganizations bounds --organizations, because a number with too many digits is a typo.
const maxOrganizations = 1000

// parseOrganizations reads names, or a number of organizations.
func parseOrganizations(list string) ([]xsale.OrganizationInfo, error) {
	if list == "" {
		return nil, nil
	}
	values := strings.Split(list, ",")
	if count, err := strconv.Atoi(list); err == nil {
		if count < 1 || count > maxOrganizations {
			return nil, usagef("--organizations %d: want a number from 1 to %d, or names", count, maxOrganizations)
		}
		values = []string{xsaletest.Organization}
		for number := 2; number <= count; number++ {
			values = append(values, fmt.Sprintf("Sandbox_%d", number))
		}
	}
	var organizations []xsale.OrganizationInfo
	for i, name := range values {
		if strings.TrimSpace(name) == "" {
			return nil, usagef("--organizations %s: name %d is empty", list, i+1)
		}
		if slices.Contains(values[:i], name) {
			return nil, usagef("--organizations: %q occurs twice", name)
		}
		short, _, _ := strings.Cut(name, "_")
		organizations = append(organizations, xsale.OrganizationInfo{ID: int64(i + 1), ShortName: short, Name: name})
	}
	return organizations, nil
}

func readSeed(path string) (xsaletest.Seed, error) {
	data, err := readText("--seed", path)
	if err != nil {
		return xsaletest.Seed{}, err
	}
	seed, err := control.ParseSeed(data)
	if err != nil {
		return xsaletest.Seed{}, usagef("--seed %s: %s", path, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return seed, nil
}

// startError rewords errors of the start, which name Go functions.
func (f *sandboxFlags) startError(err error) error {
	for option, flag := range map[string]string{"WithCORS": "--cors", "WithOrganizations": "--organizations", "WithRedirectURLs": "--redirect-url", "WithSeed": "--seed " + f.seed, "WithSpec": "--spec"} {
		if cause, ok := strings.CutPrefix(err.Error(), "xsaletest: "+option+": "); ok {
			return usagef("%s: %s", flag, strings.ReplaceAll(cause, "\n", "; "))
		}
	}
	if cause, ok := strings.CutPrefix(err.Error(), "xsaletest: WithHandler: "); ok {
		return usagef("--override: %s: %s", f.spec.overrides, cause)
	}
	cause := ""
	if invalid, ok := errors.AsType[*net.AddrError](err); ok {
		cause = invalid.Err
	} else if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		cause = unknown.Err
	} else if busy, ok := errors.AsType[*net.OpError](err); ok {
		return busy
	} else if cause, ok := strings.CutPrefix(err.Error(), "xsaletest: WithAddress: "); ok {
		return usagef("--addr: %s; pass --public to let others reach it", cause)
	} else {
		return err
	}
	return usagef("--addr %s: %s; write it as 127.0.0.1:8080", f.address, cause)
}
