package authn

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net"
	"net/url"
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

// Without redacting the code, before the cut, quoted forms, or errors of the transport, the
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

// When only the plain and the quoted form were redacted, an escaped password stayed, and so did a
// token next to an error.
func TestA29_EchoedSecretsInAnyForm(t *testing.T) {
	escaped := func(format string) string {
		var all strings.Builder
		for _, r := range canaryPassword {
			fmt.Fprintf(&all, format, r)
		}
		return all.String()
	}
	for name, echo := range map[string]string{
		"JSON":          escaped(`\u%04x`),
		"JSON twice":    escaped(`\\u%04X`),
		"percent":       escaped("%%%02x"),
		"HTML":          escaped("&#%d;"),
		"HTML, hex":     escaped("&#x%X;"),
		"the beginning": canaryPassword[:17] + "…",
	} {
		for _, body := range []string{
			`{"error":"x` + echo + `","error_description":"wrong: ` + echo + `"}`,
			`{"code":"x","description":{"sent":["` + echo + `"]}}`,
			utf16Body(`{"error":"x","error_description":"`+echo+`"}`, binary.LittleEndian),
		} {
			synctest.Test(t, func(t *testing.T) {
				_, err := newFakeServer(t, step{status: 403, body: body}).source(t).Token(t.Context())
				failure, ok := errors.AsType[*Error](err)
				if !ok || !strings.Contains(failure.Code+failure.Description, redacted) {
					t.Fatalf("%s: %v", name, err)
				}
				text := printed(err)
				for _, unescape := range []func(string) string{func(s string) string { return html.UnescapeString(strings.ReplaceAll(s, `\u0026`, "&")) }, func(s string) string { u, _ := url.PathUnescape(s); return u }} {
					text += unescape(failure.Code + failure.Description)
				}
				for c := range 128 {
					text = strings.ReplaceAll(strings.ReplaceAll(text, fmt.Sprintf(`\u%04x`, c), string(rune(c))), fmt.Sprintf(`\u%04X`, c), string(rune(c)))
				}
				checkNoSecret(t, name, text)
			})
		}
	}
	synctest.Test(t, func(t *testing.T) {
		body := `{"error":"x","error_description":{"access_token":"canary-access-1","id_token":"canary-id-1","mfa_token":"canary-mfa","refresh_token":"canary-r"}}`
		for _, status := range []int{200, 403} {
			_, err := newFakeServer(t, step{status: status, body: body}).source(t).Token(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			checkNoSecret(t, "tokens", printed(err))
		}
	})
}
