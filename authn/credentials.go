package authn

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Credentials are what the vendor issues to an integration: an application ("Backend API") and a user.
type Credentials struct {
	ClientID     string
	ClientSecret Secret
	Username     string // the user's e-mail address
	Password     Secret
}

// CredentialsFunc returns the credentials for one login. A Source calls it for each login and does not keep the result,
// so that a rotated password is used at the next one. It must be safe for concurrent use and must end when ctx does.
type CredentialsFunc func(ctx context.Context) (Credentials, error)

// Static returns the same credentials each time.
func Static(credentials Credentials) CredentialsFunc {
	return func(context.Context) (Credentials, error) { return credentials, nil }
}

// FromEnvironment reads the credentials from XSALE_CLIENT_ID, XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD. It is
// a [CredentialsFunc].
func FromEnvironment(context.Context) (Credentials, error) {
	credentials := Credentials{
		ClientID:     os.Getenv("XSALE_CLIENT_ID"),
		ClientSecret: NewSecret(os.Getenv("XSALE_CLIENT_SECRET")),
		Username:     os.Getenv("XSALE_USERNAME"),
		Password:     NewSecret(os.Getenv("XSALE_PASSWORD")),
	}
	return credentials, credentials.check("XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD")
}

// File reads the credentials from a JSON file at each login, so that a secret that is mounted as a file can be rotated. The
// file holds an object with client_id, client_secret, username and password. One that every user of the machine can read
// or write is refused.
func File(path string) CredentialsFunc {
	return func(context.Context) (Credentials, error) {
		info, err := os.Stat(path)
		if err != nil {
			return Credentials{}, fmt.Errorf("credentials file: %w", err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o006 != 0 {
			return Credentials{}, fmt.Errorf("credentials file %s can be read or written by everyone (mode %v): set it to 0600", path, info.Mode().Perm())
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return Credentials{}, fmt.Errorf("credentials file: %w", err)
		}
		credentials, err := ParseCredentials(data)
		if err != nil {
			return Credentials{}, fmt.Errorf("credentials file %s: %w", path, err)
		}
		return credentials, nil
	}
}

// ParseCredentials reads credentials from a JSON object with client_id, client_secret, username and password. It
// overwrites data, which held secrets.
func ParseCredentials(data []byte) (Credentials, error) {
	defer clear(data)
	var members struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Username     string `json:"username"`
		Password     string `json:"password"`
	}
	if json.Unmarshal(data, &members) != nil { // its error could quote a secret
		return Credentials{}, errors.New("not a JSON object with client_id, client_secret, username and password as text")
	}
	credentials := Credentials{members.ClientID, NewSecret(members.ClientSecret), members.Username, NewSecret(members.Password)}
	return credentials, credentials.check("client_id", "client_secret", "username", "password")
}

// check names the members that are missing, by the names that the caller knows them under.
func (c Credentials) check(clientID, clientSecret, username, password string) error {
	var missing []string
	for _, member := range []struct {
		name  string
		empty bool
	}{
		{clientID, c.ClientID == ""},
		{clientSecret, c.ClientSecret.IsZero()},
		{username, c.Username == ""},
		{password, c.Password.IsZero()},
	} {
		if member.empty {
			missing = append(missing, member.name)
		}
	}
	switch len(missing) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%s is not set", missing[0])
	}
	return fmt.Errorf("%s are not set", strings.Join(missing, ", "))
}

// fingerprint tells whether credentials have changed without keeping them.
func (c Credentials) fingerprint() [sha256.Size]byte {
	return hashFields(c.ClientID, c.ClientSecret.Reveal(), c.Username, c.Password.Reveal())
}

// hashFields hashes texts so that moving a character from one to the next changes the result.
func hashFields(fields ...string) [sha256.Size]byte {
	hash := sha256.New()
	for _, field := range fields {
		fmt.Fprintf(hash, "%d:%s", len(field), field)
	}
	return [sha256.Size]byte(hash.Sum(nil))
}
