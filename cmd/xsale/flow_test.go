package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/pgserver"
	"github.com/xsale-go/xsale/xsaletest"
)

// Flows of different organizations never share a name, and every name is one of package transfer.
func TestFlowNames(t *testing.T) {
	if got := flowName(flowPull, xsaletest.Organization); got != "pull-"+xsaletest.Organization {
		t.Error(got)
	}
	valid := regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	seen := map[string]string{}
	long := strings.Repeat("a", 58)
	for _, flow := range []string{"pull", "push", "pull_a", "pull_" + strings.Repeat("a", 19)} {
		for _, organization := range []string{"a", "A", "-a", "a-a", "a_a", "Żółw", "Żółw sp. z o.o.", "Żółw_sp._z_o.o.", long, long + "a", long + "aa", "a/b", "../a", "", "push-a"} {
			name := flowName(flow, organization)
			if other, found := seen[name]; found || !valid.MatchString(name) {
				t.Errorf("%s of %q and %s have the name %s", flow, organization, other, name)
			}
			seen[name] = flow + " of " + organization
			for _, other := range []string{flowName(flow, name), flowName(flow, strings.TrimPrefix(name, flow+"-"))} {
				if other == name && name != flow+"-"+organization {
					t.Errorf("another organization has the name %s", name)
				}
			}
		}
	}
}

func TestAPIDir(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.xsale.ai": "", "https://API.xsale.ai:443": "", "http://127.0.0.1:8080": "127.0.0.1_8080", "http://[::1]:8080": "__1_8080", "https://api.example/v2": "api.example",
	} {
		if got := apiDir(address); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

// Without --database, each flow has a file in the data directory, for the user only.
func TestDefaultDatabase(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("needs the data directory of Linux")
	}
	sandbox := useSandbox(t, xsaletest.WithOrders(1))
	execute(t, "", "orders", "parked").expect(t, exitFailed, "there is no database "+os.Getenv("XDG_DATA_HOME"), "--database")
	pull := []string{"orders", "pull", "--any-status", "--to", t.TempDir()}
	execute(t, "", pull...).expect(t, exitOK, "Done                  1")
	execute(t, "", pull...).expect(t, exitOK, "Done                  0")
	execute(t, "", append(pull, "--flow", "pull_2")...).expect(t, exitOK, "Done                  1")
	execute(t, "", "orders", "show", "1", "--flow", "pull_2").expect(t, exitOK, "State    done")
	for _, flow := range []string{"pull", "pull_2"} {
		info, err := os.Stat(filepath.Join(os.Getenv("XDG_DATA_HOME"), "xsale", apiDir(sandbox.URL()), flow+"-"+xsaletest.Organization+".db"))
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
	}
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "")
	execute(t, "", pull...).expect(t, exitUsage, "no directory for the database: ", "pass --database")
	t.Setenv("XDG_DATA_HOME", "data")
	execute(t, "", pull...).expect(t, exitUsage, "data is not an absolute path: pass --database")
}

// With a key, the database has no JSON in the clear. A new key is put in front of the old one.
func TestEncryptedDatabase(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(2))
	oldKey := writeFile(t, strings.Repeat("0f", 32)+"\n")
	newKey := writeFile(t, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	pull := pulling(t, "--exec", "exit 1", "--encryption-key-file", oldKey)
	execute(t, "", pull...).expect(t, exitFailed, "2 orders parked")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(pull[4] + suffix)
		if err != nil && !os.IsNotExist(err) || bytes.Contains(data, []byte("BuyerId")) {
			t.Errorf("the database%s: %v, or with the JSON of orders", suffix, err)
		}
	}
	show := []string{"orders", "show", "1", "--database", pull[4]}
	execute(t, "", show...).expect(t, exitFailed, "cannot decrypt the stored JSON", "encryption key")
	execute(t, "", "orders", "parked", "--database", pull[4]).expect(t, exitOK, "exit status 1")
	execute(t, "", append(show, "--encryption-key-file", newKey, "--encryption-key-file", oldKey)...).expect(t, exitOK, "BuyerId")
}

// With --keep 0, the JSON of an order is removed when it is done.
func TestKeepNothing(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(1))
	pull := pulling(t, "--to", t.TempDir(), "--keep", "0s")
	execute(t, "", pull...).expect(t, exitOK, "Done                  1")
	if r := execute(t, "", "orders", "show", "1", "--database", pull[4]).expect(t, exitOK, "State    done"); strings.Contains(r.stdout, "JSON") {
		t.Error(r.stdout)
	}
}

// Parked orders of a PostgreSQL database are found by its URL.
func TestPostgreSQL(t *testing.T) {
	database := pgserver.New(t).Database(t)
	useSandbox(t, xsaletest.WithOrders(3))
	pull := []string{"orders", "pull", "--any-status", "--database", database, "--exec", `test "$XSALE_KEY" != 2`}
	execute(t, "", pull...).expect(t, exitFailed, "Done                  2", "1 order parked")
	execute(t, "", "orders", "parked", "--database", database).expect(t, exitOK, "2    20")
	execute(t, "", "orders", "discard", "2", "--database", database).expect(t, exitOK, "1 order discarded")
	execute(t, "", pull...).expect(t, exitOK, "New                   0")
	push := []string{"orders", "push", "--key-field", "Number", "--database", database, "-"}
	execute(t, numbered("7"), push...).expect(t, exitOK, "7    done   4")
	execute(t, numbered("7"), push...).expect(t, exitOK, "7    done   4")
	execute(t, "", append(pull, "--workers", "100")...).expect(t, exitUsage, "pool_max_conns")
}
