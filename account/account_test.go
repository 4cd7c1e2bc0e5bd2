package account

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/xsale-go/xsale/authn"
)

// useConfig gives a test its own configuration with the text, and an environment without settings.
func useConfig(t *testing.T, text string) (path string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "config")
	t.Setenv("XSALE_CONFIG_DIR", dir)
	for _, name := range append([]string{"XSALE_ACCOUNT", "XSALE_ORGANIZATION", "XSALE_AUDIENCE", "XSALE_SCOPE", "XSALE_TOKEN_STORE"}, append(addressNames, credentialNames...)...) {
		t.Setenv(name, "")
	}
	path = filepath.Join(dir, fileName)
	if text != "" {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// useKeyring replaces the system's keyring.
func useKeyring(t *testing.T) {
	t.Helper()
	oldSystem, oldPossible := system, keyringPossible
	t.Cleanup(func() { system, keyringPossible = oldSystem, oldPossible })
	keyringPossible = func() bool { return true }
	entries := map[string]string{}
	system.get = func(service, user string) (string, error) {
		secret, ok := entries[service+"/"+user]
		if !ok {
			return "", keyring.ErrNotFound
		}
		return secret, nil
	}
	system.set = func(service, user, secret string) error {
		entries[service+"/"+user] = secret
		return nil
	}
	system.delete = func(service, user string) error {
		if _, ok := entries[service+"/"+user]; !ok {
			return keyring.ErrNotFound
		}
		delete(entries, service+"/"+user)
		return nil
	}
}

func newAccount(name string) *Account {
	return &Account{Name: name, ClientID: name + "-client", Username: name + "@example.com", Organization: name + "-org"}
}

func newSecrets(name string) Secrets {
	return Secrets{authn.NewSecret(name + "-secret"), authn.NewSecret(name + "-password")}
}

func save(t *testing.T, a *Account) {
	t.Helper()
	if _, err := Add(t.Context(), a, newSecrets(a.Name), false); err != nil {
		t.Fatal(err)
	}
}

// edit changes the settings of a saved account, as a person does.
func edit(t *testing.T, a *Account) {
	t.Helper()
	err := changeFile(t.Context(), func(f *file) error {
		f.set(a)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q", err, part)
		}
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("want one line: %v", err)
	}
}

func TestAccountsAreSavedAndFound(t *testing.T) {
	path := useConfig(t, "")
	useKeyring(t)
	if _, err := Load(""); err != ErrNone {
		t.Errorf("without a file: %v", err)
	}
	for _, location := range []string{SecretsKeyring, SecretsFile} {
		a := newAccount("Shop." + location)
		a.Secrets = location
		save(t, a)
		found, err := Load("SHOP." + strings.ToUpper(location))
		if err != nil || *found != *a {
			t.Fatalf("got %+v, %v", found, err)
		}
		credentials, err := found.Credentials(t.Context())
		if err != nil || credentials.ClientID != a.ClientID || credentials.Username != a.Username ||
			credentials.ClientSecret.Reveal() != a.Name+"-secret" || credentials.Password.Reveal() != a.Name+"-password" {
			t.Errorf("%+v, %v", credentials, err)
		}
	}
	if current, err := Load(""); err != nil || current.Name != "Shop.keyring" {
		t.Errorf("the first account is not the current one: %v, %v", current, err)
	}
	if before, err := Use(t.Context(), "shop.file"); err != nil || before != "Shop.keyring" {
		t.Errorf("%q, %v", before, err)
	}
	accounts, current, err := List()
	if err != nil || len(accounts) != 2 || current != "Shop.file" {
		t.Errorf("%v, %q, %v", accounts, current, err)
	}
	t.Setenv("XSALE_ACCOUNT", "shop.keyring")
	if chosen, err := Load(""); err != nil || chosen.Name != "Shop.keyring" {
		t.Errorf("XSALE_ACCOUNT: %v, %v", chosen, err)
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "-password") || strings.Contains(string(text), "Shop.file-secret") {
		t.Errorf("%v, a secret is in the settings:\n%s", err, text)
	}
	if runtime.GOOS == "windows" {
		return
	}
	filepath.Walk(filepath.Dir(path), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
		return nil
	})
}

