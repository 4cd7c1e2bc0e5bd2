package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/postgres"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

// The flows of orders. A suffix, as in pull_invoices, distinguishes several flows of one kind.
const (
	flowPull = "pull"
	flowPush = "push"
)

var validFlow = regexp.MustCompile(`^(pull|push)(_[a-z0-9_]{1,19})?$`)

// flowFlags are the flags of the commands that use a flow.
type flowFlags struct {
	flow     string
	database string
	keyFiles []string

	// For the commands that run the flow.
	runs              bool
	workers, attempts int
	timeout, keep     time.Duration
}

// add adds the flags of all commands that use a flow.
func (f *flowFlags) add(command *cobra.Command, flow string) {
	flags := command.Flags()
	flags.StringVar(&f.flow, "flow", flow, "`NAME` of the flow: "+flowPull+" or "+flowPush+", with a suffix if there are several, such as pull_invoices")
	flags.StringVar(&f.database, "database", "", "where to keep the state: the `PATH` of a SQLite file on a local disk, or a URL such as postgres://user@host/name, with the password in PGPASSWORD or PGPASSFILE (default a file per flow and organization in the user's data directory)")
	flags.StringArrayVar(&f.keyFiles, "encryption-key-file", nil, "encrypt the JSON of orders in the database with the key in this `FILE`, such as from 'openssl rand -hex 32'; repeatable: the first key encrypts, all decrypt")
}

// addRun adds the flags of the commands that run a flow.
func (f *flowFlags) addRun(command *cobra.Command) {
	f.runs = true
	flags := command.Flags()
	flags.IntVar(&f.workers, "workers", 4, "process `N` orders at a time")
	flags.IntVar(&f.attempts, "attempts", 8, "park an order after `N` failed attempts; outages do not count")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "end an attempt after this `DURATION`")
	flags.DurationVar(&f.keep, "keep", 7*24*time.Hour, "keep the JSON of finished orders in the database for this `DURATION`")
}

// check checks the flags; kind is flowPull, flowPush, or empty for both.
func (f *flowFlags) check(kind string) error {
	scheme, _, isURL := strings.Cut(f.database, "://")
	switch {
	case !validFlow.MatchString(f.flow):
		return usagef("--flow %q: want pull or push, or one of them with a suffix of at most 19 lower-case letters, digits and _, such as pull_invoices", f.flow)
	case !strings.HasPrefix(f.flow, kind):
		return usagef("--flow %s: this command needs a flow whose name begins with %s", f.flow, kind)
	case isURL && scheme != "postgres" && scheme != "postgresql":
		return usagef("--database: want the path of a SQLite file, or a URL that begins with postgres://")
	}
	return nil
}

// checkRun checks the flags of a command that runs a flow.
func (f *flowFlags) checkRun(kind string) error {
	switch {
	case f.workers < 1 || f.workers > 1000:
		return usagef("--workers %d: want 1 to 1000", f.workers)
	case f.attempts < 1 || f.attempts > 10000:
		return usagef("--attempts %d: want 1 to 10000", f.attempts)
	case f.timeout <= 0:
		return usagef("--timeout %v: want more than 0", f.timeout)
	case f.keep < 0:
		return usagef("--keep %v: want 0 or more", f.keep)
	}
	return f.check(kind)
}

// checkFile rejects a path that cannot be that of a database. The directory must exist, because it may
// be on a disk that is not mounted: with a new database, every order would be taken again.
func (f *flowFlags) checkFile() error {
	_, err := outFile{"--database", f.database, "a SQLite database", func(data []byte) bool {
		return bytes.HasPrefix(data, []byte("SQLite format 3\x00"))
	}}.check()
	return err
}

// flow is a flow in a database of either kind.
type flow struct {
	io.Closer
	entries
	pull func(pullSteps) puller
	push func(pushSteps) pusher
}

// entries reads and changes the entries of a flow.
type entries interface {
	Entries(ctx context.Context, states ...transfer.State) iter.Seq2[transfer.Entry, error]
	Entry(ctx context.Context, key string) (transfer.Entry, error)
	Stats(ctx context.Context, states ...transfer.State) (map[transfer.State]int, error)
	Retry(ctx context.Context, keys ...string) error
	Discard(ctx context.Context, keys ...string) error
}

// pullSteps are the functions of a [transfer.Pull].
type pullSteps struct {
	list     func(context.Context) iter.Seq2[xsale.Order, error]
	handle   func(context.Context, transfer.Item[xsale.Order]) error
	handOver func(context.Context, transfer.Item[xsale.Order], transfer.Outcome) error // may be nil
}

type puller interface {
	Run(ctx context.Context) (transfer.Summary, error)
	Watch(ctx context.Context, every time.Duration) error
}

// pushSteps are the functions of a [transfer.Push].
type pushSteps struct {
	send   func(context.Context, transfer.Item[xsale.CreateOrder]) (xsale.Created, error)
	find   func(context.Context, transfer.Item[xsale.CreateOrder]) (xsale.Created, bool, error)
	settle time.Duration
}

type pusher interface {
	AddAll(ctx context.Context, elements iter.Seq2[string, xsale.CreateOrder]) (int, error)
	Add(ctx context.Context, key string, order xsale.CreateOrder) (bool, error)
	Run(ctx context.Context) (transfer.Summary, error)
	Resend(ctx context.Context, keys ...string) error
	Result(ctx context.Context, key string) (transfer.Result[xsale.Created], error)
}

