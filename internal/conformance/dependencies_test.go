package conformance_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var libraryModules = []string{
	"github.com/go-json-experiment/json",
	"github.com/golang-jwt/jwt/v5",
	"github.com/hashicorp/go-cleanhttp",
	"github.com/hashicorp/go-retryablehttp",
	"github.com/shopspring/decimal",
	"github.com/xsale-go/xsale",
}

// The library builds few modules. Tests, the command line and the generator may need more.
func TestLibraryBuildsFewModules(t *testing.T) {
	wantModules(t, libraryModules, "", "/call", "/call/filelimit", "/gen", "/authn", "/openapi", "/wire", "/wire/codec")
}

// Tests of users build one more: the reader of specs in YAML. Package anyspec needs a library of specs,
// which is larger than all of these together.
func TestSandboxBuildsFewModules(t *testing.T) {
	allowed := append(slices.Clone(libraryModules), "go.yaml.in/yaml/v3")
	wantModules(t, allowed, "/xsaletest", "/xsaletest/traffic", "/xsaletest/control", "/xsaletest/fake")
}

// wantModules compares the modules that packages build.
func wantModules(t *testing.T, allowed []string, packages ...string) {
	t.Helper()
	list := []string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}
	for _, path := range packages {
		list = append(list, "github.com/xsale-go/xsale"+path)
	}
	output, err := exec.Command("go", list...).Output()
	if err != nil {
		t.Fatal(err)
	}
	built := slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(output)))))
	if !slices.Equal(built, allowed) {
		t.Errorf("built:   %v\nallowed: %v", built, allowed)
	}
}

// Only users of package account build the keyring of the system.
func TestOnlyAccountBuildsTheKeyring(t *testing.T) {
	for path, want := range map[string]bool{"": false, "/xsaletest": false, "/transfer": false, "/account": true, "/cmd/xsale": true} {
		output, err := exec.Command("go", "list", "-deps", "github.com/xsale-go/xsale"+path).Output()
		if err != nil {
			t.Fatal(err)
		}
		if built := slices.Contains(strings.Fields(string(output)), "github.com/zalando/go-keyring"); built != want {
			t.Errorf("xsale%s builds the keyring: %v, want %v", path, built, want)
		}
	}
}

// The generator must build when package gen does not, or nothing could write gen again.
func TestGeneratorBuildsWithoutGen(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", "github.com/xsale-go/xsale/internal/devtools/generate").Output()
	if err != nil {
		t.Fatal(err)
	}
	built := strings.Fields(string(output))
	if !slices.Contains(built, "github.com/xsale-go/xsale/internal/codegen") {
		t.Fatal("the generator is not built")
	}
	for _, forbidden := range []string{"github.com/xsale-go/xsale", "github.com/xsale-go/xsale/gen", "github.com/xsale-go/xsale/call"} {
		if slices.Contains(built, forbidden) {
			t.Errorf("the generator builds %s", forbidden)
		}
	}
}

// Users of SQLite do not build the driver of PostgreSQL, nor the other way round.
func TestTransferBuildsOneDatabase(t *testing.T) {
	drivers := map[string]string{"modernc.org/sqlite": "transfer/sqlite", "github.com/jackc/pgx/v5": "transfer/postgres"}
	for driver, only := range drivers {
		for _, path := range []string{"transfer", "transfer/sqlite", "transfer/postgres"} {
			output, err := exec.Command("go", "list", "-deps", "github.com/xsale-go/xsale/"+path).Output()
			if err != nil {
				t.Fatal(err)
			}
			if built := slices.Contains(strings.Fields(string(output)), driver); built != (path == only) {
				t.Errorf("%s builds %s: %v, want %v", path, driver, built, path == only)
			}
		}
	}
}

// Imports run one way, so that each package can be read without those above it.
func TestImportsRunOneWay(t *testing.T) {
	layers := []string{"wire", "authn", "call", "gen", "", "account", "xsaletest", "transfer", "cmd/xsale"} // "" is the root
	for i, layer := range layers {
		path := strings.TrimSuffix("github.com/xsale-go/xsale/"+layer, "/")
		output, err := exec.Command("go", "list", "-deps", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		built := strings.Fields(string(output))
		for _, above := range layers[i+1:] {
			if slices.Contains(built, strings.TrimSuffix("github.com/xsale-go/xsale/"+above, "/")) {
				t.Errorf("%q imports %q", layer, above)
			}
		}
	}
}
