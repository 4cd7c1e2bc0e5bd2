package traffic_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/contract"
	_ "github.com/xsale-go/xsale/internal/contract/rare"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// XSALE_TEST_SPECS names files of further specs for TestRecordAndReplayAreInverse.
const furtherSpecs = "XSALE_TEST_SPECS"

// Whatever Validate accepts, Replay plays after Record, with the same fields in the same order.
func TestRecordAndReplayAreInverse(t *testing.T) {
	specs := map[string][]byte{"shipped": openapi.Spec()}
	names := filepath.SplitList(os.Getenv(furtherSpecs))
	for _, name := range append(names, "../../internal/codegen/sample/swagger.json") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		specs[filepath.Base(name)] = data
	}
	random := newRandom(t)
	for i := range fewer.UnderRace(20, 4) {
		specs[fmt.Sprint("random ", i)] = []byte(randomSpec(random))
	}
	for name, spec := range specs {
		seed := random.Uint64()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkInverse(t, spec, fewer.UnderRace(10_000, 400)/len(specs), rand.New(rand.NewPCG(seed, 1)))
		})
	}
}

// styledPaths leaves the lists and objects of a path unmasked that are not separated by commas:
// Record rejects them otherwise.
func styledPaths(document *contract.Document) (options []traffic.RecordOption) {
	for _, item := range document.Spec().Paths {
		for _, operation := range item.Operations {
			for _, parameter := range operation.Parameters {
				if parameter.Style == model.Label || parameter.Style == model.Matrix {
					options = append(options, traffic.WithUnmasked(operation.ID, "path "+parameter.Name))
				}
			}
		}
	}
	return options
}

