package fake

import (
	"os/exec"
	"strings"
	"testing"
)

// Generated code builds this package, so it must not add modules to a user's build. Generated types
// build the JSON lexer anyway.
func TestImportsNoOtherModule(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for module := range strings.Lines(string(output)) {
		if module = strings.TrimSpace(module); module != "" && module != "github.com/xsale-go/xsale" && module != "github.com/go-json-experiment/json" {
			t.Errorf("builds %s", module)
		}
	}
}
