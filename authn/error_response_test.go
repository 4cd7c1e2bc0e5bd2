package authn

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
)

// When all fields were decoded at once, a number in one of them hid the code, and three more
// logins were sent for a blocked account.
func TestMalformedFieldsDoNotHideTheCode(t *testing.T) {
	for body, reason := range map[string]Reason{
		`{"error":"too_many_attempts","code":429,"statusCode":429}`: ErrBlocked,
		`{"error":true,"code":"too_many_attempts"}`:                 ErrBlocked,
		`{"error":"mfa_required","mfa_token":5}`:                    ErrMFARequired,
	} {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t, step{status: 429, body: body})
			if _, err := server.source(t).Token(t.Context()); !errors.Is(err, reason) || server.posts() != 1 {
				t.Errorf("%s: %d logins, %v", body, server.posts(), err)
			}
		})
	}
}

// Without the case for status 408, a timeout of a proxy latched as a configuration error.
func TestProxyTimeoutIsTemporary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{status: 408}, success(2))
		if _, err := server.source(t).Token(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Without redacting the code, before the cut, the quoted forms, or errors of the transport, the
// password or a part of it was printed.
func TestEchoedSecretsAreRedacted(t *testing.T) {
	const password = `canary-"9<&Kq\`
	quoted, err := json.Marshal(password)
	if err != nil {
		t.Fatal(err)
	}
	errorStep := func(code, description string) step {
		body, err := json.Marshal(map[string]string{"error": code, "error_description": description})
		if err != nil {
			t.Fatal(err)
		}
		return step{status: 403, body: string(body)}
	}
	for name, response := range map[string]step{
		"code":            errorStep(password, ""),
		"description":     errorStep("x", "wrong: "+password),
		"cut description": errorStep("x", strings.Repeat("x", maxDescriptionBytes-10)+password),
		"cut code":        errorStep(strings.Repeat("x", maxCodeBytes-10)+password, ""),
		"object":          {status: 403, body: fmt.Sprintf(`{"error":"x","error_description":{"sent":%s}}`, quoted)},
		"token type":      {body: fmt.Sprintf(`{"access_token":"a","id_token":"b","token_type":%s}`, quoted)},
		"not HTTP": {hijack: func(connection net.Conn) {
			fmt.Fprintf(connection, "%s\r\n\r\n", password)
			connection.Close()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				credentials := testCredentials()
				credentials.Password = NewSecret(password)
				source := newFakeServer(t, response).source(t, func(c *Config) { c.Credentials = Static(credentials) })
				_, err := source.Token(t.Context())
				if err == nil {
					t.Fatal("no error")
				}
				checkNoSecret(t, name, printed(err))
			})
		})
	}
}
