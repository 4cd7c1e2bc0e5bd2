package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// petSwagger is Swagger 2.0, with a base path, with few operationIds, and with an example that does not
// fit.
const petSwagger = `
swagger: "2.0"
info: {title: Pets, version: "1"}
basePath: /api
consumes: [application/json]
produces: [application/json]
paths:
  /pets:
    get:
      responses: {200: {description: Pets., schema: {type: array, items: {$ref: "#/definitions/Pet"}}}}
    post:
      parameters: [{in: body, name: pet, required: true, schema: {$ref: "#/definitions/Pet"}}]
      responses: {201: {description: The pet., schema: {$ref: "#/definitions/Pet"}}}
  /pets/{id}:
    get:
      operationId: describe
      parameters: [{in: path, name: id, required: true, type: integer}]
      responses: {200: {description: The pet., schema: {$ref: "#/definitions/Pet"}}}
  /pets/{id}/walk:
    post:
      operationId: walk
      parameters: [{in: path, name: id, required: true, type: integer}]
      responses: {200: {description: Walked., schema: {type: object, properties: {meters: {type: integer, example: far}}}}}
definitions:
  Pet: {type: object, required: [name], properties: {id: {type: integer}, name: {type: string}}}
`

func writeTestFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// callSandbox calls a path with tokens of the control API.
func callSandbox(t *testing.T, base, method, path, body string) (int, string) {
	t.Helper()
	response, err := http.Post(base+"/_sandbox/tokens", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var tokens struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&tokens); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tokens.Access)
	request.Header.Set("x-id-token", tokens.ID)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(data))
}

func TestSandboxServesAnotherSpec(t *testing.T) {
	spec := writeTestFile(t, "swagger.yaml", petSwagger)
	overlay := writeTestFile(t, "overlay.yaml", `
overlay: 1.0.0
info: {title: Pets, version: "1"}
actions: [{target: "$.components.schemas.Pet.properties", update: {kind: {type: string, enum: [cat]}}}]
`)
	seed := writeTestFile(t, "seed.json", `{"Resources":{"/pets":[{"id":7,"name":"Azor"}]}}`)
	override := writeTestFile(t, "override.yaml", "walk: {body: {meters: 1200}}\nPUT /api/pets/{id}/name: {status: 204, headers: {X-Named: 'yes'}}\n")
	var stderr syncBuffer
	variables, stop := startSandboxWith(t, &stderr, "--spec", spec, "--overlay", overlay, "--seed", seed, "--override", override)
	defer stop()
	base := variables["XSALE_BASE_URL"]
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/api/pets", "", 200, `[{"id":7,"name":"Azor"}]`},
		{"POST", "/api/pets", `{"name":"Filemon","kind":"cat"}`, 201, `{"id":8,"kind":"cat","name":"Filemon"}`},
		{"GET", "/api/pets/8", "", 200, `{"id":8,"kind":"cat","name":"Filemon"}`},
		{"POST", "/api/pets/8/walk", "", 200, `{"meters":1200}`},
		{"PUT", "/api/pets/8/name", `{}`, 204, ""},
	} {
		if status, body := callSandbox(t, base, test.method, test.path, test.body); status != test.status || body != test.want {
			t.Errorf("%s %s: got %d %s", test.method, test.path, status, body)
		}
	}
	for _, want := range []string{
		"METHOD  PATH                 KEEPS DATA  REASON\n" +
			"GET     /api/pets            yes         lists the items of /api/pets\n" +
			"POST    /api/pets            yes         adds an item to /api/pets\n" +
			"GET     /api/pets/{id}       yes         reads an item of /api/pets\n" +
			"POST    /api/pets/{id}/walk  no          replaced by a handler\n",
		"the example does not match its schema",
	} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("standard error lacks %q:\n%s", want, stderr.String())
		}
	}
}

func TestSandboxRejectsSpecFlags(t *testing.T) {
	spec := writeTestFile(t, "swagger.yaml", petSwagger)
	for _, test := range []struct {
		want  string
		flags []string
	}{
		{"--overlay changes another spec", []string{"--overlay", spec}},
		{"no-such-file", []string{"--spec", "./no-such-file.json"}},
		{"--override ", []string{"--override", "no-such-file.yaml"}},
		{"/walk: want an object with status", []string{"--spec", spec, "--override", writeTestFile(t, "o.yaml", "walk: {code: 200}")}},
		{"/walk: /status: want a status from 200 to 599", []string{"--spec", spec, "--override", writeTestFile(t, "o.yaml", "walk: {status: 99}")}},
		{"run: want an operationId of the spec", []string{"--spec", spec, "--override", writeTestFile(t, "o.yaml", "run: {status: 200}")}},
		{"--seed ", []string{"--spec", spec, "--seed", writeTestFile(t, "seed.json", `{"Resources":{"/cats":[]}}`)}},
		{"/Resources/~1pets/0/name: missing", []string{"--spec", spec, "--seed", writeTestFile(t, "seed.json", `{"Resources":{"/pets":[{"id":1}]}}`)}},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"sandbox", "--addr", "127.0.0.1:0"}, test.flags...), strings.NewReader(""), &stdout, &stderr)
		if code != exitUsage || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%v: code %d, %s", test.flags, code, stderr.String())
		}
	}
}