// withFlow calls use with a flow of the organization that the command works in.
func (a *app) withFlow(command *cobra.Command, f *flowFlags, hooks transfer.Hooks, use func(context.Context, *xsale.Organization, *flow) error) error {
	return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
		if err := a.checkOrganization(command, client); err != nil {
			return err
		}
		organization := client.Organization("")
		flow, err := a.openFlow(command, f, client.BaseURL(), organization.Name(), hooks)
		if err != nil {
			return err
		}
		return errors.Join(use(ctx, organization, flow), flow.Close())
	})
}

// openFlow opens the database of a flow. Only a command that runs the flow creates a missing file. For
// any other command, a missing file means that the path is wrong.
func (a *app) openFlow(command *cobra.Command, f *flowFlags, baseURL, organization string, hooks transfer.Hooks) (*flow, error) {
	keys, err := readKeys(f.keyFiles)
	if err != nil {
		return nil, err
	}
	name := flowName(f.flow, organization)
	ctx := command.Context()
	if strings.Contains(f.database, "://") {
		database, err := postgres.Open(ctx, f.database)
		if err != nil {
			return nil, err
		}
		return newFlow(a, command, f, transfer.Flow[pgx.Tx]{Database: database, Name: name, EncryptionKeys: keys, Hooks: hooks}), nil
	}
	path := f.database
	if path != "" {
		if err := f.checkFile(); err != nil {
			return nil, err
		}
	} else {
		dir, err := dataDir()
		if err != nil {
			return nil, usageError{err}
		}
		path = filepath.Join(dir, "xsale", apiDir(baseURL), name+".db")
	}
	_, err = os.Stat(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if missing && !f.runs {
		err := fmt.Errorf("there is no database %s: pass the --database, --flow, --account and --organization of the command that created it", path)
		if f.database != "" {
			err = usageError{err}
		}
		return nil, err
	}
	database, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if missing {
		fmt.Fprintf(command.ErrOrStderr(), "created the database %s\n", path)
	}
	return newFlow(a, command, f, transfer.Flow[*sql.Tx]{Database: database, Name: name, EncryptionKeys: keys, Hooks: hooks}), nil
}

// newFlow completes the settings of a flow.
func newFlow[Tx any](a *app, command *cobra.Command, f *flowFlags, settings transfer.Flow[Tx]) *flow {
	settings.Workers, settings.Attempts, settings.Timeout = f.workers, f.attempts, f.timeout
	if f.workers > 0 { // the command has the flags of a run
		settings.Keep = cmp.Or(f.keep, -1) // 0 removes at once, not after the default
	}
	settings.Logger = a.logger(command)
	return &flow{
		Closer:  settings.Database,
		entries: &settings,
		pull: func(steps pullSteps) puller {
			return &transfer.Pull[xsale.Order, Tx]{
				Flow: settings, List: steps.list, Key: orderKey, RawKey: rawOrderKey, Handle: steps.handle, HandOver: steps.handOver,
			}
		},
		push: func(steps pushSteps) pusher {
			return &transfer.Push[xsale.CreateOrder, xsale.Created, Tx]{
				Flow: settings, Send: steps.send, Find: steps.find, Settle: steps.settle,
			}
		},
	}
}

// maxFlowName is the limit of transfer.Flow.Name.
const maxFlowName = 64

var plainName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// flowName returns the name of an organization's flow in the database. Each organization has its own
// name: an organization whose name does not fit is replaced with a hash that fills the full length,
// which no other name does. The first "-" ends the name of the flow.
func flowName(flow, organization string) string {
	if name := flow + "-" + organization; plainName.MatchString(name) && len(name) < maxFlowName {
		return name
	}
	sum := sha256.Sum256([]byte(organization))
	return (flow + "-" + hex.EncodeToString(sum[:]))[:maxFlowName]
}

// apiDir returns the directory for the databases of an API, empty for the vendor's. Organizations of
// different APIs may have the same name, and their orders the same ids.
func apiDir(baseURL string) string {
	address, err := url.Parse(baseURL)
	if err != nil || production(baseURL) {
		return ""
	}
	return strings.NewReplacer(":", "_", "[", "", "]", "").Replace(address.Host)
}

// dataDir returns the user's directory for data that stays on this machine.
func dataDir() (string, error) {
	var dir string
	var err error
	switch runtime.GOOS {
	case "windows":
		dir, err = os.UserCacheDir() // %LocalAppData%
	case "darwin", "ios":
		dir, err = os.UserConfigDir() // Application Support
	default:
		if dir = os.Getenv("XDG_DATA_HOME"); dir == "" {
			dir, err = os.UserHomeDir()
			dir = filepath.Join(dir, ".local", "share")
		}
	}
	if err == nil && !filepath.IsAbs(dir) {
		err = fmt.Errorf("%s is not an absolute path", dir)
	}
	if err != nil {
		return "", fmt.Errorf("no directory for the database: %w: pass --database", err)
	}
	return dir, nil
}

// readKeys reads encryption keys.
func readKeys(files []string) ([][]byte, error) {
	var keys [][]byte
	for _, file := range files {
		data, err := readText("--encryption-key-file", file)
		if err != nil {
			return nil, err
		}
		text := strings.TrimSpace(string(data))
		key, err := hex.DecodeString(text)
		if err != nil {
			key, err = base64.StdEncoding.DecodeString(text)
		}
		if err != nil || len(key) != 32 {
			return nil, usagef("--encryption-key-file %s: want 32 bytes in hexadecimal or base64, such as from 'openssl rand -hex 32'", file)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
