package codegen_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGeneratedCodeLosesNoDigits(t *testing.T) {
	for _, dir := range []string{"gen", "internal/codegen/sample", "examples/consumer/xsaleapi", "bench/client/xsaleapi"} {
		checked, faults, err := findLossyFiles(filepath.Join("../..", dir))
		if err != nil || checked < 20 {
			t.Errorf("%s: found %d declarations, %v", dir, checked, err)
		}
		for _, fault := range faults {
			t.Errorf("%s: %s", dir, fault)
		}
	}
}

func TestPlantedFloatIsFound(t *testing.T) {
	code, err := os.ReadFile("sample/api.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	planted := strings.Replace(string(code), "wire.Decimal ", "float64 ", 1)
	if err := os.WriteFile(filepath.Join(dir, "api.gen.go"), []byte(planted), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, faults, err := findLossyFiles(dir); err != nil || len(faults) != 1 || !strings.HasSuffix(faults[0], " has a float64") {
		t.Errorf("got %q, %v", faults, err)
	}
}

func TestFaultsAreFound(t *testing.T) {
	for declaration, want := range map[string]string{
		"type Order struct { Price float64 }":                               "Order has a float64",
		"type Order struct { Price, Net *float32 }":                         "Order has a float32",
		"type order struct { price float64 }":                               "order has a float64",
		"type Order struct { Price wire.Nullable[float64] }":                "Order has a float64",
		"type Order struct { Lines []struct { Price float64 } }":            "Order has a float64",
		"type Order struct { Extra interface{} }":                           "Order has an any",
		"type Order struct { Extra *any }":                                  "Order has an any",
		"type Order struct { Extra []any }":                                 "Order has an any",
		"type Order struct { Extra map[string]interface{} }":                "Order has an any",
		"type Order struct { Extra map[string][]any }":                      "Order has an any",
		"type Order struct { Extra wire.Nullable[any] }":                    "Order has an any",
		"type Extra = any":                                                  "Extra is an any",
		"type Extra map[string]any":                                         "Extra has an any",
		"type Price = float64":                                              "Price has a float64",
		"var price float64":                                                 "price has a float64",
		"var extra any":                                                     "extra has an any",
		"func read() float64 { return 0 }":                                  "read has a float64",
		"func read() { var body any; json.Unmarshal(nil, &body) }":          "read has an any",
		"func read() { body := map[string]any{} }":                          "read has an any",
		"func read(text string) { strconv.ParseFloat(text, 64) }":           "read has a ParseFloat",
		"type Order struct { Price wire.Decimal; raw json.RawMessage }":     "",
		"type Order struct { Extra map[string]json.RawMessage; doer Doer }": "",
		"type Doer interface { Do(any) error }":                             "",
		"func handle(request interface{}) (interface{}, error)":             "",
		"func name(body any) string { s, _ := any(body).(fmt.Stringer) }":   "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+declaration, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(findLossy(file), "; "); got != want {
			t.Errorf("%s: got %q, want %q", declaration, got, want)
		}
	}
}
