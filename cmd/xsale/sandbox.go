package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/xsaletest"
)

func newSandboxCommand() *cobra.Command {
	var address, certificate string
	command := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a fake xSale and its login service on loopback",
		Long: `Run a fake xSale and its login service on loopback, until interrupted.

It keeps what it is sent, checks every request and answer against the API description, and prints the environment
variables that point a program at it.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) (err error) {
			options := []xsaletest.Option{xsaletest.WithAddress(address)}
			if certificate != "" {
				options = append(options, xsaletest.WithTLS())
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
	return command
}

// setVariable writes an assignment in the way of the system's usual shell.
func setVariable(variable string) string {
	if runtime.GOOS == "windows" {
		return "set " + variable
	}
	return "export " + variable
}
