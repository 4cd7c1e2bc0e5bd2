package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/gateway"
)

type proxyFlags struct {
	address    string
	secretFile string
	readOnly   bool
	rate       float64
	learning   bool // of a lower rate from 429s
	timeout    time.Duration

	// What else to do with the traffic.
	check  bool
	spec   string
	sarif  string
	record string
	har    string
}

func newProxyCommand(a *app) *cobra.Command {
	var f proxyFlags
	command := &cobra.Command{
		Use:   "proxy",
		Short: "Lend the login to programs in any language, over loopback",
		Long: `Lend the login to programs in any language, until interrupted.

Programs send requests without tokens to the printed address, and get the API's responses. The proxy
logs in once for all of them, shares one rate limit, and retries what is safe to repeat. It never repeats
a create that may have been processed.

Each start has a new secret. Programs send it in the header ` + gateway.SecretHeader + `, or as the first
segment of the path. The proxy calls only the API, and refuses requests from web pages.

--check compares the traffic with the spec and reports each new difference on standard error, without
values. --record and --har write the traffic, with personal data masked. --record reads a whole response
before it passes it on; if it cannot write the exchange, the call fails.`,
		Example: `  xsale proxy
  xsale proxy --addr 127.0.0.1:0 --read-only
  xsale proxy --check --spec swagger.json --sarif findings.sarif
  curl -H "` + gateway.SecretHeader + `: $XSALE_PROXY_SECRET" "$XSALE_PROXY_URL/me"`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.proxy(command, f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.address, "addr", "127.0.0.1:8090", "loopback `HOST:PORT` to listen at; port 0 picks a free one")
	flags.StringVar(&f.secretFile, "secret-file", "", "write the secret to `FILE`, which only you can read, instead of printing it")
	flags.BoolVar(&f.readOnly, "read-only", false, "refuse all methods but GET and HEAD")
	flags.Float64Var(&f.rate, "rate", 0, "maximum `CALLS` per second of all programs (default no limit)")
	flags.BoolVar(&f.learning, "rate-learning", true, "after a 429, go on at a lower rate; false only waits for its Retry-After, for tests")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "`DURATION` limit of each attempt, and of each wait for more of a response")
	flags.BoolVar(&f.check, "check", false, "compare the traffic with the spec")
	flags.StringVar(&f.spec, "spec", "", specFlagHelp)
	flags.StringVar(&f.sarif, "sarif", "", "like --check, and write the findings as SARIF to `FILE` at the end")
	flags.StringVar(&f.record, "record", "", "write each exchange, masked, to `DIR`, for replays in Go")
	flags.StringVar(&f.har, "har", "", "write the traffic, masked, to `FILE` as HTTP Archive (HAR)")
	return command
}

func (a *app) proxy(command *cobra.Command, f proxyFlags) error {
	if !(f.rate >= 0 && f.rate <= math.MaxFloat64) || f.timeout <= 0 {
		return usagef("--rate %v, --timeout %v: want positive values", f.rate, f.timeout)
	}
	if f.spec != "" && !f.check && f.sarif == "" && f.record == "" && f.har == "" {
		return usagef("--spec %s: it is for --check, --sarif, --record and --har: set one of them", f.spec)
	}
	if err := f.checkFiles(); err != nil {
		return err
	}
	listener, err := listenLoopback(command.Context(), f.address)
	if err != nil {
		return err
	}
	defer listener.Close()
	logger := a.logger(command)
	observed, err := a.observe(command, &f, gateway.WithoutTokens(a.transport()))
	if err != nil {
		return err
	}
	options := []xsale.Option{
		xsale.WithHTTPClient(&http.Client{Transport: observed.transport}),
		xsale.WithAttemptTimeout(f.timeout),
		xsale.WithRateLearning(f.learning),
		xsale.WithTokenObserver(authn.LogTo(logger)), // no caller may be there to see a failed login
	}
	if f.rate > 0 {
		options = append(options, xsale.WithRateLimit(f.rate, max(1, int(f.rate))))
	}
	return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
		if err := a.checkCredentials(command); err != nil {
			return err
		}
		config := gateway.Config{API: client, Secret: rand.Text(), ReadOnly: f.readOnly, Logger: logger}
		return errors.Join(f.serve(command, config, listener), observed.finish(command))
	}, options...)
}

// serve prints how to call the proxy, and serves until the command is interrupted.
func (f *proxyFlags) serve(command *cobra.Command, config gateway.Config, listener net.Listener) (err error) {
	proxy, err := gateway.New(config)
	if err != nil {
		return err
	}
	address := "http://" + listener.Addr().String()
	variables := []string{"XSALE_PROXY_URL=" + address, "XSALE_PROXY_SECRET=" + config.Secret}
	if f.secretFile != "" {
		path, err := filepath.Abs(f.secretFile)
		if err != nil {
			return err
		}
		if err := secretFile(path).write(command, []byte(config.Secret+"\n"), 0o600, ""); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.Remove(path)) }()
		variables[1] = "XSALE_PROXY_SECRET_FILE=" + path
	}
	for _, variable := range variables {
		fmt.Fprintln(command.OutOrStdout(), setVariable(variable, variablesShell))
	}
	fmt.Fprintf(command.ErrOrStderr(), "The proxy listens at %s until interrupted, and calls %s.\n", address, config.API.BaseURL())
	return proxy.Serve(command.Context(), listener)
}

// listenLoopback listens at an address that other machines cannot reach.
func listenLoopback(ctx context.Context, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usagef("--addr %s: write it as 127.0.0.1:8090", address)
	}
	if _, err := net.DefaultResolver.LookupPort(ctx, "tcp", port); err != nil {
		return nil, usagef("--addr %s: want a port from 0 to 65535", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usagef("--addr %s: %q is not loopback: the proxy lends your login, so only this machine may reach it", address, host)
	}
	var config net.ListenConfig
	return config.Listen(ctx, "tcp", address)
}

// secretFile is a file for the secret, which replaces that of a start that was killed.
func secretFile(path string) outFile {
	return outFile{"--secret-file", path, "a secret of the proxy", regexp.MustCompile(`^[A-Z2-7]{26}\n$`).Match}
}
