package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// A command replaces what it wrote earlier, and reports it. What a person wrote stays.
func TestFilesOfPeopleStay(t *testing.T) {
	useSandbox(t, xsaletest.WithInvalidRequests()) // verify tries filters
	for name, template := range map[string]string{ // FILE is the file
		"spec pull --normal":   "spec pull openapi.json --raw raw.json --normal FILE",
		"spec pull --raw":      "spec pull openapi.json --normal normal.yaml --raw FILE",
		"verify --overlay":     "verify --yes --rate 1000 --overlay FILE",
		"sandbox --env-file":   "sandbox --addr 127.0.0.1:0 --env-file FILE",
		"sandbox --tls-cert":   "sandbox --addr 127.0.0.1:0 --tls-cert FILE",
		"proxy --sarif":        "proxy --addr 127.0.0.1:0 --sarif FILE",
		"proxy --har":          "proxy --addr 127.0.0.1:0 --har FILE",
		"orders push database": "orders push --key-field Number order.json --database FILE",
	} {
		t.Run(name, func(t *testing.T) {
			walkDir(t)
			const file = "written"
			line := strings.Fields(strings.ReplaceAll(template, "FILE", file))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			executed := func() result {
				if line[0] == "sandbox" || line[0] == "proxy" { // runs until it is stopped
					return executeContext(ctx, "", line...)
				}
				return execute(t, "", line...)
			}
			first := executed()
			if first.code != exitOK || !strings.Contains(first.stderr, file) {
				t.Fatalf("exit code %d, %s", first.code, first.stderr)
			}
			if line[0] != "orders" {
				first.expect(t, exitOK, "wrote ")
				executed().expect(t, exitOK, "replaced ")
			}
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			const work = "the work of a person\n"
			writeFileAt(t, file, work)
			executed().expect(t, exitUsage, "written: it exists and is not ", "name another file, or remove it")
			if readFile(t, file) != work {
				t.Error("it is lost")
			}
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			writeFileAt(t, "elsewhere", work)
			if err := os.Symlink("elsewhere", file); err != nil {
				t.Skip("no symbolic links:", err)
			}
			if _, err := os.Lstat(file); err != nil {
				t.Skip("symbolic links cannot be seen:", err) // Wine 8 makes none, without an error
			}
			executed().expect(t, exitUsage, "it is not a regular file")
			if readFile(t, "elsewhere") != work {
				t.Error("it is lost behind a link")
			}
		})
	}
}
