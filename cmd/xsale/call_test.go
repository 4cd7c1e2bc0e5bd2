package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/xsaletest"
)

// documentsSpec is the spec of an API with files, forms and all kinds of inputs.
const documentsSpec = `
openapi: 3.0.3
info: {title: Documents, version: '1'}
servers: [{url: 'https://documents.example'}]
paths:
  /{organizationName}/documents:
    parameters: [{name: organizationName, in: path, required: true, schema: {type: string}}]
    get:
      operationId: listDocuments
      summary: List documents
      tags: [Documents]
      parameters:
        - {name: state, in: query, schema: {type: string, enum: [draft, final, archived]}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses:
        '200': {description: The documents., content: {application/json: {schema: {type: object, properties: {Items: {type: array, items: {$ref: '#/components/schemas/Document'}}, Next: {type: string}}}}}}
    post:
      operationId: addDocument
      description: "Adds a document:\n\n- of the first kind,\n- or of the second."
      tags: [Documents]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Document'}}}}
      responses: {'200': {description: The document., content: {application/json: {schema: {$ref: '#/components/schemas/Document'}}}}}
  /files/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getFile
      responses: {'200': {description: The file., content: {application/pdf: {schema: {type: string, format: binary}}}}}
    put:
      operationId: putFile
      requestBody: {required: true, content: {application/octet-stream: {schema: {type: string, format: binary}}}}
      responses: {'204': {description: Saved.}}
    post:
      operationId: attachFile
      requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [file], properties: {file: {type: string, format: binary}, note: {type: string}}}}}}
      responses: {'204': {description: Saved.}}
components:
  schemas:
    Document:
      type: object
      required: [Title, Total]
      properties:
        Id: {type: integer, readOnly: true}
        Title: {type: string, minLength: 2}
        Total: {type: number}
        Note: {type: string, nullable: true}
        Day: {type: string, format: date}
        Urgent: {type: boolean}
        Tags: {type: array, items: {type: string}}
        Buyer: {type: object, properties: {City: {type: string}}}
        Lines: {type: array, items: {type: object, required: [Sku], properties: {Sku: {type: string}}}}
`

// useDocuments starts a sandbox of documentsSpec, and registers the spec.
func useDocuments(t *testing.T) *xsaletest.Sandbox {
	t.Helper()
	t.Chdir(t.TempDir())
	sandbox := useSandbox(t, xsaletest.WithSpec([]byte(documentsSpec)))
	if err := os.WriteFile("documents.yaml", []byte(documentsSpec), 0o600); err != nil {
		t.Fatal(err)
	}
	execute(t, "", "spec", "pull", "documents.yaml").expect(t, exitOK, "registered 5 operations;")
	execute(t, "", "spec", "pull", "documents.yaml").expect(t, exitOK, "registered 5 operations, in place of 5;")
	return sandbox
}

func TestCallShippedSpec(t *testing.T) {
	sandbox := useSandbox(t)
	execute(t, "", "call", "listOrders", "--statusnamein", "Nowe", "--limit", "2", "-o", "json").expect(t, exitOK, `"Id"`)
	execute(t, orderJSON, "call", "create-order", "--file", "-", "--purchase-date", "2024-11-01", "-o", "ndjson").expect(t, exitOK, `"Id"`)
	execute(t, "", "call", "listOrders", "-o", "ndjson").expect(t, exitOK, `"PurchaseDate":"2024-11-01"`, "149.90")
	execute(t, "", "call", "GET /me").expect(t, exitOK, "Lorem Ipsum")
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}

