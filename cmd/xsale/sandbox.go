package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/xsaletest"
)

func newSandboxCommand() *cobra.Command {
	var address, certificate string
	var latency time.Duration
	var faultRate float64
	var seed uint64
	var additions bool
	command := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a fake xSale and its login service on loopback",
		Long: `Run a fake xSale and its login service on loopback, until interrupted.

It keeps what it is sent, checks every request and answer against the API description, and prints the environment
variables that point a program at it.

To see how a program fares on a bad day, --latency makes it slow, --faults 0.1 lets a tenth of the API requests fail (500,
503, 429, connections that are cut, bodies that break off or are garbage), and --additions puts members into every answer
that the API description does not list. The same --seed gives the same requests the same faults.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) (err error) {
			options := []xsaletest.Option{xsaletest.WithAddress(address)}
			if certificate != "" {
				options = append(options, xsaletest.WithTLS())
			}
			if latency != 0 {
				options = append(options, xsaletest.WithLatency(latency))
			}
			if faultRate != 0 {
				options = append(options, xsaletest.WithRandomFaults(seed, faultRate))
			}
			if additions {
				options = append(options, xsaletest.WithUnknownFields())
			}
			sandbox, err := xsaletest.Start(options...)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, sandbox.Close()) }()
			variables := sandbox.Environment()
			if certificate != "" {
				if err := os.WriteFile(certificate, sandbox.CertificatePEM(), 0o644); err != nil {
					return err
				}
				variables = append(variables, "SSL_CERT_FILE="+certificate) // where Go programs on Unix look
			}
			out := command.OutOrStdout()
			for _, variable := range variables {
				fmt.Fprintln(out, setVariable(variable))
			}
			fmt.Fprintf(command.ErrOrStderr(), "The sandbox listens at %s until interrupted. Everything in it is gone then.\n", sandbox.URL())
			<-command.Context().Done()
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&address, "addr", "127.0.0.1:8080", "address to listen at, on loopback")
	flags.StringVar(&certificate, "tls-cert", "", "serve https, and write the certificate to trust to this file")
	flags.DurationVar(&latency, "latency", 0, "how long each request waits, such as 200ms")
	flags.Float64Var(&faultRate, "faults", 0, "rate of API requests that fail, from 0 to 1")
	flags.Uint64Var(&seed, "seed", 1, "what the faults are drawn with")
	flags.BoolVar(&additions, "additions", false, "answer with members and a status that the API description does not list")
	return command
}

// setVariable writes an assignment in the way of the system's usual shell.
func setVariable(variable string) string {
	if runtime.GOOS == "windows" {
		return "set " + variable
	}
	return "export " + variable
}
