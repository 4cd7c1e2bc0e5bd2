// Package anyspec compares the sandbox with Prism's mock. Both serve the same documents, and a
// program that shares no code with either calls every operation: json-schema-faker generates the
// calls, and Ajv judges the responses.
package anyspec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/xsale-go/xsale/internal/conformance/prism"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
	_ "github.com/xsale-go/xsale/xsaletest/anyspec"
)

const (
	// minAccepted is the share of operations that must accept valid calls, in percent.
	minAccepted = 90

	// sampled is how many documents share one that is tested without XSALE_SPECS.
	sampled = 8
)

// TestDocuments takes the documents of the directory in XSALE_SPECS, or a few of the corpus.
func TestDocuments(t *testing.T) {
	needPeers(t)
	dir, all := os.LookupEnv("XSALE_SPECS")
	if !all {
		dir = filepath.Join("..", "corpus", "testdata")
	}
	var files []string
	for _, pattern := range []string{"*.json", "*.yaml"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatalf("no documents in %s", dir)
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "document\toperations\taccepted\tPrism\tvalid\tPrism\tinvalid calls\trejected\tPrism")
	for i, file := range files {
		if !all && i%sampled != 0 {
			continue
		}
		data, document := read(t, file)
		if document["x-rejected"] != nil { // by xsale generate, too
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			results := call(t, document, ours(t, basePath(document), xsaletest.WithSpec(data)), prisms(t, data))
			sandbox, prism := results[sandboxName].count(), results[prismName].count()
			fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%d\t%s\t%d\t%d\t%s\n", filepath.Base(file), sandbox.operations, sandbox.accepted, prism.of(prism.accepted),
				sandbox.valid, prism.of(prism.valid), sandbox.invalidCalls, sandbox.rejected, prism.of(prism.rejected))
			results[sandboxName].check(t, differences[filepath.Base(file)])
		})
	}
	if err := w.Flush(); err != nil {
		t.Error(err)
	}
	t.Logf("\n%s", table.Bytes())
}

// TestShippedSpec takes the spec of this module, whose data only the sandbox knows.
func TestShippedSpec(t *testing.T) {
	needPeers(t)
	document, err := tree.Read(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	integration, _ := tree.Lookup(document, "/components/schemas/CreateOrder/properties/IntegrationId")
	integration.(tree.Object)["enum"] = []any{1}
	sandbox := ours(t, "")
	sandbox.Objects = map[string][]any{
		"": {xsaletest.Organization},
		"/" + xsaletest.Organization + "/articles":     {16519},
		"/" + xsaletest.Organization + "/integrations": {1},
	}
	sandbox.Rejections = append(sandbox.Rejections, http.StatusNotFound) // of an unknown organization
	results := call(t, document, sandbox)[sandboxName]
	results.check(t, nil)
	if c := results.count(); c.accepted != c.operations || c.invalidCalls < 80 {
		t.Errorf("%+v", c)
	}
	t.Logf("%+v", results.count())
}

func needPeers(t *testing.T) {
	t.Helper()
	const remedy = "run make anyspec, which fetches it with npm"
	for _, program := range []string{"node", "prism"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s on the PATH: %s", program, remedy)
		}
	}
	for _, name := range []string{"ajv", "ajv-formats", "json-schema-faker", "swagger2openapi"} {
		if !installed(name) {
			t.Skipf("needs the npm package %s next to a directory of the PATH: %s", name, remedy)
		}
	}
}

// installed reports whether npx provides a package, next to a directory of the PATH.
func installed(name string) bool {
	return slices.ContainsFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "..", name))
		return err == nil && filepath.Base(dir) == ".bin"
	})
}

func read(t *testing.T, file string) ([]byte, tree.Object) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	document, err := tree.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return data, document
}

const (
	sandboxName = "sandbox"
	prismName   = "Prism"
)

// server is a server that peer.mjs calls.
type server struct {
	Name       string            `json:"name"`
	URL        string            `json:"url"`
	Headers    map[string]string `json:"headers"`
	Rejections []int             `json:"rejections"` // statuses that reject an invalid call
	Objects    map[string][]any  `json:"objects"`    // that exist, by the path of their collection
}

func ours(t *testing.T, base string, options ...xsaletest.Option) *server {
	t.Helper()
	sandbox := xsaletest.New(t, append(options, xsaletest.WithInvalidRequests())...)
	tokens, err := sandbox.IssueTokens()
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{"Authorization": "Bearer " + tokens.AccessToken, "x-id-token": tokens.IDToken}
	return &server{Name: sandboxName, URL: sandbox.URL() + base, Headers: headers, Rejections: []int{http.StatusBadRequest}}
}

// basePath returns the path of a document's server, which the sandbox serves as part of every path.
func basePath(document tree.Object) string {
	if base := tree.String(document["basePath"]); base != "" { // Swagger 2.0
		return strings.TrimSuffix(base, "/")
	}
	servers := tree.ListAt(document, "servers")
	if len(servers) == 0 {
		return ""
	}
	server := servers[0].(tree.Object)
	address := tree.String(server["url"])
	for name, variable := range tree.Fields(server["variables"]) {
		address = strings.ReplaceAll(address, "{"+name+"}", tree.String(variable.(tree.Object)["default"]))
	}
	_, afterScheme, found := strings.Cut(address, "://")
	if !found {
		return strings.TrimSuffix(address, "/")
	}
	_, path, found := strings.Cut(afterScheme, "/")
	if !found {
		return ""
	}
	return strings.TrimSuffix("/"+path, "/")
}

// prisms starts Prism's mock. It returns nil if Prism cannot read the document.
func prisms(t *testing.T, document []byte) *server {
	t.Helper()
	mock, err := prism.Mock(t.Context(), document)
	if err != nil {
		t.Logf("%.500v", err)
		return nil
	}
	t.Cleanup(mock.Close)
	return &server{Name: prismName, URL: mock.URL, Rejections: []int{400, 404, 415, 422}}
}

// call calls every operation of a document at the servers, and returns the results by server.
func call(t *testing.T, document tree.Object, servers ...*server) map[string]results {
	t.Helper()
	input, err := json.Marshal(map[string]any{"document": document, "servers": servers})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", "peer.mjs")
	command.Stdin, command.Stderr = bytes.NewReader(input), os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("peer.mjs: %v", err)
	}
	var all map[string]results
	if err := json.Unmarshal(output, &all); err != nil {
		t.Fatal(err)
	}
	return all
}
