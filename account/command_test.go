package account

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/authn"
)

func TestCommands(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs the shell of Unix")
	}
	for line, want := range map[string]string{
		"printf secret":                "secret",
		"echo secret":                  "secret",
		`printf 'secret\r\n'`:          "secret",
		`printf ' se cret '`:           " se cret ",
		"echo $XSALE_ACCOUNT":          "shop",
		"echo pässwörd | cat":          "pässwörd",
		"cat":                          "error: printed nothing", // standard input belongs to the command that calls
		"true":                         "error: printed nothing",
		"echo canary; exit 3":          "error: exit status 3",
		"echo canary >&2; exit 3":      "error: exit status 3",
		`printf 'canary\nlogin: me\n'`: "error: printed 2 lines",
		`printf '\377canary'`:          "error: not UTF-8",
		"no-such-program":              "error: exit status 127",
		"yes canary | head -c 100000":  "error: printed more than 65536 bytes",
		"echo secret; sleep 5 2>/dev/null & exit 0": "secret",
	} {
		secret, err := runCommand(t.Context(), "password_command", line, "shop")
		if part, failed := strings.CutPrefix(want, "error: "); failed {
			wantError(t, err, "password_command", part)
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: the output is in the error: %v", line, err)
			}
		} else if err != nil || secret.Reveal() != want {
			t.Errorf("%s: got %q, %v, want %q", line, secret.Reveal(), err, want)
		}
	}
	t.Setenv(runningVariable, "other,shop")
	_, err := runCommand(t.Context(), "password_command", "echo secret", "shop")
	wantError(t, err, "password_command runs itself", "account shop", "another account")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	t.Setenv(runningVariable, "")
	_, err = runCommand(ctx, "password_command", "sleep 1000", "shop")
	wantError(t, err, "password_command did not end")
}

func TestSecretsOfCommands(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs the shell of Unix")
	}
	useConfig(t, "")
	useKeyring(t)
	calls := filepath.Join(t.TempDir(), "calls")
	a := newAccount("shop")
	a.PasswordCommand = "echo called >> '" + calls + "'; echo password-of-$XSALE_ACCOUNT"
	save(t, a)
	if a.Secrets != SecretsKeyring {
		t.Errorf("the client secret is in %q", a.Secrets)
	}
	if stored, err := keyringGet(t.Context(), "shop"); err != nil || strings.Contains(string(stored), "password") {
		t.Errorf("%v, the password is stored", err)
	}
	ask := remember(a.Credentials)
	for range 3 {
		credentials, err := ask(t.Context())
		if err != nil || credentials.Password.Reveal() != "password-of-shop" || credentials.ClientSecret.Reveal() != "shop-secret" {
			t.Errorf("%+v, %v", credentials, err)
		}
	}
	if data, err := os.ReadFile(calls); err != nil || string(data) != "called\n" {
		t.Errorf("%v, the command ran for each call: %s", err, data)
	}

	both := newAccount("both")
	both.PasswordCommand, both.ClientSecretCommand = "echo p", "echo s"
	if _, err := Add(t.Context(), both, Secrets{}, false); err != nil || both.Secrets != SecretsCommand {
		t.Errorf("%q, %v", both.Secrets, err)
	}
	browser := newAccount("browser")
	browser.Login, browser.ClientSecretCommand = LoginBrowser, "echo s"
	if _, err := Add(t.Context(), browser, Secrets{}, false); err != nil || browser.Secrets != SecretsCommand {
		t.Errorf("%q, %v", browser.Secrets, err)
	}
	if credentials, err := browser.Credentials(t.Context()); err != nil || !credentials.UserLogin || credentials.ClientSecret.Reveal() != "s" {
		t.Errorf("%+v, %v", credentials, err)
	}
}

// A changed password is used after a minute at most, and an error is not remembered.
func TestRemember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, failing := 0, true
		ask := remember(func(context.Context) (authn.Credentials, error) {
			asked++
			if failing {
				return authn.Credentials{}, errors.New("locked")
			}
			return authn.Credentials{Username: strings.Repeat("x", asked)}, nil
		})
		for want := 1; want <= 2; want++ {
			if _, err := ask(t.Context()); err == nil || asked != want {
				t.Errorf("asked %d times, %v", asked, err)
			}
		}
		failing = false
		for _, test := range []struct {
			wait time.Duration
			want int
		}{{0, 3}, {rememberFor - 1, 3}, {1, 4}} {
			time.Sleep(test.wait)
			if found, err := ask(t.Context()); err != nil || len(found.Username) != test.want {
				t.Errorf("after %v: %q, %v, want %d", test.wait, found.Username, err, test.want)
			}
		}
	})
}

// Without a desktop, the D-Bus that keyrings use may never respond.
func TestKeyringThatHangs(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs D-Bus")
	}
	useConfig(t, "")
	socket := filepath.Join(t.TempDir(), "bus")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)
	old := keyringTimeout
	keyringTimeout = 50 * time.Millisecond
	defer func() { keyringTimeout = old }()
	a := newAccount("shop")
	added, err := Add(t.Context(), a, newSecrets("shop"), false)
	if err != nil || a.Secrets != SecretsFile {
		t.Fatalf("%q, %v", a.Secrets, err)
	}
	wantError(t, added.KeyringError, "the keyring cannot be used", "did not respond within 50ms")
	if credentials, err := a.Credentials(t.Context()); err != nil || credentials.Password.Reveal() != "shop-password" {
		t.Error(err)
	}
	asked := newAccount("asked")
	asked.Secrets = SecretsKeyring
	_, err = Add(t.Context(), asked, newSecrets("asked"), false)
	wantError(t, err, "the keyring cannot be used")
	if _, err := Load("asked"); err == nil {
		t.Error("an account without its secrets was saved")
	}
	asked.Secrets = SecretsKeyring
	_, err = asked.Credentials(t.Context())
	wantError(t, err, "account asked", "unlock it", "--secrets file")
}

// The library starts a D-Bus where a session has none, and leaves it running.
func TestNoKeyringWithoutASession(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs D-Bus")
	}
	if _, err := os.Stat("/run/user"); err == nil && keyringPossible() && os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		t.Skip("this user has a D-Bus")
	}
	useConfig(t, "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
	a := newAccount("shop")
	added, err := Add(t.Context(), a, newSecrets("shop"), false)
	if err != nil || a.Secrets != SecretsFile {
		t.Fatalf("%q, %v", a.Secrets, err)
	}
	wantError(t, added.KeyringError, "no D-Bus session")
}
