package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/shell"
)

const (
	// maxSecretBytes bounds what a command may print.
	maxSecretBytes = 64 << 10
	// commandTimeout leaves a person time to unlock a password manager, and a login time to follow
	// within its own timeout.
	commandTimeout = 45 * time.Second
	// runningVariable lists the accounts, separated by commas, whose commands run. A command that asks
	// for its own account would run itself.
	runningVariable = "XSALE_SECRETS_OF"
)

// runCommand returns what a command prints, without the line break at its end. Its errors never
// contain the output. The command shares the program's process group and terminal, because it may
// prompt for a passphrase.
func runCommand(ctx context.Context, key, line, account string) (authn.Secret, error) {
	running := strings.FieldsFunc(os.Getenv(runningVariable), func(r rune) bool { return r == ',' })
	if slices.Contains(running, account) {
		return authn.Secret{}, fmt.Errorf("%s runs itself: a program that it calls needs the secrets of account %s: have it print the secret without a login, or with another account", key, account)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	output := &boundedBuffer{}
	command := shell.Command(ctx, line)
	command.Env = append(os.Environ(), "XSALE_ACCOUNT="+account, runningVariable+"="+strings.Join(append(running, account), ","))
	command.Stdout, command.Stderr = output, os.Stderr
	command.WaitDelay = time.Second // what it started may keep its output open
	err := command.Run()
	defer clear(output.data)
	if errors.Is(err, exec.ErrWaitDelay) { // it has ended, and left something running
		err = nil
	}
	switch {
	case ctx.Err() != nil:
		return authn.Secret{}, fmt.Errorf("%s did not end: %w", key, httpx.ContextError(ctx))
	case output.overflow:
		return authn.Secret{}, fmt.Errorf("%s printed more than %d bytes: want only the secret", key, maxSecretBytes)
	case err != nil:
		return authn.Secret{}, fmt.Errorf("%s failed: %w", key, err)
	}
	secret := bytes.TrimSuffix(bytes.TrimSuffix(httpx.TrimBOM(output.data), []byte("\n")), []byte("\r"))
	switch {
	case len(secret) == 0:
		return authn.Secret{}, fmt.Errorf("%s printed nothing", key)
	case bytes.ContainsAny(secret, "\r\n"): // a wrong password counts towards the block of the account
		return authn.Secret{}, fmt.Errorf("%s printed %d lines: want only the secret, such as with '| head -n 1'", key, bytes.Count(secret, []byte("\n"))+1)
	case !utf8.Valid(secret):
		return authn.Secret{}, fmt.Errorf("%s printed text that is not UTF-8", key)
	}
	return authn.NewSecret(string(secret)), nil
}

// boundedBuffer keeps the first maxSecretBytes.
type boundedBuffer struct {
	data     []byte
	overflow bool
}

// Write implements [io.Writer].
func (b *boundedBuffer) Write(p []byte) (int, error) {
	if len(b.data)+len(p) > maxSecretBytes {
		b.overflow = true
		return 0, errors.New("too much output")
	}
	b.data = append(b.data, p...)
	return len(p), nil
}

// rememberFor is how long credentials are used again, because a program asks several times around a
// login, and once a second after a wrong password. Commands and keyrings may ask a person.
const rememberFor = time.Minute

// remember returns a function that asks for credentials at most once in rememberFor. Errors are not
// remembered.
func remember(ask authn.CredentialsFunc) authn.CredentialsFunc {
	turn := make(chan struct{}, 1)
	var last authn.Credentials
	var until time.Time
	return func(ctx context.Context) (authn.Credentials, error) {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return authn.Credentials{}, httpx.ContextError(ctx)
		}
		if time.Now().Before(until) {
			return last, nil
		}
		found, err := ask(ctx)
		if err == nil {
			last, until = found, time.Now().Add(rememberFor)
		}
		return found, err
	}
}
