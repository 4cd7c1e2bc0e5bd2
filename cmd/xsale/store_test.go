package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Without a cache directory every command failed with exit code 1 and no remedy. With one that
// cannot be used, it printed a warning for each operation.
func TestA32_NoUsableCacheDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ home, cache, setting, want string }{
		"no HOME":              {"", "", "", "set it in the environment"},
		"no HOME, set":         {"", "", "cache", "set it in the environment"},
		"relative":             {"", "cache", "", "set it in the environment"},
		"HOME is a file":       {file, "", "", "not a directory"},
		"the cache is a file":  {"", file, "", "not a directory"},
		"HOME cannot be made":  {"/dev/null/home", "", "", "name another path"},
		"cache in a file, set": {"", file, "cache", "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && test.home+test.cache != "" {
				t.Skip("needs the cache directory of Unix")
			}
			useSandbox(t)
			for _, variable := range []string{"HOME", "USERPROFILE"} {
				t.Setenv(variable, test.home)
			}
			for _, variable := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
				t.Setenv(variable, test.cache)
			}
			t.Setenv("XSALE_TOKEN_STORE", test.setting)
			r := execute(t, "", "me").expect(t, exitOK)
			if !strings.Contains(r.stderr, test.want) || strings.Count(r.stderr, "\n") != 1 {
				t.Errorf("want one line with %q, got %q", test.want, r.stderr)
			}
			if strings.Contains(r.stdout, "warning") {
				t.Errorf("the warning is in the output: %q", r.stdout)
			}
		})
	}
}

func TestA32_TokenStoreOfAnotherKind(t *testing.T) {
	useSandbox(t)
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	for _, setting := range []string{"redis://user:canary@host:6379/0", "REDISS://host", "file:///tmp/x", "~other/x", "~x"} {
		for _, variable := range []bool{true, false} {
			arguments := []string{"me"}
			t.Setenv("XSALE_TOKEN_STORE", setting)
			if !variable {
				t.Setenv("XSALE_TOKEN_STORE", "")
				arguments = append(arguments, "--token-store", setting)
			}
			if r := execute(t, "", arguments...).expect(t, exitUsage, "path"); strings.Contains(r.stderr, "canary") {
				t.Errorf("the password is printed: %s", r.stderr)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v was created, %v", entries, err)
	}
	t.Setenv("XSALE_TOKEN_STORE", "redis://host") // the flag takes precedence
	execute(t, "", "me", "--token-store", "~/tokens/").expect(t, exitOK)
	if entries, err := os.ReadDir(filepath.Join(dir, "tokens")); err != nil || len(entries) == 0 {
		t.Errorf("~ was not expanded: %v", err)
	}
}
