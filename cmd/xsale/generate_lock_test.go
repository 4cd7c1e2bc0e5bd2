package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lockSpec returns a spec with schemas, each with one property, that one operation uses.
func lockSpec(schemas ...string) string {
	var components, properties []string
	for _, name := range schemas {
		components = append(components, `"`+name+`":{"type":"object","properties":{"id":{"type":"integer"}}}`)
		properties = append(properties, `"`+name+`":{"$ref":"#/components/schemas/`+name+`"}`)
	}
	operation := func(tag, id string) string {
		return `{"get":{"tags":["` + tag + `"],"operationId":"` + id + `","responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object","properties":{` + strings.Join(properties, ",") + `}}}}}}}}`
	}
	return `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":` + operation("A", "getA") + `,"/b":` + operation("B", "getB") + `},"components":{"schemas":{` + strings.Join(components, ",") + `}}}`
}

func TestGenerateKeepsNames(t *testing.T) {
	inEmptyDir(t)
	writeFileAt(t, "xsale.yaml", "spec: api.json\n")
	writeFileAt(t, "api.json", lockSpec("Acme.Order"))
	execute(t, "", "generate", "--check").expect(t, exitFailed, "api.gen.go, xsale.lock")
	if _, err := os.Stat("xsale.lock"); err == nil {
		t.Error("--check wrote the lock file")
	}
	execute(t, "", "generate").expect(t, exitOK, "wrote xsale.lock")
	execute(t, "", "generate", "--check").expect(t, exitOK)

	writeFileAt(t, "api.json", lockSpec("Acme.Order", "Another.Order"))
	execute(t, "", "generate").expect(t, exitOK)
	locked := readFile(t, "xsale.lock")
	for _, line := range []string{"type /components/schemas/Acme.Order = Order\n", "type /components/schemas/Another.Order = AnotherOrder\n", "operation /paths/~1b/get = GetB\n"} {
		if !strings.Contains(locked, line) {
			t.Errorf("%q is missing in\n%s", line, locked)
		}
	}

	// What is not selected keeps its names, and so does what another checkout has written.
	execute(t, "", "generate", "--tag", "A").expect(t, exitOK)
	if readFile(t, "xsale.lock") != locked {
		t.Error("a selection changed the lock file")
	}
	execute(t, "", "generate").expect(t, exitOK)
	writeFileAt(t, "xsale.lock", strings.ReplaceAll(locked, "\n", "\r\n"))
	execute(t, "", "generate", "--check").expect(t, exitOK)

	writeFileAt(t, "xsale.lock", strings.Replace(locked, "= GetB\n", "= GetA\n", 1))
	execute(t, "", "generate").expect(t, exitFailed, "xsale.lock: line ", "has the name of line ", "remove one of them")
	if err := os.Remove("xsale.lock"); err != nil {
		t.Fatal(err)
	}
	execute(t, "", "generate", "--check").expect(t, exitFailed, "out of date in xsaleapi: ", "xsale.lock")
}

// Each package has its own lock file: next to its settings file or, without one, next to the code.
func TestGenerateLocksEachPackage(t *testing.T) {
	inEmptyDir(t)
	writeFileAt(t, "api.json", lockSpec("Order"))
	execute(t, "", "generate", "--spec", "api.json").expect(t, exitOK, "wrote "+filepath.Join("xsaleapi", "xsale.lock"))
	names := readFile(t, "xsaleapi/xsale.lock")

	writeFileAt(t, "shop.yaml", "spec: api.json\n")
	execute(t, "", "generate", "--config", "shop.yaml").expect(t, exitOK, "wrote shop.lock")
	if readFile(t, "shop.lock") != names || fileExists("xsaleapi/xsale.lock") {
		t.Error("the lock file next to the code was not moved")
	}
	execute(t, "", "generate", "--config", "shop.yaml", "--out", "another").expect(t, exitOK, "wrote "+filepath.Join("another", "xsale.lock"))
	execute(t, "", "generate", "--config", "shop.yaml", "--out", "xsaleapi", "--check").expect(t, exitOK)
}
