package account

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

const commented = `# My accounts.
current: shop # the one for work

# Everything for the shop.
accounts:
  # The shop itself.
  shop:
    username: me@example.com # mine
    client_id: "0123"
    organization: 1e5
    secrets: command
    # From the safe.
    password_command: |
      echo one |
        cat
    client_secret_command: echo two
  # Only for tests.
  test: {client_id: test, secrets: file} # short
# The end.
`

func TestChangesKeepWhatAPersonWrote(t *testing.T) {
	path := useConfig(t, commented)
	shop, err := Load("")
	if err != nil || shop.ClientID != "0123" || shop.Organization != "1e5" || shop.PasswordCommand != "echo one |\n  cat\n" {
		t.Fatalf("%+v, %v", shop, err)
	}
	if _, err := Use(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	shop.Username = ""
	shop.Scope = "yes"
	edit(t, shop)
	added := newAccount("123")
	added.Secrets = SecretsFile
	save(t, added)
	if _, err := Remove(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := Use(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	at := 0
	for _, part := range []string{
		"# My accounts.\ncurrent: shop # the one for work\n", "# Everything for the shop.\naccounts:\n", "  # The shop itself.\n  shop:\n", "    client_id: \"0123\"\n", "    organization: 1e5\n",
		"    # From the safe.\n    password_command: |\n      echo one |\n        cat\n", "    client_secret_command: echo two\n", "    scope: yes\n",
		"  \"123\":\n    client_id: 123-client\n",
	} {
		found := strings.Index(text[at:], part)
		if found < 0 {
			t.Errorf("%q is missing or moved:\n%s", part, text)
			break
		}
		at += found
	}
	for _, part := range []string{"test", "me@example.com"} {
		if strings.Contains(text, part) {
			t.Errorf("%q is left:\n%s", part, text)
		}
	}
	if !strings.Contains(text, "# The end.") {
		t.Errorf("the last comment is lost:\n%s", text)
	}
	if found, err := Load("123"); err != nil || *found != *added {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestChangesKeepBlankLines(t *testing.T) {
	const spaced = `
# My accounts.


current: shop # the one for work

accounts:

  # The shop itself.

  shop:
      username:   me@example.com
      client_id: "0123"

      secrets: command
      password_command: |
        echo one |

          cat
      client_secret_command: echo two

  test:
      client_id: test
      secrets: file

  last: {client_id: last, secrets: file}

# The end.

`
	path := useConfig(t, spaced)
	if _, err := Use(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("current: shop", "current: test", "      ", "    ", "username:   me", "username: me", "        echo", "      echo", "          cat", "        cat").Replace(spaced)
	if data, err := os.ReadFile(path); err != nil || string(data) != want {
		t.Errorf("%v\n%s", err, data)
	}
	if _, err := Remove(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), "echo two\n\n  last:") || !strings.HasSuffix(string(data), "\n\n# The end.\n\n") {
		t.Errorf("%v\n%s", err, data)
	}
	shop, err := Load("shop")
	if err != nil {
		t.Fatal(err)
	}
	shop.PasswordCommand = "echo one |\n  cat\n" // a blank line would be a part of it
	edit(t, shop)
	if again, err := Load("shop"); err != nil || again.PasswordCommand != shop.PasswordCommand {
		t.Errorf("%q, %v", again.PasswordCommand, err)
	}
}

func TestFilesOfOtherForms(t *testing.T) {
	for name, text := range map[string]string{
		"comments":       "# Nothing here yet.\n",
		"no accounts":    "# Nothing here yet.\naccounts:\n",
		"flow":           "# Nothing here yet.\n{accounts: {}}\n",
		"mark":           "\ufeff# Nothing here yet.\naccounts: {}\n",
		"lines of DOS":   "# Nothing here yet.\r\naccounts:\r\n  other:\r\n    secrets: file\r\n",
		"shared":         "# Nothing here yet.\naccounts:\n  other: &one\n    secrets: file\n  more: *one\n",
		"UTF-16":         "\xff\xfe" + widen("# Nothing here yet.\naccounts: {}\n"),
		"removed choice": "# Nothing here yet.\ncurrent:\naccounts: {}\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := useConfig(t, text)
			a := newAccount("shop")
			a.Secrets = SecretsFile
			save(t, a)
			data, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(data), "# Nothing here yet.") {
				t.Errorf("%v\n%q", err, data)
			}
			if found, err := Load("shop"); err != nil || *found != *a {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
}

// widen encodes ASCII as UTF-16LE.
func widen(text string) string {
	var wide strings.Builder
	for _, r := range text {
		wide.WriteString(string(r) + "\x00")
	}
	return wide.String()
}

func TestProblemsNameTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"# za\xb3o\xbfy\xb3\naccounts: {}\n":                                                     "byte 4, in line 1, is not UTF-8 but perhaps Windows-1250: save the file as UTF-8",
		"curent: shop\n":                                                                         `:1: unknown setting "curent": did you mean current?`,
		"accounts:\n  shop:\n    organisation: x\n":                                              `:3: unknown setting "organisation": did you mean organization?`,
		"accounts:\n  shop:\n    base_ulr: https://x.example\n":                                  "did you mean base_url?",
		"accounts:\n  shop:\n    password: x\n":                                                  "want client_id, username",
		"accounts:\n  shop:\n    username: [a]\n":                                                ":3: username: want a string",
		"accounts:\n  shop:\n    username: a\n    username: b\n":                                 ":4: username is there twice",
		"accounts:\n  shop:\n    secrets: file\n  Shop:\n":                                       ":4: account Shop is there twice",
		"accounts:\n  a/b:\n":                                                                    `:2: account a/b: account name "a/b"`,
		"accounts:\n  shop: x\n":                                                                 ":2: want settings",
		"accounts:\n  shop:\n    secrets: vault\n":                                               `secrets "vault": want keyring or file or command`,
		"accounts:\n  shop:\n    login: phone\n":                                                 `login "phone": want password or browser`,
		"accounts:\n  shop:\n    secrets: command\n":                                             "needs client_secret_command and password_command",
		"accounts:\n  shop:\n    base_url: https://a.example\n":                                  "base_url and token_url belong together",
		"accounts:\n  shop:\n    token_url: https://a.example/token\n":                           "base_url and token_url belong together",
		"accounts:\n  shop:\n    base_url: http://a.example\n    token_url: https://a.example\n": "base_url is plain http",
		"accounts:\n  shop:\n    organization: ..\n":                                             "organization:",
		"accounts:\n\tshop:\n":                                                                   "line 2: ",
		"accounts: {}\n---\nx: y\n":                                                              "want one YAML document",
		"- a\n":                                                                                  ":1: want settings",
		"accounts: &a\n  shop: *a\n":                                                             "", // an account in itself
		"current: shop\naccounts: {}\n":                                                          `there is no account "shop"`,
		"accounts:\n  shops:\n    secrets: file\ncurrent: shop\n":                                "did you mean shops?",
	} {
		path := useConfig(t, text)
		_, err := Load("")
		wantError(t, err, want, path)
	}
	if runtime.GOOS == "windows" {
		return
	}
	path := useConfig(t, "accounts: {}\n")
	for mode, want := range map[os.FileMode]string{0o644: "set it to 0600", 0o620: "set it to 0600"} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load("shop")
		wantError(t, err, path, want)
	}
	if err := os.Chmod(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	_, err := Load("shop")
	wantError(t, err, "writable by everyone")
}

// Managers of dotfiles link the file to another directory.
func TestLinkedFile(t *testing.T) {
	target := useConfig(t, "# Mine.\naccounts: {}\n")
	path := useConfig(t, "")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Skip("no links:", err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Skip("links cannot be seen:", err) // Wine 8 makes none, without an error
	}
	a := newAccount("shop")
	a.Secrets = SecretsFile
	save(t, a)
	if data, err := os.ReadFile(target); err != nil || !strings.Contains(string(data), "shop:") || !strings.Contains(string(data), "# Mine.") {
		t.Errorf("%v\n%s", err, data)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info.Mode(), err)
	}
}

func TestProgramsThatAddAtOnce(t *testing.T) {
	useConfig(t, "")
	var programs sync.WaitGroup
	const count = 20
	for i := range count {
		programs.Go(func() {
			a := newAccount(fmt.Sprint("shop", i))
			a.Secrets = SecretsFile
			if _, err := Add(t.Context(), a, newSecrets(a.Name), false); err != nil {
				t.Error(err)
			}
		})
	}
	programs.Wait()
	accounts, _, err := List()
	if err != nil || len(accounts) != count {
		t.Errorf("%d accounts of %d, %v", len(accounts), count, err)
	}
}

// Another person may have written the file.
func TestErrorsAboutTheFileArePrintable(t *testing.T) {
	for _, text := range []string{
		"accounts:\n  \"\\e[31m\": {}\n",
		"accounts:\n  \"\\e[31m\": {secrets: x}\n",
		"accounts:\n  shop: {\"\\e[31m\": x}\n",
		"accounts:\n  shop: {login: \"\\e[31m\"}\n",
	} {
		useConfig(t, text)
		if _, err := Load("shop"); err == nil || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