func TestAddReplacesOnlyOnRequest(t *testing.T) {
	useConfig(t, "")
	useKeyring(t)
	save(t, newAccount("shop"))
	if _, err := Add(t.Context(), newAccount("SHOP"), newSecrets("other"), false); err == nil {
		t.Error("an account was replaced")
	}
	other := newAccount("SHOP")
	other.Secrets = SecretsFile
	added, err := Add(t.Context(), other, newSecrets("other"), true)
	if err != nil || added.Replaced == nil || added.Replaced.ClientID != "shop-client" || added.LeftError != nil {
		t.Fatalf("%+v, %v", added, err)
	}
	if _, err := keyringGet(t.Context(), "shop"); err == nil {
		t.Error("the old secrets are still in the keyring")
	}
	found, err := Load("shop")
	if err != nil || found.ClientID != "SHOP-client" {
		t.Fatalf("%+v, %v", found, err)
	}
	if credentials, err := found.Credentials(t.Context()); err != nil || credentials.Password.Reveal() != "other-password" {
		t.Errorf("%v, %v", credentials, err)
	}
}

// A registered spec stays with its API.
func TestAddKeepsFilesOfTheSameAPI(t *testing.T) {
	useConfig(t, "")
	a := newAccount("shop")
	a.Secrets = SecretsFile
	save(t, a)
	dir, err := a.Dir()
	if err != nil {
		t.Fatal(err)
	}
	spec := filepath.Join(dir, "spec.json")
	if err := writePrivate(spec, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "https://api.xsale.ai", "https://other.example"} {
		kept := address != "https://other.example"
		a.BaseURL, a.TokenURL = address, address
		added, err := Add(t.Context(), a, newSecrets("shop"), true)
		if err != nil || (len(added.Removed) == 0) != kept || added.LeftError != nil {
			t.Errorf("%s: %+v, %v", address, added, err)
		}
		if _, err := os.Stat(spec); (err == nil) != kept {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := a.Credentials(t.Context()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Secrets never follow an edit of the settings to another user or address.
func TestSecretsBelongToTheirAccount(t *testing.T) {
	for _, location := range []string{SecretsKeyring, SecretsFile} {
		for name, change := range map[string]func(*Account){
			"client_id": func(a *Account) { a.ClientID = "other" },
			"username":  func(a *Account) { a.Username = "other" },
			"base_url (https://api.xsale.ai, not https://other.example), token_url (https://login.futuriti.pl/oauth/token, not https://other.example/token)": func(a *Account) { a.BaseURL, a.TokenURL = "https://other.example", "https://other.example/token" },
		} {
			useConfig(t, "")
			useKeyring(t)
			a := newAccount("shop")
			a.Secrets = location
			save(t, a)
			change(a)
			edit(t, a)
			found, err := Load("shop")
			if err != nil {
				t.Fatal(err)
			}
			credentials, err := found.Credentials(t.Context())
			wantError(t, err, "for another "+name+": undo", "--overwrite")
			if !credentials.Password.IsZero() || strings.Contains(err.Error(), "shop-password") {
				t.Errorf("%s: a secret is returned: %v", name, err)
			}
		}
	}
}

func TestRemoveRemovesEverything(t *testing.T) {
	path := useConfig(t, "")
	useKeyring(t)
	for _, location := range []string{SecretsKeyring, SecretsFile} {
		a := newAccount(location)
		a.Secrets = location
		save(t, a)
		dir, err := a.Dir()
		if err != nil {
			t.Fatal(err)
		}
		if err := writePrivate(filepath.Join(dir, "spec.json"), []byte("{}")); err != nil {
			t.Fatal(err)
		}
		removed, err := Remove(t.Context(), location)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(removed, "\n")
		for _, part := range []string{"spec.json", "account " + location + " in " + path, map[string]string{SecretsKeyring: "in the keyring", SecretsFile: "secrets.json"}[location], "current"} {
			if !strings.Contains(said, part) {
				t.Errorf("%s: got %s, want %q", location, said, part)
			}
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s: %v", dir, err)
		}
		if _, err := keyringGet(t.Context(), location); err == nil {
			t.Error("the secrets are still in the keyring")
		}
		if _, err := Load(""); err != ErrNone {
			t.Errorf("the removed account is current: %v", err)
		}
	}
	if _, err := Remove(t.Context(), "keyring"); err == nil {
		t.Error("a missing account was removed")
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"shop": true, "domenasklepu.pl": true, "a": true, "Shop_2-b": true, strings.Repeat("a", 64): true, "console": true,
		"": false, ".": false, "..": false, "a/b": false, `a\b`: false, "a.": false, ".a": false, "-a": false, "a b": false, "sklep ą": false,
		"con": false, "NUL.txt": false, "com1": false, strings.Repeat("a", 65): false, "a\n": false, "<<": false,
	} {
		if err := checkName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := (&Account{Name: name}).Dir(); (err == nil) != ok {
			t.Errorf("directory of %q: %v", name, err)
		}
	}
}
