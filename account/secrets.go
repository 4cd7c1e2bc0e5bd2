package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/atomicfile"
	"github.com/xsale-go/xsale/internal/privatefile"
)

// Secrets are the secrets of an account.
type Secrets struct {
	ClientSecret authn.Secret
	Password     authn.Secret // not of LoginBrowser
}

// errNotStored means that there is nothing to read or to delete.
var errNotStored = errors.New("no secrets are stored")

// ErrSecrets means that the secrets of an account cannot be read. The error has the remedy.
var ErrSecrets = errors.New("cannot get its secrets")

// record is how secrets are stored: with what they are for, so that they are not sent elsewhere when
// someone edits the settings.
type record struct {
	ClientID     string `json:"client_id"`
	Username     string `json:"username"`
	API          string `json:"api"`
	TokenURL     string `json:"token_url"`
	ClientSecret string `json:"client_secret,omitempty"`
	Password     string `json:"password,omitempty"`
}

// owner returns the record of the account without secrets.
func (a *Account) owner() (record, error) {
	api, login, err := a.endpoints()
	if err != nil {
		return record{}, err
	}
	return record{ClientID: a.ClientID, Username: a.Username, API: api.String(), TokenURL: login.String()}, nil
}

// complete runs the commands of the secrets that are not stored.
func (a *Account) complete(ctx context.Context, secrets Secrets) (_ Secrets, err error) {
	if a.ClientSecretCommand != "" {
		if secrets.ClientSecret, err = runCommand(ctx, "client_secret_command", a.ClientSecretCommand, a.Name); err != nil {
			return Secrets{}, err
		}
	}
	if a.PasswordCommand != "" {
		if secrets.Password, err = runCommand(ctx, "password_command", a.PasswordCommand, a.Name); err != nil {
			return Secrets{}, err
		}
	}
	return secrets, nil
}

// storesSecrets reports whether a secret has no command.
func (a *Account) storesSecrets() bool {
	return a.ClientSecretCommand == "" || a.PasswordCommand == "" && a.Login != LoginBrowser
}

func (a *Account) readStored(ctx context.Context) (Secrets, error) {
	var data []byte
	var err error
	switch a.Secrets {
	case SecretsKeyring:
		data, err = keyringGet(ctx, a.Name)
	case SecretsFile:
		var path string
		if path, err = a.secretsFile(); err == nil {
			data, err = readPrivate(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: %s is missing", errNotStored, path)
		}
	default:
		err = errNotStored
	}
	switch {
	case errors.Is(err, errKeyring):
		return Secrets{}, fmt.Errorf("%w: unlock it, or run 'xsale account add %s --overwrite --secrets file'", err, a.Name)
	case errors.Is(err, errNotStored):
		return Secrets{}, fmt.Errorf("%w: run 'xsale account add %s --overwrite'", err, a.Name)
	case err != nil: // with its remedy
		return Secrets{}, err
	}
	defer clear(data)
	var found record
	if json.Unmarshal(data, &found) != nil {
		return Secrets{}, fmt.Errorf("its stored secrets are damaged: run 'xsale account add %s --overwrite'", a.Name)
	}
	want, err := a.owner()
	if err != nil {
		return Secrets{}, err
	}
	secrets := Secrets{authn.NewSecret(found.ClientSecret), authn.NewSecret(found.Password)}
	if others := found.differences(want); len(others) > 0 {
		return Secrets{}, fmt.Errorf("its stored secrets are for another %s: undo the change, or run 'xsale account add %s --overwrite'", strings.Join(others, ", "), a.Name)
	}
	return secrets, nil
}

// differences names the settings that differ, with both addresses but not both users.
func (r record) differences(other record) (names []string) {
	if r.ClientID != other.ClientID {
		names = append(names, "client_id")
	}
	if r.Username != other.Username {
		names = append(names, "username")
	}
	if r.API != other.API {
		names = append(names, fmt.Sprintf("base_url (%s, not %s)", r.API, other.API))
	}
	if r.TokenURL != other.TokenURL {
		names = append(names, fmt.Sprintf("token_url (%s, not %s)", r.TokenURL, other.TokenURL))
	}
	return names
}

// writeSecrets stores the secrets that have no command, in the keyring unless a.Secrets names a file,
// and sets a.Secrets. If the keyring fails and was not asked for, they go to a file, and the first
// error is the reason.
func (a *Account) writeSecrets(ctx context.Context, secrets Secrets) (keyringFailed, err error) {
	if !a.storesSecrets() {
		a.Secrets = SecretsCommand
		return nil, nil
	}
	owner, err := a.owner()
	if err != nil {
		return nil, err
	}
	if a.ClientSecretCommand == "" {
		owner.ClientSecret = secrets.ClientSecret.Reveal()
	}
	if a.PasswordCommand == "" && a.Login != LoginBrowser {
		owner.Password = secrets.Password.Reveal()
	}
	data, err := json.Marshal(owner)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	if a.Secrets != SecretsFile {
		keyringFailed = keyringSet(ctx, a.Name, data)
		if keyringFailed == nil || a.Secrets == SecretsKeyring {
			a.Secrets = SecretsKeyring
			return nil, keyringFailed
		}
	}
	a.Secrets = SecretsFile
	path, err := a.secretsFile()
	if err == nil {
		err = writePrivate(path, data)
	}
	return keyringFailed, err
}

// deleteSecrets deletes the stored secrets, and returns where they were.
func (a *Account) deleteSecrets(ctx context.Context) (where string, err error) {
	switch a.Secrets {
	case SecretsKeyring:
		return "secrets in the keyring", keyringDelete(ctx, a.Name)
	case SecretsFile:
		path, err := a.secretsFile()
		if err == nil {
			err = os.Remove(path)
		}
		return path, err
	}
	return "", nil
}

func (a *Account) secretsFile() (string, error) {
	dir, err := a.Dir()
	return filepath.Join(dir, "secrets.json"), err
}

// readPrivate reads a file that only its owner can read or write.
func readPrivate(path string) ([]byte, error) {
	if err := privatefile.CheckParent(path); err != nil {
		return nil, err
	}
	return privatefile.Read(path)
}

func writePrivate(path string, data []byte) error {
	if err := privatefile.MakeParent(path); err != nil {
		return err
	}
	if err := privatefile.CheckParent(path); err != nil {
		return err
	}
	if err := atomicfile.Write(path, data, 0o600); err != nil {
		return err
	}
	atomicfile.RemoveLeftovers(filepath.Dir(path), func(name string) bool { return name == filepath.Base(path) })
	return nil
}