func newRandom(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func checkInverse(t *testing.T, spec []byte, count int, random *rand.Rand) {
	t.Helper()
	result, err := pipeline.Run(spec, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	normal, err := tree.JSON(result.Document)
	if err != nil {
		t.Fatal(err)
	}
	document, err := contract.Load(normal)
	if err != nil {
		t.Fatal(err)
	}
	traffics := &randomTraffic{random, document}
	var exchanges []randomExchange
	operations := document.Spec().Paths
	perOperation := max(1, count/max(1, operationCount(operations)))
	for path, item := range operations {
		for method := range item.Operations {
			before := len(exchanges)
			for range perOperation {
				if e, ok := traffics.next(path, method); ok {
					exchanges = append(exchanges, e)
				}
			}
			if len(exchanges) == before {
				t.Errorf("no exchange of %s %s", method, path)
			}
		}
	}
	t.Logf("%d exchanges of %d operations", len(exchanges), operationCount(operations))
	dir := filepath.Join(t.TempDir(), "recording")
	current := 0
	recorder, err := traffic.Record(transport(func(*http.Request) (*http.Response, error) { return exchanges[current].response(), nil }), dir, append(styledPaths(document), traffic.WithSpec(normal))...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range exchanges {
		current = i
		response, err := recorder.RoundTrip(exchanges[i].request())
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	checkMasked(t, dir)
	replayer, err := traffic.Replay(dir, traffic.WithSpec(normal))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exchanges {
		response, err := replayer.RoundTrip(e.request())
		if err != nil {
			t.Errorf("%s %s %s: %v", e.method, e.target, e.requestBody, err)
			continue
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != e.status {
			t.Errorf("%s %s: %d, %v", e.method, e.target, response.StatusCode, err)
		}
		for _, finding := range document.Call(e.request()).CheckResponse(e.status, e.header, body) {
			if finding.Severity == contract.Error {
				t.Errorf("%s: replayed %s\ninstead of %s", finding, body, e.body)
			}
		}
		if got, want := skeleton(body), skeleton([]byte(e.body)); strings.HasSuffix(e.header.Get("Content-Type"), "json") && got != want {
			t.Errorf("%s %s: replayed\n%s\ninstead of\n%s\n%s\n%s", e.method, e.target, got, want, body, e.body)
		}
	}
	if unused := replayer.Unused(); len(unused) > 0 {
		t.Errorf("%d exchanges were not played", len(unused))
	}
}

// checkMasked expects no personal data in a recording.
func checkMasked(t *testing.T, dir string) {
	t.Helper()
	for name, content := range filesOf(t, dir) {
		for _, data := range personal {
			if len(data) > 8 && strings.Contains(content, data) {
				t.Errorf("%s contains %q", name, data)
			}
		}
	}
}

func operationCount(paths map[string]*model.PathItem) int {
	count := 0
	for _, item := range paths {
		count += len(item.Operations)
	}
	return count
}

// skeleton returns JSON without its data: the kinds of values, and the names of fields, in order.
func skeleton(body []byte) string {
	var b strings.Builder
	decoder := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
	for {
		token, err := decoder.ReadToken()
		if err == io.EOF {
			return b.String()
		}
		if err != nil {
			return err.Error() // no JSON
		}
		kind, length := decoder.StackIndex(decoder.StackDepth())
		if name := token.String(); kind == '{' && length%2 == 1 && token.Kind() == '"' {
			if !contract.FieldName(name) {
				name = "*"
			}
			b.WriteString(name)
		} else {
			b.WriteString(token.Kind().String())
		}
		b.WriteByte(' ')
	}
}

// randomSpec has operations with every kind of rule that a placeholder could break.
func randomSpec(random *rand.Rand) string {
	schemas := map[string]any{
		"Cat":    map[string]any{"type": "object", "required": []string{"kind", "lives"}, "properties": map[string]any{"kind": map[string]any{"type": "string"}, "lives": map[string]any{"type": "integer", "minimum": 1, "maximum": 9}}},
		"Dog":    map[string]any{"type": "object", "required": []string{"kind", "Name"}, "properties": map[string]any{"kind": map[string]any{"type": "string"}, "Name": map[string]any{"type": "string", "minLength": 3, "maxLength": 20}}},
		"Animal": map[string]any{"oneOf": []any{reference("Cat"), reference("Dog")}, "discriminator": map[string]any{"propertyName": "kind", "mapping": map[string]any{"a-cat": "#/components/schemas/Cat", "a-dog": "#/components/schemas/Dog"}}},
	}
	paths := map[string]any{}
	for i := range 4 {
		name := fmt.Sprint("Thing", i)
		schemas[name] = randomObjectSchema(random)
		item := map[string]any{}
		item["get"] = map[string]any{
			"operationId": "get" + name,
			"parameters":  []any{randomParameter(random, "query", 0), randomParameter(random, "query", 1), randomParameter(random, "header", 2), map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "integer", "format": "int64"}}},
			"responses":   map[string]any{"200": jsonResponse(map[string]any{"type": "array", "items": reference(name)}), "204": map[string]any{"description": "None"}},
		}
		item["post"] = map[string]any{
			"operationId": "create" + name,
			"parameters":  []any{map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "integer", "format": "int64"}}},
			"requestBody": map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": reference(name)}}},
			"responses": map[string]any{"201": map[string]any{"description": "Created", "headers": map[string]any{"Location": map[string]any{"required": true, "schema": map[string]any{"type": "string"}},
				"X-Left": map[string]any{"required": true, "schema": map[string]any{"type": "integer", "minimum": 1}}}, "content": jsonContent(reference(name))}},
		}
		paths["/things"+fmt.Sprint(i)+"/{id}"] = item
	}
	data, err := json.Marshal(map[string]any{"openapi": "3.0.3", "info": map[string]any{"title": "T", "version": "1"}, "paths": paths, "components": map[string]any{"schemas": schemas}})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func reference(name string) map[string]any {
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

func jsonContent(schema any) map[string]any {
	return map[string]any{"application/json": map[string]any{"schema": schema}}
}

func jsonResponse(schema any) map[string]any {
	return map[string]any{"description": "OK", "content": jsonContent(schema)}
}

func randomParameter(random *rand.Rand, in string, index int) map[string]any {
	name := []string{"nip", "flag[]", "X-Customer"}[index]
	parameter := map[string]any{"name": name, "in": in, "required": random.IntN(2) == 0, "schema": randomScalarSchema(random)}
	if random.IntN(2) == 0 {
		parameter["schema"] = map[string]any{"type": "array", "uniqueItems": random.IntN(2) == 0, "items": parameter["schema"]}
		if in == "query" {
			parameter["style"], parameter["explode"] = []string{"form", "pipeDelimited", "spaceDelimited"}[random.IntN(3)], random.IntN(2) == 0
		}
	}
	return parameter
}

func randomScalarSchema(random *rand.Rand) map[string]any {
	all := []map[string]any{
		{"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64", "minimum": 2000000000, "maximum": 9000000000},
		{"type": "integer", "minimum": 5, "maximum": 40}, {"type": "integer", "multipleOf": 25, "minimum": 0, "maximum": 100000},
		{"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1000000000}, {"type": "number", "multipleOf": 0.5},
		{"type": "boolean"}, {"type": "string"}, {"type": "string", "format": "date"}, {"type": "string", "format": "date-time"},
		{"type": "string", "format": "uuid"}, {"type": "string", "format": "byte"}, {"type": "string", "minLength": 20, "maxLength": 30},
		{"type": "string", "maxLength": 5}, {"type": "string", "pattern": `^\d{10}$`}, {"type": "string", "pattern": `^[A-Z]{2}\d{6}$`},
		{"type": "string", "enum": []string{"NEW", "Paid order", "2024-a"}}, {"type": "string", "format": "email"},
		{"type": "integer", "enum": []int{600100200, 5, 123456789012}}, {"type": "number", "minimum": 0.5, "maximum": 0.9},
		{"type": "integer", "minimum": -3, "exclusiveMinimum": true, "maximum": -1}, {"type": "string", "enum": []string{"a, b", "c|d", "e f"}},
		{"type": "string", "maxLength": 1}, {"type": "string", "pattern": "^ORD/[0-9]{4,6}$", "minLength": 9},
	}
	return all[random.IntN(len(all))]
}

func randomObjectSchema(random *rand.Rand) map[string]any {
	properties, required := map[string]any{}, []string{}
	for i := range 8 {
		name := []string{"Id", "Name", "Nip", "Phone", "Total", "Tags", "Counts", "Animal", "Birthday", "AccountNumber", "Code", "Lines"}[random.IntN(12)]
		schema := randomScalarSchema(random)
		switch name {
		case "Tags":
			items := randomScalarSchema(random)
			if random.IntN(2) == 0 {
				items = map[string]any{"type": "object", "properties": map[string]any{"Phone": items}}
			}
			schema = map[string]any{"type": "array", "uniqueItems": true, "minItems": 1, "items": items}
		case "Counts":
			schema = map[string]any{"type": "object", "minProperties": 0, "additionalProperties": randomScalarSchema(random)}
		case "Animal":
			schema = reference("Animal")
		case "Lines":
			schema = map[string]any{"type": "array", "items": map[string]any{"type": "object", "properties": map[string]any{"Phone": randomScalarSchema(random), "Quantity": randomScalarSchema(random)}}}
		}
		if random.IntN(4) == 0 && schema["$ref"] == nil {
			schema = maps.Clone(schema)
			schema["nullable"] = true
			if enum, ok := schema["enum"].([]string); ok {
				schema["enum"] = []any{enum[0], nil}
			}
		}
		properties[name] = schema
		if i%2 == 0 && !slices.Contains(required, name) {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}
