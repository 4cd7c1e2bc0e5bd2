package property

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/xsaletest"
)

const timeout = 3 * time.Minute

// jar returns the program in the npm package of Specmatic, next to a directory of the PATH, or "". The
// package's own command always exits with 0.
func jar() string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		file := filepath.Join(dir, "..", "specmatic", "specmatic.jar")
		if _, err := os.Stat(file); err == nil && filepath.Base(dir) == ".bin" {
			return file
		}
	}
	return ""
}

// runSpecmatic runs Specmatic against the sandbox. It returns the output, and an error if a request
// or a response was not as Specmatic expects. Specmatic reads tokens from variables that have the
// names of the spec's security schemes.
func runSpecmatic(t *testing.T, jar string, sandbox *xsaletest.Sandbox) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	dir := t.TempDir()
	file := filepath.Join(dir, "openapi.json")
	if err := os.WriteFile(file, adapt(t, served(t, sandbox)), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := sandbox.IssueTokens()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(ctx, "java", "-jar", jar, "test", "--testBaseURL="+sandbox.URL(), file)
	command.Dir = dir // gets reports
	command.Env = append(os.Environ(),
		"SPECMATIC_GENERATIVE_TESTS=true", "SPECMATIC_DISABLE_TELEMETRY=true",
		"accessToken="+tokens.AccessToken, "idToken="+tokens.IDToken)
	output, err := command.CombinedOutput()
	return string(output), err
}

// served returns the spec that a sandbox serves.
func served(t *testing.T, sandbox *xsaletest.Sandbox) []byte {
	t.Helper()
	response, err := sandbox.HTTPClient().Get(sandbox.URL() + "/swagger/v1/swagger.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s, %v: %s", response.Status, err, body)
	}
	return body
}

// adapt changes what Specmatic cannot know or read in a served spec.
func adapt(t *testing.T, spec []byte) []byte {
	t.Helper()
	document, err := tree.Read(spec)
	if err != nil {
		t.Fatal(err)
	}
	object := func(pointer string) tree.Object {
		found, _ := tree.Lookup(document, pointer)
		result, ok := found.(tree.Object)
		if !ok {
			t.Fatalf("the served spec has no %s", pointer)
		}
		return result
	}
	// Only one organization exists.
	object("/components/parameters/OrganizationName/schema")["enum"] = []any{xsaletest.Organization}
	// Specmatic makes strings of objects whose anyOf lists nothing but required fields.
	item := object("/components/schemas/CreateOrderItem")
	delete(item, "anyOf")
	item["required"] = append(tree.ListAt(item, "required"), "PriceGross")
	adapted, err := tree.JSON(document)
	if err != nil {
		t.Fatal(err)
	}
	return adapted
}