func TestCallRegisteredSpec(t *testing.T) {
	useDocuments(t)
	added := execute(t, "", "call", "addDocument", "--title", "Umowa", "--total", "149.90", "--tags", "a,b", "--tags", "c", "--null", "note",
		"--buyer.city", "Łódź", "--urgent=false", "-o", "ndjson").expect(t, exitOK)
	for _, want := range []string{`"Total":149.90`, `"Tags":["a,b","c"]`, `"Note":null`, `"Buyer":{"City":"Łódź"}`, `"Urgent":false`} {
		if !strings.Contains(added.stdout, want) {
			t.Errorf("the response lacks %s:\n%s", want, added.stdout)
		}
	}
	execute(t, `{"Title": "a", "Total": 1, "Unlisted": 7.0}`, "call", "addDocument", "--file", "-", "--title", "Faktura", "-o", "ndjson").
		expect(t, exitOK, `"Title":"Faktura"`)
	whole := execute(t, "", "call", "listDocuments", "-o", "json").expect(t, exitOK, `"Items"`)
	if !json.Valid([]byte(whole.stdout)) {
		t.Error(whole.stdout)
	}
	if lines := strings.Count(execute(t, "", "call", "listDocuments", "--limit", "2", "-o", "ndjson").expect(t, exitOK).stdout, "\n"); lines != 2 {
		t.Errorf("%d lines", lines)
	}
	execute(t, "", "call", "listDocuments", "--query-limit", "1", "-o", "ndjson").expect(t, exitOK)
	execute(t, "", "spec", "forget").expect(t, exitOK)
	execute(t, "", "call", "listDocuments").expect(t, exitUsage, `unknown operation "listDocuments"`)
	execute(t, "", "call", "listDocuments", "--spec", "documents.yaml").expect(t, exitOK)
	execute(t, "", "spec", "forget").expect(t, exitOK, "no spec is registered")
}

func TestCallLists(t *testing.T) {
	sandbox := useDocuments(t)
	response := `{"Next":"abc","Items":[{"Id":1,"Title":"Umowa 1","Total":1.10,"Buyer":{"City":"a"}},{"Id":2,"Title":"Umowa 2","Total":2},{"Id":3,"Title":"Umowa 3","Total":3}]}`
	sandbox.HandleFunc("listDocuments", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, response)
	})
	sandbox.Fail("listDocuments", xsaletest.Truncated())
	execute(t, "", "call", "listDocuments").expect(t, exitUnavailable, "unexpected EOF")
	limited := execute(t, "", "call", "listDocuments", "--limit", "2").expect(t, exitOK, "Umowa 2", "the list goes on: Next is \"abc\"")
	if strings.Count(limited.stdout, "\n") != 3 {
		t.Error(limited.stdout)
	}
	execute(t, "", "call", "listDocuments", "--limit", "1", "-o", "json").expect(t, exitOK, "[\n", `"Total": 1.10`)
	execute(t, "", "call", "listDocuments", "--limit", "1", "--columns", "Title,Buyer.City").expect(t, exitOK, "Umowa 1  a")
	response = `{"Next":"","Items":[]}`
	execute(t, "", "call", "listDocuments", "--jq", ".Items | length").expect(t, exitOK, "0")
	if all := execute(t, "", "call", "listDocuments").expect(t, exitOK); strings.Contains(all.stderr, "goes on") {
		t.Error(all.stderr)
	}
}

