package main

import (
	"strings"
	"testing"
)

// Letters in another encoding are not sent as others.
func TestFlagsAreUTF8(t *testing.T) {
	sandbox := useSandbox(t)
	for line, want := range map[string]string{
		"integrations create --name \xb3ka":                            `--name "\xb3ka" is not UTF-8: convert the script`,
		"call createIntegration --integration-type 28 --name x\xb3":    `--name "x\xb3" is not UTF-8`,
		"call listOrders --statusnamein Nowe --statusnamein Wys\xb3an": `--statusnamein "Wys\xb3an" is not UTF-8`,
		"orders list --status-name Wys\xb3ane":                         `--status-name "Wys\xb3ane" is not UTF-8`,
		"api GET /me --query q=\xb3":                                   `--query "q=\xb3" is not UTF-8`,
		"me --organization \xb3":                                       `--organization "\xb3" is not UTF-8`,
	} {
		got := execute(t, "", strings.Fields(line)...)
		if got.code != exitUsage || got.stdout != "" || !strings.HasPrefix(got.stderr, "xsale: "+want) {
			t.Errorf("%q: %d, %q, %s", line, got.code, got.stdout, got.stderr)
		}
	}
	if sandbox.Calls() != 0 {
		t.Errorf("%d calls", sandbox.Calls())
	}
	// The name of a file may have any bytes.
	execute(t, "", "orders", "create", "--file", "\xb3.json").expect(t, exitUsage, "--file \xb3.json: ")
}
