package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/openapi"
)

func TestSpecShow(t *testing.T) {
	if shown := execute(t, "", "spec", "show").expect(t, exitOK).stdout; shown != string(openapi.Spec()) {
		t.Error("the YAML differs from package openapi")
	}
	shown := execute(t, "", "spec", "show", "--format", "json").expect(t, exitOK).stdout
	if !json.Valid([]byte(shown)) {
		t.Fatal("invalid JSON")
	}
	document, err := openapi3.NewLoader().LoadFromData([]byte(shown))
	if err != nil || document.OpenAPI != "3.0.3" || document.Paths.Len() != 6 {
		t.Errorf("%v, %v", document, err)
	}
	execute(t, "", "spec", "show", "--format", "xml").expect(t, exitUsage, "yaml or json")
}

func TestSpecEvidence(t *testing.T) {
	execute(t, "", "spec", "evidence").expect(t, exitOK, "METHOD", "/{organizationName}/orders", "documented", "observed", "https://xsale.ai/?p=41323")
	lines := strings.Split(strings.TrimSpace(execute(t, "", "spec", "evidence", "-o", "ndjson").expect(t, exitOK).stdout), "\n")
	if len(lines) != 8 {
		t.Errorf("%d operations", len(lines))
	}
	for _, line := range lines {
		var e knownOperation
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Operation == "" || e.Source == "" || e.Evidence != "documented" && e.Evidence != "observed" {
			t.Errorf("%s: %v", line, err)
		}
	}
}
