package authn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFromEnvironmentNamesMissingVariables(t *testing.T) {
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

func TestFileReadsAgainForEachLogin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials.json")
	for _, password := range []string{"old", "new"} {
		if err := os.WriteFile(file, []byte(`{"client_id":"c","client_secret":"s","username":"u","password":"`+password+`"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := File(file)(t.Context()); err != nil || got.Password.Reveal() != password {
			t.Errorf("%s: %v", password, err)
		}
	}
	for content, want := range map[string]string{
		`{"client_id":"c"}`:      "client_secret, username, password are not set",
		`{"password": 5}`:        "with the strings",
		`canary`:                 "not a JSON object",
		`{"password":"canary"`:   "not a JSON object",
		`{"password":"canary"}x`: "not a JSON object",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := File(file)(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", content, err)
		}
	}
}

func TestParseCredentialsOverwritesItsInput(t *testing.T) {
	data := []byte(`{"client_id":"c","client_secret":"s","username":"u","password":"canary"}`)
	if _, err := ParseCredentials(data); err != nil || strings.Trim(string(data), "\x00") != "" {
		t.Errorf("got error %v, data %q, want zeros", err, data)
	}
}

func TestParseStore(t *testing.T) {
	dir := t.TempDir()
	for _, variable := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(variable, filepath.Join(dir, "cache"))
	}
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	for setting, path := range map[string]string{
		"~":                                filepath.Join(dir, "key.json"),
		"~/":                               filepath.Join(dir, "key.json"),
		"~/new/":                           filepath.Join(dir, "new", "key.json"),
		"~/tokens.json":                    filepath.Join(dir, "tokens.json"),
		dir:                                filepath.Join(dir, "key.json"),
		filepath.Join(dir, "new") + "/":    filepath.Join(dir, "new", "key.json"),
		filepath.Join(dir, "tokens.json"):  filepath.Join(dir, "tokens.json"),
		filepath.Join(dir, "no-extension"): filepath.Join(dir, "no-extension"),
	} {
		store, err := ParseStore(setting)
		if files, ok := store.(*FileStore); err != nil || !ok || filepath.Clean(files.Path("key")) != path {
			t.Errorf("%s: %v, %v, want %s", setting, store, err, path)
		}
	}
	for _, setting := range []string{"", "memory"} {
		if store, err := ParseStore(setting); store != nil || err != nil {
			t.Errorf("%q: %v, %v", setting, store, err)
		}
	}
	store, err := ParseStore("cache")
	if files, ok := store.(*FileStore); err != nil || !ok || !strings.HasPrefix(files.Path("key"), dir) || filepath.Base(filepath.Dir(files.Path("key"))) != "xsale" {
		t.Errorf("cache: %v, %v", store, err)
	}
}

// When ParseStore returned the result of NewCacheStore directly, a nil *FileStore became a Store
// that is not nil.
func TestParseStoreWithoutCacheDir(t *testing.T) {
	for _, variable := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData", "USERPROFILE"} {
		t.Setenv(variable, "")
	}
	for setting, want := range map[string]string{"cache": "name a directory such as", "~/x": "write an absolute path", "~": "write an absolute path"} {
		if store, err := ParseStore(setting); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %q", setting, store, err, want)
		} else if store != nil {
			t.Errorf("%s: got a %T with the error, want nil", setting, store)
		}
	}
}

// A URL became a directory of that name.
func TestA32_ParseStoreRejectsURLs(t *testing.T) {
	for setting, want := range map[string]string{
		"redis://user:canary@host/0": "package authn/redisstore",
		"Rediss://canary":            "package authn/redisstore",
		"unix:///canary":             "a path, not a URL",
		" https://canary":            "a path, not a URL",
		"~other/x":                   "absolute path",
		"~x":                         "absolute path",
	} {
		store, err := ParseStore(setting)
		if err == nil || store != nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, %v", setting, store, err)
		}
	}
	if store, err := ParseStore(`C://tokens.json`); err != nil || store == nil { // a drive
		t.Errorf("%v, %v", store, err)
	}
}

func TestErrorNamesTheRemedy(t *testing.T) {
	for _, reason := range []Reason{ErrInvalidCredentials, ErrInvalidClient, ErrBlocked, ErrVerificationRequired, ErrMFARequired, ErrConfiguration, ErrRateLimited, ErrUnavailable, ErrInvalidResponse} {
		message := (&Error{Reason: reason}).Error()
		if reason.Remedy() == "" || !strings.Contains(message, string(reason)) || !strings.HasSuffix(message, reason.Remedy()) {
			t.Errorf("%s: got %q, want the reason and the remedy", reason, message)
		}
	}
}

func TestNewRejectsInvalidConfig(t *testing.T) {
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
