package conformance_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What a user of the library builds is a short list, so that it stays one. Test, command line and generator may need more.
func TestLibraryBuildsFewModules(t *testing.T) {
	allowed := []string{
		"github.com/apapsch/go-jsonmerge/v2", // of oapi-codegen/runtime
		"github.com/go-json-experiment/json",
		"github.com/golang-jwt/jwt/v5",
		"github.com/google/uuid", // of oapi-codegen/runtime
		"github.com/hashicorp/go-cleanhttp",
		"github.com/hashicorp/go-retryablehttp",
		"github.com/oapi-codegen/runtime",
		"github.com/shopspring/decimal",
		"github.com/xsale-go/xsale",
		"golang.org/x/time",
	}
	output, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "github.com/xsale-go/xsale", "github.com/xsale-go/xsale/call", "github.com/xsale-go/xsale/gen", "github.com/xsale-go/xsale/authn", "github.com/xsale-go/xsale/openapi", "github.com/xsale-go/xsale/wire").Output()
	if err != nil {
		t.Fatal(err)
	}
	built := slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(output)))))
	if !slices.Equal(built, allowed) {
		t.Errorf("built:   %v\nallowed: %v", built, allowed)
	}
}
