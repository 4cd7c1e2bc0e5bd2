package authn

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/xsale-go/xsale/internal/plaintext"
)

// Credentials identify an integration: an application and a user, both issued by the vendor. The
// application is a "Backend API", which logs in with the user's password, or with UserLogin a
// "Regular Web Application", whose users log in with a browser.
type Credentials struct {
	ClientID     string
	ClientSecret Secret
	Username     string // the user's email address
	Password     Secret

	// UserLogin means that a person logs in with a browser. A [Source] then never logs in by
	// itself: it uses the tokens that [Source.Adopt] has put into it or its store, and fails with
	// [ErrLoginRequired] without any. Username tells the tokens of several people apart, may be any
	// string, and may be empty; Password is not used.
	UserLogin bool
}

// CredentialsFunc returns the credentials for one login. A Source calls it before each login and
// does not keep the result, so the next login uses a rotated password. It must be safe for
// concurrent use and return when ctx is done.
type CredentialsFunc func(ctx context.Context) (Credentials, error)

// Static always returns the given credentials.
func Static(credentials Credentials) CredentialsFunc {
	return func(context.Context) (Credentials, error) { return credentials, nil }
}

// FromEnvironment is a [CredentialsFunc] that reads the credentials from XSALE_CLIENT_ID,
// XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD.
func FromEnvironment(context.Context) (Credentials, error) {
	credentials := Credentials{
		ClientID:     os.Getenv("XSALE_CLIENT_ID"),
		ClientSecret: NewSecret(os.Getenv("XSALE_CLIENT_SECRET")),
		Username:     os.Getenv("XSALE_USERNAME"),
		Password:     NewSecret(os.Getenv("XSALE_PASSWORD")),
	}
	return credentials, credentials.check("XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD")
}

// ParseCredentials parses a JSON object with the strings client_id, client_secret, username and
// password, in UTF-8 or, as Windows PowerShell writes it, UTF-16, with or without a byte order
// mark. It overwrites data with zeros, because data contains secrets. If some of the strings are
// missing, it returns the others with the error.
func ParseCredentials(data []byte) (Credentials, error) {
	defer clear(data)
	text := plaintext.Convert(data)
	defer clear(text)
	var fields struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Username     string `json:"username"`
		Password     string `json:"password"`
	}
	if json.Unmarshal(text, &fields) != nil { // its error could quote a secret
		return Credentials{}, errors.New("not a JSON object with the strings client_id, client_secret, username and password")
	}
	credentials := Credentials{
		ClientID:     fields.ClientID,
		ClientSecret: NewSecret(fields.ClientSecret),
		Username:     fields.Username,
		Password:     NewSecret(fields.Password),
	}
	return credentials, credentials.check("client_id", "client_secret", "username", "password")
}

// check reports missing fields under the names that the caller knows them by.
func (c Credentials) check(clientID, clientSecret, username, password string) error {
	var missing []string
	for _, field := range []struct {
		name  string
		empty bool
	}{
		{clientID, c.ClientID == ""},
		{clientSecret, c.ClientSecret.IsZero()},
		{username, c.Username == "" && !c.UserLogin},
		{password, c.Password.IsZero() && !c.UserLogin},
	} {
		if field.empty {
			missing = append(missing, field.name)
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

// fingerprint identifies credentials without keeping them, to detect a change.
func (c Credentials) fingerprint() [sha256.Size]byte {
	return hashFields(c.ClientID, c.ClientSecret.Reveal(), c.Username, c.Password.Reveal())
}

// hashFields hashes strings with their lengths, so that moving a character from one field to the
// next changes the result.
func hashFields(fields ...string) [sha256.Size]byte {
	hash := sha256.New()
	for _, field := range fields {
		fmt.Fprintf(hash, "%d:%s", len(field), field)
	}
	return [sha256.Size]byte(hash.Sum(nil))
}