// What does not fit is reported in the words of the command line, and nothing is sent.
func TestCallRejects(t *testing.T) {
	sandbox := useDocuments(t)
	for line, want := range map[string]string{
		"":        "pass the name of an operation",
		"--tag x": "--tag has no effect without --list",
		"addDocument --title ab --total 1 --tags a --buyer.city=x --lines [{}]": "--lines at /0/Sku is missing",
		"listDocument":                                          "did you mean listDocuments?",
		"listDocuments --state finla":                           `--state "finla": did you mean final? Want one of draft, final, archived`,
		"listDocuments --ids 1,x":                               `--ids "x": want a whole number`,
		"listDocuments --state=":                                "--state is empty",
		"listDocuments --query-limit 7%":                        `--query-limit "7%": want a whole number`,
		"listDocuments --query-limit 101":                       "--query-limit 101: want at most 100",
		"listDocuments --limit 0":                               "--limit 0: want a number from 1 up",
		"listDocuments extra":                                   `unexpected argument "extra"`,
		"listDocuments --shell cmd":                             "--shell has no effect without --dry-run",
		"addDocument":                                           "--title is missing: want string; --total is missing: want number",
		"addDocument --title a --total 1":                       `--title "a": want a string of at least 2 characters`,
		"addDocument --title ab --total 1,5":                    `--total "1,5": want a number, such as 149.90`,
		"addDocument --title ab --total 1 --day 1.11.2026":      `--day "1.11.2026": want string of the format date`,
		"addDocument --title ab --total 1 --urgent=yes":         `--urgent "yes": want true or false`,
		"addDocument --title ab --total 1 --null titel":         "--null titel: want note",
		"addDocument --title ab --total 1 --note x --null note": "--null note and --note cannot be used together",
		"addDocument --title ab --total 1 --file missing.json":  "missing.json",
		"getFile --id 1/2":                                      `--id "1/2": want a whole number`,
		"getFile --id 1 --output-file .":                        "it is a directory",
		"getFile --id 1 --output-file no/file":                  "there is no directory no",
		"getFile --id 1 --overwrite":                            "--overwrite has no effect without --output-file",
		"getFile --id 1 -O documents.yaml":                      "it exists: pass --overwrite to replace it",
		"putFile --id 1":                                        "the body is missing",
		"attachFile --id 1 --body-file missing":                 "missing",
		"attachFile --id 1":                                     "--body-file is missing",
		"getFile --id 1 --spec -":                               "--spec -",
		"getFile --id 1 --id 2":                                 "--id was passed 2 times: want one value",
		"addDocument --title ab --total 1 --urgent false":       "write --urgent=false",
		"listDocuments --limit 1 --output-file x":               "--limit has no effect with --output-file",
		"getFile": "--id is missing",
	} {
		got := execute(t, "", append([]string{"call"}, strings.Fields(line)...)...).expect(t, exitUsage, want)
		if strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s: %s", line, got.stderr)
		}
	}
	if n := len(sandbox.Requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestCallFiles(t *testing.T) {
	sandbox := useDocuments(t)
	var received []string
	sandbox.HandleFunc("putFile", func(w http.ResponseWriter, r *http.Request) {
		var body strings.Builder
		if _, err := fmt.Fprint(&body, r.ContentLength); err != nil {
			t.Error(err)
		}
		received = append(received, r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusNoContent)
	})
	sandbox.HandleFunc("getFile", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		fmt.Fprint(w, "%PDF\x00")
	})
	if err := os.WriteFile("a.pdf", []byte("%PDF"), 0o600); err != nil {
		t.Fatal(err)
	}
	execute(t, "", "call", "putFile", "--id", "1", "--file", "a.pdf").expect(t, exitOK)
	execute(t, "text", "call", "putFile", "--id", "1", "--file", "-").expect(t, exitOK)
	execute(t, "", "call", "attachFile", "--id", "1", "--body-file", "a.pdf", "--note", "x").expect(t, exitOK)
	execute(t, "", "call", "attachFile", "--id", "1", "--body-file", "@a.pdf").expect(t, exitOK)
	execute(t, "", "call", "getFile", "--id", "1", "-O", "b.pdf").expect(t, exitOK, "wrote b.pdf, 5 bytes")
	execute(t, "", "call", "getFile", "--id", "1", "-O", "b.pdf", "--overwrite").expect(t, exitOK, "replaced b.pdf")
	if got := execute(t, "", "call", "getFile", "--id", "1", "-O", "-").expect(t, exitOK); got.stdout != "%PDF\x00" {
		t.Errorf("got %q", got.stdout)
	}
	data, err := os.ReadFile("b.pdf")
	leftovers, _ := filepath.Glob(".*")
	if err != nil || string(data) != "%PDF\x00" || len(leftovers) > 0 || len(received) != 2 {
		t.Errorf("%q, %v, %q, %q", data, err, leftovers, received)
	}
	sandbox.Fail("getFile", xsaletest.Status(http.StatusNotFound))
	execute(t, "", "call", "getFile", "--id", "1", "-O", "c.pdf").expect(t, exitRejected)
	if _, err := os.Stat("c.pdf"); err == nil {
		t.Error("a failed download made a file")
	}
}

func TestCallDryRun(t *testing.T) {
	sandbox := useDocuments(t)
	t.Setenv("XSALE_PASSWORD", "")
	for line, want := range map[string]string{
		"addDocument --title ab --total 1.50 --shell sh":                   `--data-raw '{"Title":"ab","Total":1.50}'`,
		"getFile --id 7 --shell cmd":                                       `curl.exe -X GET `,
		"putFile --id 7 --file documents.yaml --shell sh":                  "--data-binary @documents.yaml",
		"attachFile --id 7 --body-file documents.yaml --note x --shell sh": `-F 'file=@"documents.yaml"' --form-string note=x`,
	} {
		got := execute(t, "", append([]string{"call", "--dry-run"}, strings.Fields(line)...)...)
		if got.code == exitUsage { // --dry-run is a flag of the operation
			got = execute(t, "", append([]string{"call"}, append(strings.Fields(line), "--dry-run")...)...)
		}
		got.expect(t, exitOK, want, "ACCESS_TOKEN", "x-id-token: ID_TOKEN")
		if strings.Count(got.stdout, "\n") != 1 {
			t.Error(got.stdout)
		}
	}
	if sandbox.TokenRequests() > 0 || len(sandbox.Requests()) > 0 {
		t.Error("a dry run sent something")
	}
}

