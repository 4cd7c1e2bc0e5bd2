package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/diff"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

func TestSpecPull(t *testing.T) {
	sandbox := useSandbox(t)
	inEmptyDir(t)
	execute(t, "", "spec", "pull", sandbox.URL()).expect(t, exitOK, "wrote swagger.json, unchanged from "+sandbox.URL()+"/swagger/v1/swagger.json", "wrote openapi.yaml")
	raw := readFile(t, "swagger.json")
	if !json.Valid([]byte(raw)) || !strings.Contains(raw, sandbox.URL()) {
		t.Error("swagger.json differs from the sandbox's spec")
	}
	document, err := tree.Read([]byte(readFile(t, "openapi.yaml")))
	if err != nil || document["openapi"] != "3.0.3" {
		t.Errorf("%v %v", document["openapi"], err)
	}
	execute(t, "", "spec", "pull", "--auth", "--raw", "a.json", "--normal", "b.yaml").expect(t, exitOK, "wrote a.json", "wrote b.yaml")
	if readFile(t, "a.json") != raw || readFile(t, "b.yaml") != readFile(t, "openapi.yaml") {
		t.Error("the second pull from the same service differs")
	}
	// Both files are equivalent, and generate accepts them.
	execute(t, "", "spec", "diff", "swagger.json", "openapi.yaml").expect(t, exitOK)
	execute(t, "", "generate", "--spec", "openapi.yaml").expect(t, exitOK)
}

func TestSpecPullKeepsInvalidSpec(t *testing.T) {
	inEmptyDir(t)
	const spec = `{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"responses":{"200":{"$ref":"other.json"}}}}}}`
	execute(t, spec, "spec", "pull", "-").expect(t, exitFailed, "wrote swagger.json", "/paths/~1x/get/responses/200/$ref")
	if readFile(t, "swagger.json") != spec {
		t.Error("the spec is lost")
	}
}

func TestSpecLint(t *testing.T) {
	inEmptyDir(t)
	writeFileAt(t, "good.yaml", string(openapi.Spec()))
	writeFileAt(t, "repaired.json", `{"swagger":"2.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"responses":{"200":{"schema":{"type":"integer"}}}}}}}`)
	writeFileAt(t, "bad.json", `{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"a","responses":{"200":{"description":"","content":{"text/json":{"schema":{"$ref":"#/components/schemas/B"}}}}}}}}}`)
	execute(t, "", "spec", "lint", "good.yaml").expect(t, exitOK, "good.yaml: OpenAPI 3.0, 8 operations")
	execute(t, "", "spec", "lint", "repaired.json").expect(t, exitOK, "RULE", "operation-ids", "OpenAPI 2.0, 1 operation,")
	r := execute(t, "", "spec", "lint", "bad.json").expect(t, exitFailed, "media-types", "bad.json: /paths/", "#/components/schemas/B")
	if !strings.Contains(r.stderr, "which does not exist; add the schema or replace the reference with an overlay") {
		t.Errorf("%s lacks the remedy", r.stderr)
	}
}

// What lint and generate propose for an overlay can be pasted.
func TestSpecLintProposesPaging(t *testing.T) {
	inEmptyDir(t)
	writeFileAt(t, "paged.json", `{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"listX","parameters":[{"name":"page","in":"query","schema":{"type":"integer","default":1}}],
		"responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object","properties":{"items":{"type":"array","items":{"type":"string"}}}}}}}}},
		"post":{"operationId":"sendX","responses":{"200":{"description":""}}}}}}`)
	const action = "  - target: $.paths['/x'].get\n    update: {x-paging: {items: items, page: page}}\n"
	execute(t, "", "spec", "lint", "paged.json").expect(t, exitOK, action, "undescribed", "returns only an error")
	execute(t, "", "generate", "--spec", "paged.json", "--explain").expect(t, exitOK, action)
	writeFileAt(t, "paging.yaml", "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\nactions:\n"+action)
	if r := execute(t, "", "generate", "--spec", "paged.json", "--overlay", "paging.yaml", "--explain", "-o", "json").expect(t, exitOK); strings.Contains(r.stderr, "x-paging") {
		t.Errorf("proposed again: %s", r.stderr)
	}
	if code := readFile(t, "xsaleapi/api.gen.go"); !strings.Contains(code, "ListXSeq(") {
		t.Error("no method for all pages")
	}
}

