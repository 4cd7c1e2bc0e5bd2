package authn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEnvironmentNamesWhatIsMissing(t *testing.T) {
	names := []string{"XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD"}
	for _, name := range names {
		t.Setenv(name, "value of "+name)
	}
	got, err := FromEnvironment(t.Context())
	if err != nil || got.ClientID != "value of XSALE_CLIENT_ID" || got.ClientSecret.Reveal() != "value of XSALE_CLIENT_SECRET" ||
		got.Username != "value of XSALE_USERNAME" || got.Password.Reveal() != "value of XSALE_PASSWORD" {
		t.Errorf("got %v", err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "")
			_, err := FromEnvironment(t.Context())
			if err == nil || err.Error() != name+" is not set" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFileReadsTheCredentialsAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials.json")
	for _, password := range []string{"old", "new"} {
		if err := os.WriteFile(file, []byte(`{"client_id":"c","client_secret":"s","username":"u","password":"`+password+`"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := File(file)(t.Context()); err != nil || got.Password.Reveal() != password {
			t.Errorf("%s: %v", password, err)
		}
	}
	for content, says := range map[string]string{
		`{"client_id":"c"}`:      "client_secret, username, password are not set",
		`{"password": 5}`:        "as text",
		`canary`:                 "not a JSON object",
		`{"password":"canary"`:   "not a JSON object",
		`{"password":"canary"}x`: "not a JSON object",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := File(file)(t.Context()); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", content, err)
		}
	}
}

func TestParseCredentialsOverwritesItsInput(t *testing.T) {
	data := []byte(`{"client_id":"c","client_secret":"s","username":"u","password":"canary"}`)
	if _, err := ParseCredentials(data); err != nil || strings.Trim(string(data), "\x00") != "" {
		t.Errorf("%v, %q is left", err, data)
	}
}

func TestParseStore(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(folder, "cache"))
	t.Setenv("HOME", folder)
	for setting, path := range map[string]string{
		folder:                                filepath.Join(folder, "key.json"),
		filepath.Join(folder, "new") + "/":    filepath.Join(folder, "new", "key.json"),
		filepath.Join(folder, "tokens.json"):  filepath.Join(folder, "tokens.json"),
		filepath.Join(folder, "no-extension"): filepath.Join(folder, "no-extension"),
	} {
		store, err := ParseStore(setting)
		if files, ok := store.(*FileStore); err != nil || !ok || files.Path("key") != path {
			t.Errorf("%s: %v, %v", setting, store, err)
		}
	}
	for _, setting := range []string{"", "memory"} {
		if store, err := ParseStore(setting); store != nil || err != nil {
			t.Errorf("%q: %v, %v", setting, store, err)
		}
	}
	store, err := ParseStore("cache")
	if files, ok := store.(*FileStore); err != nil || !ok || !strings.HasPrefix(files.Path("key"), folder) || filepath.Base(filepath.Dir(files.Path("key"))) != "xsale" {
		t.Errorf("cache: %v, %v", store, err)
	}
}

func TestErrorsSayTheRemedy(t *testing.T) {
	for _, reason := range []Reason{ErrInvalidCredentials, ErrInvalidClient, ErrBlocked, ErrVerificationRequired, ErrMFARequired, ErrConfiguration, ErrRateLimited, ErrUnavailable, ErrInvalidReply} {
		text := (&Error{Reason: reason}).Error()
		if reason.remedy() == "" || !strings.Contains(text, string(reason)) || !strings.HasSuffix(text, reason.remedy()) {
			t.Errorf("%s", text)
		}
	}
}

func TestNewRefusesSettingsThatCannotBeUsed(t *testing.T) {
	for name, config := range map[string]Config{
		"Credentials":   {},
		"LoginTimeout":  {Credentials: FromEnvironment, LoginTimeout: -1},
		"EncryptionKey": {Credentials: FromEnvironment, EncryptionKey: NewSecret("canary")},
		"token URL":     {Credentials: FromEnvironment, TokenURL: "login.example"},
		"API URL":       {Credentials: FromEnvironment, APIURL: "http://api.example"},
	} {
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
