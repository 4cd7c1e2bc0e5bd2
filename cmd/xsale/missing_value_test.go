package main

import (
	"strings"
	"testing"
)

// The next flag is never taken for the value of the one before, where it would have no effect: the
// call would be sent.
func TestMissingValue(t *testing.T) {
	sandbox := useSandbox(t)
	for line, want := range map[string]string{
		"call createIntegration --integration-type 28 --name --dry-run": "--name has no value, because the next word is --dry-run: pass one, or write --name=--dry-run if that is the value; see 'xsale call createIntegration --help'",
		"call createIntegration --integration-type 28 --name -f":        "--name has no value, because the next word is -f: ",
		"call createIntegration --integration-type 28 --name --":        "--name has no value, because the next word is --: ",
		"integrations create --name --active=false":                     "--name has no value, because the next word is --active=false: ",
		"orders list --status-name --debug":                             "--status-name has no value, because the next word is --debug: ",
		"me --organization --debug":                                     "--organization has no value, because the next word is --debug: ",
	} {
		got := execute(t, "", strings.Fields(line)...)
		if got.code != exitUsage || got.stdout != "" || !strings.HasPrefix(got.stderr, "xsale: "+want) {
			t.Errorf("%s: %d, %q, %s", line, got.code, got.stdout, got.stderr)
		}
	}
	if calls := sandbox.Calls(); calls != 0 {
		t.Errorf("%d calls", calls)
	}
	for line, want := range map[string]string{
		"orders list --csv excel-pl":                                     "--csv takes a value only after an equals sign: write --csv=excel-pl; see 'xsale orders list --help'",
		"orders show --csv Excel --database x.db":                        "--csv takes a value only after an equals sign: write --csv=excel;", // not a key
		"call createIntegration --integration-type 28 --is-active false": "--is-active takes a value only after an equals sign: write --is-active=false;",
		"integrations create --active false --name x":                    "--active takes a value only after an equals sign: write --active=false;",
		"proxy --rate-learning false":                                    "--rate-learning takes a value only after an equals sign: write --rate-learning=false;",
		"--debug true me":                                                "--debug takes a value only after an equals sign: write --debug=true;",
		"orders list --unknown":                                          "unknown flag --unknown",
		"orders list --csv extra":                                        `unexpected argument "extra"`,
	} {
		got := execute(t, "", strings.Fields(line)...)
		if got.code != exitUsage || got.stdout != "" || !strings.HasPrefix(got.stderr, "xsale: "+want) {
			t.Errorf("%s: %d, %q, %s", line, got.code, got.stdout, got.stderr)
		}
	}
	if calls := sandbox.Calls(); calls != 0 {
		t.Errorf("%d calls", calls)
	}
	for _, line := range []string{
		"call createIntegration --integration-type 28 --name=--dry-run",
		"integrations create --name --unknown",
		"integrations create --name -5",
		"integrations create --active --name x",
		"orders list --status-name - --output json --",
	} {
		execute(t, "", strings.Fields(line)...).expect(t, exitOK)
	}
}
