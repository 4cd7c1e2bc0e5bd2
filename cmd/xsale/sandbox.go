package main

import (
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/control"
)

func newSandboxCommand() *cobra.Command {
	var address, certificate string
	var latency time.Duration
	var faultRate float64
	var seed uint64
	var additions, escapes bool
	command := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a fake xSale and its login service on loopback",
		Long: `Run a fake xSale and its login service on loopback, until interrupted.

The sandbox stores the data it receives and checks every request and response against the spec.
Requests that break it, and query parameters that it does not list, are reported on standard error.
The command prints the environment variables that point a program at the sandbox.

To test a program on a bad day, --latency makes the sandbox slow. --faults 0.1 makes a tenth of the
API requests fail: 500, 503, 429, cut connections, truncated bodies and garbage. --additions adds
fields that the spec does not list to every response. --escapes writes strings with the escapes of
ASP.NET. The same --seed gives the same requests the same faults.`,
		Example: `  xsale sandbox
  xsale sandbox --addr 127.0.0.1:0 --latency 200ms --faults 0.1`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) (err error) {
			if !(faultRate >= 0 && faultRate <= 1) { // also true for NaN
				return usagef("--faults %v: want a rate from 0 to 1", faultRate)
			}
			if latency < 0 {
				return usagef("--latency %v: want 0 or more", latency)
			}
			report := log.New(command.ErrOrStderr(), "", 0)
			options := []xsaletest.Option{xsaletest.WithAddress(address), xsaletest.WithLatency(latency), xsaletest.WithControl(control.New),
				xsaletest.WithReport(func(number int, findings string) {
					report.Printf("request %d breaks the spec:%s", number, findings)
				})}
			if certificate != "" {
				if certificate, err = filepath.Abs(certificate); err != nil {
					return err
				}
				options = append(options, xsaletest.WithTLS())
			}
			if faultRate != 0 {
				options = append(options, xsaletest.WithRandomFaults(seed, faultRate))
			}
			if additions {
				options = append(options, xsaletest.WithUnknownFields())
			}
			if escapes {
				options = append(options, xsaletest.WithEscapedStrings())
			}
			sandbox, err := xsaletest.Start(options...)
			if err != nil {
				return startError(address, err)
			}
			defer func() { err = errors.Join(err, sandbox.Close()) }()
			variables := sandbox.Environment()
			if certificate != "" {
				if err := os.WriteFile(certificate, sandbox.CertificatePEM(), 0o644); err != nil {
					return err
				}
				variables = append(variables, "SSL_CERT_FILE="+certificate) // read by Go programs on Unix
			}
			out := command.OutOrStdout()
			for _, variable := range variables {
				fmt.Fprintln(out, setVariable(variable))
			}
			fmt.Fprintf(command.ErrOrStderr(), "Page: %[1]s/\nControl API: %[1]s/_sandbox/openapi.json\nThe sandbox listens at %[1]s until interrupted. Its data is lost when it stops.\n", sandbox.URL())
			<-command.Context().Done()
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&address, "addr", "127.0.0.1:8080", "loopback `HOST:PORT` to listen at; port 0 picks a free one")
	flags.StringVar(&certificate, "tls-cert", "", "serve https and write the certificate to trust to `FILE`")
	flags.DurationVar(&latency, "latency", 0, "`DURATION` each request waits, such as 200ms")
	flags.Float64Var(&faultRate, "faults", 0, "`RATE` of API requests that fail, from 0 to 1")
	flags.Uint64Var(&seed, "seed", 1, "`NUMBER` that determines which requests fail")
	flags.BoolVar(&additions, "additions", false, "respond with fields and a status that the spec does not list")
	flags.BoolVar(&escapes, "escapes", false, "escape strings in responses as ASP.NET does; --additions includes it")
	return command
}

// startError rewords the errors about an address, which name Go functions.
func startError(address string, err error) error {
	cause := ""
	if invalid, ok := errors.AsType[*net.AddrError](err); ok {
		cause = invalid.Err
	} else if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		cause = unknown.Err
	} else if busy, ok := errors.AsType[*net.OpError](err); ok {
		return busy
	} else if cause, ok := strings.CutPrefix(err.Error(), "xsaletest: WithAddress: "); ok {
		return usagef("--addr: %s", cause)
	} else {
		return err
	}
	return usagef("--addr %s: %s; write it as 127.0.0.1:8080", address, cause)
}

// setVariable formats an assignment for the usual shell of the system.
func setVariable(variable string) string {
	if runtime.GOOS == "windows" {
		return "set " + variable // cmd takes quotes as part of the value
	}
	return exportVariable(variable)
}

// exportVariable quotes the value if a shell would split or change it.
func exportVariable(variable string) string {
	name, value, _ := strings.Cut(variable, "=")
	if strings.ContainsAny(value, " \t\n'\"`$&|;<>()*?[]#~!\\{}") {
		value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return "export " + name + "=" + value
}
