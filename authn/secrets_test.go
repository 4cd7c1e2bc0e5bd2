package authn

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var canaries = []string{canaryPassword, canaryClientSecret, canaryAccessToken, canaryIDToken, "canary"}

// printed formats the value in every way.
func printed(value any) string {
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T"} {
		fmt.Fprintf(&out, verb+"\n", value)
		fmt.Fprintf(&out, verb+"\n", struct {
			inside any
			Inside any
			list   []any
		}{value, value, []any{value}})
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		log := slog.New(handler)
		log.Info("value", "value", value, slog.Group("group", "value", value), "struct", struct{ Value any }{value})
	}
	if data, err := json.Marshal(map[string]any{"value": value}); err == nil {
		out.Write(data)
	}
	gob.NewEncoder(&out).Encode(value)
	func() {
		defer func() { fmt.Fprint(&out, recover()) }()
		panic(value)
	}()
	fmt.Fprintln(&out, errors.New(fmt.Sprint(value)))
	return out.String()
}

// Without Format of Secret, the mask of its value, the function around the headers of a Token, or
// redacting what the service echoes, the password or both tokens were printed.
func TestF31_SecretsInOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		server := newFakeServer(t)
		source := server.source(t, func(c *Config) { c.Observer = LogTo(logger); c.Store = &MemoryStore{} })
		token, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		config := server.config()
		config.EncryptionKey = NewSecret(canaryPassword)
		values := []any{
			NewSecret(canaryPassword), new(NewSecret(canaryPassword)), testCredentials(), new(testCredentials()), config, &config,
			token, *token, source, struct{ token *Token }{token}, []Secret{NewSecret(canaryPassword)}, map[string]Secret{"a": NewSecret(canaryPassword)},
			&Error{Reason: ErrMFARequired, MFAToken: NewSecret(canaryPassword)},
		}
		for name, test := range permanentFailures {
			failing := newFakeServer(t, test.response)
			_, err := failing.source(t, func(c *Config) { c.Observer = LogTo(logger) }).Token(t.Context())
			if err == nil {
				t.Fatal(name)
			}
			values = append(values, err)
		}
		echo := newFakeServer(t, oauthError(403, "invalid_grant", canaryPassword+" is wrong, and so is "+canaryClientSecret))
		_, err = echo.source(t, func(c *Config) { c.Observer = LogTo(logger) }).Token(t.Context())
		values = append(values, err)
		for _, body := range []string{canaryPassword, `{"access_token":"canary line\r\n"}`, `{"access_token":"canary-access-1"}`} {
			odd := newFakeServer(t, step{body: body}, step{status: 500, body: body})
			for range 2 {
				_, err := odd.source(t, func(c *Config) { c.Observer = LogTo(logger) }).Token(t.Context())
				values = append(values, err)
			}
		}
		for _, value := range values {
			checkNoSecret(t, fmt.Sprintf("%T", value), printed(value))
		}
		checkNoSecret(t, "the log", log.String())
		if !strings.Contains(log.String(), "xsale login failed") || !strings.Contains(log.String(), "xsale token changed") {
			t.Errorf("nothing was logged: %s", log.String())
		}
	})
}

func checkNoSecret(t *testing.T, name, output string) {
	t.Helper()
	for _, canary := range canaries {
		for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), strings.Trim(fmt.Sprint([]byte(canary)), "[]")} {
			if strings.Contains(output, form) {
				t.Errorf("%s contains %s", name, form)
				return
			}
		}
	}
}

func TestSecret(t *testing.T) {
	if NewSecret("value").Reveal() != "value" || (Secret{}).Reveal() != "" || !(Secret{}).IsZero() || !NewSecret("").IsZero() || NewSecret("x").IsZero() {
		t.Error("Reveal or IsZero is wrong")
	}
}

func TestEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		source := server.source(t)
		for address, allowed := range map[string]bool{
			"https://api.example/me": true, "https://API.example:443/me": true, "http://api.example/me": false,
			"https://api.example:8443/me": false, "https://other.example/me": false, "https://api.example.other/me": false,
		} {
			request := newRequest(t, address)
			err := source.Edit(t.Context(), request)
			if allowed && (err != nil || request.Header.Get("Authorization") != "Bearer canary-access-1" || request.Header.Get("x-id-token") != "canary-id-1") {
				t.Errorf("%s: %v, %d headers", address, err, len(request.Header))
			}
			if !allowed && (err == nil || len(request.Header) != 0 || strings.Contains(err.Error(), "canary")) {
				t.Errorf("%s: %v, %d headers", address, err, len(request.Header))
			}
		}
		server.set(wrongPassword())
		time.Sleep(24 * time.Hour)
		request := newRequest(t, "https://api.example/me")
		if err := source.Edit(t.Context(), request); !errors.Is(err, ErrInvalidCredentials) || len(request.Header) != 0 {
			t.Errorf("failed login: %v, %d headers", err, len(request.Header))
		}
	})
}
