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

// Taken out: reading each member on its own. Then a number in one of them hid the code, and the blocked account was sent
// three more logins.
func TestOddMembersDoNotHideTheCode(t *testing.T) {
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

// Taken out: the row of status 408. Then a proxy's timeout latched as if the configuration were wrong.
func TestTimeoutOfAProxyPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{status: 408}, success(2))
		if _, err := server.source(t).Token(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Taken out, one by one: the redaction of the code, the redaction before the cut, the quoted forms, the redaction of errors
// of the transport. Then the password, or what was left of it, was printed.
func TestEchoesAreTakenOut(t *testing.T) {
	const password = `canary-"9<&Kq\`
	quoted, err := json.Marshal(password)
	if err != nil {
		t.Fatal(err)
	}
	refusal := func(code, description string) step {
		body, err := json.Marshal(map[string]string{"error": code, "error_description": description})
		if err != nil {
			t.Fatal(err)
		}
		return step{status: 403, body: string(body)}
	}
	for name, answer := range map[string]step{
		"code":            refusal(password, ""),
		"description":     refusal("x", "wrong: "+password),
		"cut description": refusal("x", strings.Repeat("x", maxDescriptionBytes-10)+password),
		"cut code":        refusal(strings.Repeat("x", maxCodeBytes-10)+password, ""),
		"object":          {status: 403, body: fmt.Sprintf(`{"error":"x","error_description":{"sent":%s}}`, quoted)},
		"token type":      {body: fmt.Sprintf(`{"access_token":"a","id_token":"b","token_type":%s}`, quoted)},
		"no HTTP": {hijack: func(connection net.Conn) {
			fmt.Fprintf(connection, "%s\r\n\r\n", password)
			connection.Close()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				credentials := testCredentials()
				credentials.Password = NewSecret(password)
				source := newFakeServer(t, answer).source(t, func(c *Config) { c.Credentials = Static(credentials) })
				_, err := source.Token(t.Context())
				if err == nil {
					t.Fatal("no error")
				}
				checkNoSecret(t, name, printed(err))
			})
		})
	}
}