func TestCallHelpAndCompletion(t *testing.T) {
	useDocuments(t)
	execute(t, "", "call", "addDocument", "--help").expect(t, exitOK, "POST /{organizationName}/documents", "\n  - of the first kind,\n  - or of the second.\n", "--total NUMBER", "xsale call addDocument --title")
	execute(t, "", "call", "--list", "-o", "ndjson").expect(t, exitOK, `"name":"putFile"`, "5 operations of documents.yaml")
	execute(t, "", "call", "--list", "documents", "--tag", "documents").expect(t, exitOK, "2 operations")
	execute(t, "", "help", "call", "addDocument").expect(t, exitOK, "--total NUMBER")
	execute(t, "", "help", "call", "nope").expect(t, exitUsage, `unknown command "nope"`)
	execute(t, "", "call", "--list", "invoice").expect(t, exitFailed, "no operation")
	// Completion reads the index only: the rest of a large spec would take too long.
	specs, err := filepath.Glob(filepath.Join(os.Getenv("XSALE_CONFIG_DIR"), "spec", "spec-*.json"))
	if err != nil || len(specs) != 1 || os.Remove(specs[0]) != nil {
		t.Fatal(specs, err)
	}
	dir := os.Getenv("XSALE_CONFIG_DIR")
	if err := os.WriteFile(filepath.Join(dir, "accounts.yaml"), []byte("accounts:\n  shop:\n    organization: acme\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	execute(t, "", "__complete", "me", "--organization", "").expect(t, exitOK, "acme\n")
	for line, want := range map[string]string{
		"call ":                               "listDocuments\tList documents",
		"call listDocuments --":               "--query-limit",
		"call listDocuments --state ":         "archived",
		"call addDocument --null ":            "note",
		"call listDocuments --state final --": "--ids",
		"call --list --tag ":                  "Documents",
		"help call ":                          "",
	} {
		words := strings.Split(line, " ")
		execute(t, "", append([]string{"__complete"}, words...)...).expect(t, exitOK, want)
	}
}

// The example of an operation shows a flag, if there is one.
func TestExamplesOfOperations(t *testing.T) {
	useDirectories(t)
	for operation, want := range map[string]string{
		"listOrders":       "  xsale call listOrders\n  xsale call listOrders --statusidin 1\n\nFlags:",
		"listStatuses":     "  xsale call listStatuses\n  xsale call listStatuses --limit 10\n\nFlags:",
		"listTranslations": "  xsale call listTranslations --id 16519\n\nFlags:",
		"getMe":            "  xsale call getMe\n\nFlags:",
	} {
		execute(t, "", "call", operation, "--help").expect(t, exitOK, want)
	}
}

// A flag of the command line that is not reserved could have the name of an input.
func TestFlagsAreReserved(t *testing.T) {
	root, a := newRootCommand()
	parent, _, err := root.Find([]string{callName})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := operation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range catalog.Operations() {
		command := a.newOperationCommand(catalog, o)
		parent.AddCommand(command)
		ahead(command).VisitAll(func(flag *pflag.Flag) {
			if o.Input(flag.Name) == nil && !slices.Contains(operation.Reserved, flag.Name) {
				t.Errorf("--%s is not in operation.Reserved", flag.Name)
			}
		})
	}
}

func TestCallIncludesTheHead(t *testing.T) {
	useSandbox(t)
	listed := execute(t, "", "call", "listStatuses", "-o", "ndjson").expect(t, exitOK)
	for _, arguments := range [][]string{{"-o", "ndjson"}, {"-o", "ndjson", "--limit", "100"}} {
		r := execute(t, "", append([]string{"call", "listStatuses", "--include"}, arguments...)...).expect(t, exitOK)
		head, body, _ := strings.Cut(r.stdout, "\r\n\r\n")
		if !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || !strings.Contains(head, "Content-Type: application/json") || body != listed.stdout {
			t.Errorf("%v: got %s", arguments, r.stdout)
		}
	}
	r := execute(t, "", "call", "listTranslations", "--id", "4711", "--include")
	if r.code != exitRejected || !strings.HasPrefix(r.stdout, "HTTP/1.1 404 Not Found\r\n") || !strings.HasSuffix(r.stdout, "}\n") {
		t.Errorf("exit code %d: %s", r.code, r.stdout)
	}
	execute(t, "", "call", "listStatuses", "--include", "--dry-run").expect(t, exitUsage, "--include has no effect with --dry-run")
}