func TestSpecDiff(t *testing.T) {
	inEmptyDir(t)
	before := string(openapi.Spec())
	writeFileAt(t, "before.yaml", before)
	writeFileAt(t, "described.yaml", strings.Replace(before, "The id of the offer (oferta).", "The id of an offer.", 1))
	writeFileAt(t, "broken.yaml", strings.Replace(before, "/{organizationName}/statuses", "/{organizationName}/states", 1))
	if r := execute(t, "", "spec", "diff", "before.yaml", "before.yaml", "--jq", "length").expect(t, exitOK); r.stdout != "0\n" {
		t.Errorf("filtered: got %q", r.stdout)
	}
	if r := execute(t, "", "spec", "diff", "before.yaml", "before.yaml").expect(t, exitOK); r.stdout != "no differences\n" {
		t.Errorf("got %q", r.stdout)
	}
	if r := execute(t, "", "spec", "diff", "before.yaml", "before.yaml", "-o", "json").expect(t, exitOK); r.stdout != "[]\n" {
		t.Errorf("got %q", r.stdout)
	}
	execute(t, "", "spec", "diff", "before.yaml").expect(t, exitOK) // against the spec of this module
	execute(t, "", "spec", "diff", "before.yaml", "described.yaml").expect(t, exitFailed, "the specs differ: 1 change, 0 of them breaking")
	execute(t, "", "spec", "diff", "before.yaml", "described.yaml", "--fail-on", "breaking").expect(t, exitOK, "The id of an offer")
	execute(t, "", "spec", "diff", "before.yaml", "broken.yaml", "--fail-on", "breaking").expect(t, exitFailed, "breaking", "GET /{organizationName}/statuses")
	execute(t, "", "spec", "diff", "before.yaml", "broken.yaml", "--fail-on", "none").expect(t, exitOK, "breaking")
	execute(t, "", "spec", "diff", "before.yaml", "broken.yaml", "--fail-on", "some").expect(t, exitUsage, "any, breaking or none")
	execute(t, "", "spec", "diff", "before.yaml", "nothing.yaml").expect(t, exitUsage, "nothing.yaml: no such file")
	for line := range strings.Lines(execute(t, "", "spec", "diff", "before.yaml", "broken.yaml", "-o", "ndjson").stdout) {
		var change diff.Change
		if err := json.Unmarshal([]byte(line), &change); err != nil || change.Level == "" || change.Text == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestSpecDiffEvidence(t *testing.T) {
	sandbox := useSandbox(t)
	inEmptyDir(t)
	r := execute(t, "", "spec", "diff", "--evidence", sandbox.URL()).expect(t, exitOK, "VERDICT", "confirmed")
	if strings.Contains(r.stdout, "contradicted") {
		t.Errorf("the sandbox serves the spec of this module, but got:\n%s", r.stdout)
	}
	// A vendor whose statuses are numbers.
	vendor := strings.Replace(string(openapi.Spec()), "                items:\n                  $ref: '#/components/schemas/Status'", "                items:\n                  type: integer", 1)
	if vendor == string(openapi.Spec()) {
		t.Fatal("the spec differs from what this test expects")
	}
	writeFileAt(t, "vendor.yaml", vendor)
	execute(t, "", "spec", "diff", "--evidence", "vendor.yaml").expect(t, exitFailed, "contradicted", "GET /{organizationName}/statuses", "the vendor's spec contradicts")
	execute(t, "", "spec", "diff", "--evidence", "vendor.yaml", "--fail-on", "none").expect(t, exitOK, "contradicted")
}
