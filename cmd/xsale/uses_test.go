package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Flags for an account that a command has no use for are rejected, before anything happens.
func TestUnusedAccountFlags(t *testing.T) {
	useSandbox(t)
	inEmptyDir(t)
	writeFileAt(t, "openapi.json", inputSpec)
	for line, want := range map[string]string{
		"version --account shop":                   "--account has no effect on 'xsale version'; see 'xsale version --help'",
		"--account shop version":                   "--account has no effect on 'xsale version'",
		"demo --credentials shop.json":             "--credentials has no effect on 'xsale demo'",
		"completion bash --organization x":         "--organization has no effect on 'xsale completion bash'",
		"reference --token-store memory":           "--token-store has no effect on 'xsale reference'",
		"spec show --account shop":                 "--account has no effect on 'xsale spec show'",
		"spec evidence --trace x.har":              "--trace has no effect on 'xsale spec evidence'",
		"spec lint openapi.json --account shop":    "--account has no effect on 'xsale spec lint' without --auth",
		"spec diff --organization x a.json b.json": "--organization has no effect on 'xsale spec diff' without --auth",
		"spec pull openapi.json --organization x":  "--organization has no effect on 'xsale spec pull' without --auth",
		"spec forget --organization x":             "--organization has no effect on 'xsale spec forget'",
		"sandbox --account shop":                   "--account has no effect on 'xsale sandbox' without --auth",
		"account list --account shop":              "--account has no effect on 'xsale account list'",
		"account use shop --account shop":          "--account has no effect on 'xsale account use'",
		"account show --organization x":            "--organization has no effect on 'xsale account show'",
		"account add shop --account shop":          "--account has no effect on 'xsale account add'",
		"account remove shop --account shop":       "--account has no effect on 'xsale account remove'",
	} {
		got := execute(t, "", strings.Fields(line)...)
		if got.code != exitUsage || got.stdout != "" || !strings.HasPrefix(got.stderr, "xsale: "+want) {
			t.Errorf("%s: %d, %q, %s", line, got.code, got.stdout, got.stderr)
		}
	}
	if files, _ := filepath.Glob("*"); len(files) != 1 {
		t.Errorf("files %v", files)
	}
	execute(t, "", "spec", "lint", "openapi.json", "--auth", "--token-store", "memory").expect(t, exitOK)
	execute(t, "", "account", "add", "shop", "--from-environment", "--secrets", "file", "--organization", "acme").expect(t, exitOK)
	execute(t, "", "spec", "pull", "openapi.json", "--account", "shop").expect(t, exitOK)
	execute(t, "", "spec", "forget", "--account", "shop").expect(t, exitOK)
	execute(t, "", "account", "show", "--account", "shop").expect(t, exitOK, "acme")
	execute(t, "", "account", "remove", "shop", "--yes", "--token-store", "memory").expect(t, exitOK)
}
