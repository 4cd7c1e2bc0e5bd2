// Package operations calls every operation of other specs with the flags of the command line, and lets
// the sandbox check what arrives. The corpus is called in this process; the documents of the directory
// in XSALE_SPECS by the program itself.
package operations

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/mock/values"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/similar"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestDocuments(t *testing.T) {
	dir, program := filepath.Join("..", "corpus", "testdata"), ""
	if others, ok := os.LookupEnv("XSALE_SPECS"); ok {
		dir, program = others, build(t)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in %s: %v", dir, err)
	}
	total := counts{}
	for _, file := range files {
		if !slices.Contains([]string{".json", ".yaml"}, filepath.Ext(file)) {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			counted := callAll(t, file, program)
			t.Logf("%+v", counted)
			total.operations += counted.operations
			total.calls += counted.calls
			total.skipped += counted.skipped
		})
	}
	t.Logf("%+v", total)
}

type counts struct{ operations, calls, skipped int }

// build returns the program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "xsale")
	if output, err := exec.Command("go", "build", "-o", program, "github.com/xsale-go/xsale/cmd/xsale").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return program
}

// callAll calls every operation of a document, with what it requires and with all that it takes.
func callAll(t *testing.T, file, program string) (counted counts) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	original, err := tree.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if original["x-rejected"] != nil { // by the pipeline
		return counted
	}
	result, err := pipeline.Run(data, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	normal, err := json.Marshal(result.Document)
	if err != nil {
		t.Fatal(err)
	}
	document, err := contract.Load(normal)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := operation.Register(dir, result.Document, operation.Source{}); err != nil {
		t.Fatal(err)
	}
	catalog, _, err := operation.Registered(dir)
	if err != nil {
		t.Fatal(err)
	}
	sandbox := xsaletest.New(t, xsaletest.WithSpec(normal)) // fails the test if a request breaks the spec
	send := sendWith(t, catalog, sandbox.Client(t))
	if program != "" {
		send = sendBy(t, program, file, sandbox)
	}
	upload := filepath.Join(dir, "upload.txt")
	if err := os.WriteFile(upload, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, o := range catalog.Operations() {
		counted.operations++
		for _, extent := range []values.Extent{values.Required, values.Full} {
			c := caller{document: document, generator: values.New(document, 1), operation: o, extent: extent, file: upload}
			input, err := c.input()
			if err != nil {
				counted.skipped++
				t.Logf("%s: no values: %v", o.Name, err)
				continue
			}
			counted.calls++
			if err := send(o, input, c.line); err != nil {
				t.Errorf("%s: %v\n%s", o.Name, err, strings.Join(c.line, " "))
			}
		}
	}
	return counted
}

// sender sends one call. Other errors than that an item is missing or exists are its error.
type sender func(o *operation.Operation, input operation.Input, line []string) error

// sendWith returns a sender in this process.
func sendWith(t *testing.T, catalog *operation.Catalog, client *xsale.Client) sender {
	t.Helper()
	endpoint, err := call.NewEndpoint(client.BaseURL(), client.Doer())
	if err != nil {
		t.Fatal(err)
	}
	return func(o *operation.Operation, input operation.Input, _ []string) error {
		request, err := catalog.Build(o, input)
		if err != nil {
			return err
		}
		response, err := call.Open(t.Context(), request.Operation, nil, request.Send(endpoint))
		if failure, ok := errors.AsType[*call.Error](err); ok && (failure.StatusCode == http.StatusNotFound || failure.StatusCode == http.StatusConflict) {
			return nil
		}
		if err == nil {
			err = response.Body.Close()
		}
		return err
	}
}

// sendBy returns a sender that runs the program, after it has registered the document.
func sendBy(t *testing.T, program, document string, sandbox *xsaletest.Sandbox) sender {
	t.Helper()
	document, err := filepath.Abs(document)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	environment := append(os.Environ(), "XSALE_CONFIG_DIR="+dir, "XSALE_TOKEN_STORE="+filepath.Join(dir, "tokens.json"))
	environment = append(environment, sandbox.Environment()...)
	run := func(stdin io.Reader, arguments ...string) (stderr string, err error) {
		command := exec.CommandContext(t.Context(), program, arguments...)
		command.Dir, command.Env, command.Stdin = dir, environment, stdin
		var notices bytes.Buffer
		command.Stderr = &notices
		err = command.Run()
		return notices.String(), err
	}
	if stderr, err := run(nil, "spec", "pull", document); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	return func(o *operation.Operation, input operation.Input, line []string) error {
		arguments := append([]string{"call", o.Name}, line...)
		stdin := input.Content
		if input.JSON != nil {
			stdin = bytes.NewReader(input.JSON)
		}
		if stdin != nil {
			arguments = append(arguments, "--file", "-")
		}
		stderr, err := run(stdin, append(arguments, "-o", "json")...)
		if err != nil && !strings.Contains(stderr, "404 Not Found") && !strings.Contains(stderr, "409 Conflict") && !strings.Contains(stderr, "leave --output out") {
			return fmt.Errorf("%w: %s", err, stderr)
		}
		return nil
	}
}

// caller makes the input of one call, as a person passes it.
type caller struct {
	document  *contract.Document
	generator *values.Generator
	operation *operation.Operation
	extent    values.Extent
	file      string
	line      []string // the flags
}

func (c *caller) input() (operation.Input, error) {
	input := operation.Input{Values: map[string]any{}}
	spec := c.document.Operation(c.operation.Name)
	generated := map[string]any{}
	for _, p := range spec.Parameters() {
		schema := p.Schema
		for _, media := range p.Content {
			schema = media.Schema
		}
		if !p.Required && c.extent == values.Required {
			continue
		}
		value, err := c.generator.Value(cmp.Or(schema, anyText), p.Name, values.Full)
		if list, ok := value.([]any); ok && p.Style == model.SpaceDelimited {
			for i := range list { // the style has no escape for the separator
				if text, ok := list[i].(string); ok {
					list[i] = strings.ReplaceAll(text, " ", "_")
				}
			}
		}
		if err != nil && p.Required {
			return input, fmt.Errorf("%s: %w", p.Name, err)
		}
		generated[p.In+" "+p.Name] = value
	}
	for _, p := range c.operation.Parameters {
		value := generated[string(p.In)+" "+p.Name]
		if p.Inside != "" {
			object, _ := generated[string(p.In)+" "+p.Inside].(map[string]any)
			value = object[p.Name]
		}
		if err := c.pass(&input, p, value); err != nil {
			return input, err
		}
	}
	body := c.operation.Body
	if body == nil || len(body.Media) == 0 || c.extent == values.Required && !body.Required {
		return input, nil
	}
	if body.Media[0].Form == operation.Raw {
		input.Content = strings.NewReader("<content/>")
		return input, nil
	}
	schema := spec.Spec().RequestBody.Content[body.Media[0].Type].Schema
	extent := c.extent
	if body.Media[0].Form == operation.AsForm {
		extent = values.Full // a form without values is no body
	}
	value, err := c.generator.Value(cmp.Or(schema, anyText), "body", extent)
	if err != nil {
		return input, err
	}
	object, ok := value.(map[string]any)
	if !ok || len(body.Fields) == 0 {
		input.JSON, err = json.Marshal(value)
		return input, err
	}
	for _, p := range body.Fields {
		from, name := object, p.Name
		if p.Inside != "" {
			from, _ = object[p.Inside].(map[string]any)
		}
		field, given := from[name]
		if list, ok := field.([]any); !given || ok && len(list) == 0 { // a flag cannot pass an empty list
			continue
		}
		if err := c.pass(&input, p, field); err != nil {
			return input, err
		}
		delete(from, name)
		if len(from) == 0 && p.Inside != "" {
			delete(object, p.Inside)
		}
	}
	if len(object) > 0 { // fields without a flag
		input.JSON, err = json.Marshal(object)
	}
	return input, err
}

// anyText is for what has no schema.
var anyText = &model.SchemaRef{Value: &model.Schema{Type: model.Types{model.String}}}

// pass passes a value as the flag of an input.
func (c *caller) pass(input *operation.Input, p *operation.Parameter, value any) error {
	if value == nil {
		return nil
	}
	if organization := similar.Fold(p.Name) == "organizationname"; organization && p.In == operation.Path {
		input.Values[p.Flag] = value // --organization passes it
		return nil
	}
	if p.Kind == operation.File {
		c.line = append(c.line, "--"+p.Flag+"="+c.file)
		file := call.File{Content: bytes.NewReader([]byte("content"))}
		input.Values[p.Flag] = file
		if _, list := value.([]any); list {
			input.Values[p.Flag] = []call.File{file, file}
		}
		return nil
	}
	texts := []string{}
	if list, ok := value.([]any); ok && p.List {
		for _, element := range list {
			texts = append(texts, text(element, p.Kind))
		}
		if len(list) == 0 {
			return nil
		}
	} else {
		texts = append(texts, text(value, p.Kind))
	}
	for _, text := range texts {
		c.line = append(c.line, "--"+p.Flag+"="+text)
	}
	parsed, err := p.Parse(texts)
	if err != nil {
		return fmt.Errorf("--%s %w", p.Flag, err)
	}
	input.Values[p.Flag] = parsed
	return nil
}

func text(value any, kind operation.Kind) string {
	if text, ok := value.(string); ok && kind != operation.JSON {
		return text
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}
