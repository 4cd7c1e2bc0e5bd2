package account

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/xsale-go/xsale/internal/httpx"
)

const keyringService = "xsale"

// system has the functions of the system's keyring. Tests replace them.
var system = struct {
	get    func(service, user string) (string, error)
	set    func(service, user, secret string) error
	delete func(service, user string) error
}{keyring.Get, keyring.Set, keyring.Delete}

// keyringTimeout bounds an operation of the keyring. Without a desktop, some wait forever for a
// person to unlock them.
var keyringTimeout = 3 * time.Second

// keyringUser returns the name of an account's entry. Directories of configuration do not share
// entries.
func keyringUser(account string) string {
	user := strings.ToLower(account)
	if os.Getenv("XSALE_CONFIG_DIR") != "" {
		if dir, err := ConfigDir(); err == nil {
			user += " in " + dir
		}
	}
	return user
}

func keyringGet(ctx context.Context, account string) ([]byte, error) {
	return withKeyring(ctx, func() ([]byte, error) {
		secret, err := system.get(keyringService, keyringUser(account))
		return []byte(secret), err
	})
}

func keyringSet(ctx context.Context, account string, secret []byte) error {
	_, err := withKeyring(ctx, func() ([]byte, error) {
		return nil, system.set(keyringService, keyringUser(account), string(secret))
	})
	return err
}

func keyringDelete(ctx context.Context, account string) error {
	_, err := withKeyring(ctx, func() ([]byte, error) {
		return nil, system.delete(keyringService, keyringUser(account))
	})
	return err
}

var errKeyring = errors.New("the keyring cannot be used")

// withKeyring runs an operation of the keyring. It returns at the end of ctx or of keyringTimeout,
// although the operation may go on.
func withKeyring(ctx context.Context, operation func() ([]byte, error)) ([]byte, error) {
	if !keyringPossible() {
		return nil, fmt.Errorf("%w: there is no D-Bus session", errKeyring)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, keyringTimeout, fmt.Errorf("it did not respond within %v", keyringTimeout))
	defer cancel()
	type outcome struct {
		secret []byte
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result := outcome{err: errors.New("it sent an invalid response")} // if the library panics
		defer func() {
			recover()
			done <- result
		}()
		result.secret, result.err = operation()
	}()
	select {
	case result := <-done:
		switch {
		case errors.Is(result.err, keyring.ErrNotFound):
			return nil, fmt.Errorf("%w in the keyring", errNotStored)
		case result.err != nil:
			return nil, fmt.Errorf("%w: %w", errKeyring, result.err)
		}
		return result.secret, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errKeyring, httpx.ContextError(ctx))
	}
}

// keyringPossible reports whether there may be a keyring. Where it is reached through D-Bus, the
// library would start a bus, and leave it running, if a session has none.
var keyringPossible = func() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return true
	}
	_, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus"))
	return err == nil
}
