package swagger2

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// These specs are handwritten in the style of the tools they are named after.
func TestConvertToolSpecs(t *testing.T) {
	for _, test := range []struct {
		file    string
		reports []string
	}{
		{"webapi", []string{
			"swagger2-bodies /paths/~1api~1Stock~1{warehouse}~1{sku}/delete/parameters",
			"swagger2-dropped /securityDefinitions/oauth2/tokenUrl",
			"swagger2-responses /paths/~1api~1Stock~1Export/get/responses/200/schema",
		}},
		{"core", []string{
			"swagger2-parameters /paths/~1api~1v1~1orders/get/parameters/2/in",
			"swagger2-parameters /paths/~1api~1v1~1orders~1{id}~1invoice/put/parameters/0/in",
			"swagger2-parameters /paths/~1api~1v1~1orders~1{id}~1invoice/put/parameters/0/name",
			"swagger2-responses /paths/~1api~1v1~1orders/post/responses/201/description",
			"swagger2-responses /paths/~1api~1v1~1orders~1{id}~1invoice/options/responses",
			"swagger2-schemas /definitions/Customer/properties/name/required",
			"swagger2-schemas /definitions/Order/properties/customer",
		}},
		{"nswag", []string{
			"swagger2-servers /schemes",
		}},
		{"servicestack", []string{
			"swagger2-bodies /paths/~1customers/post/parameters",
			"swagger2-parameters /paths/~1customers/get/parameters/3",
			"swagger2-references /paths/~1customers~1{Id}/put/parameters/2/schema/$ref",
			"swagger2-schemas /definitions/QueryResponse_Customer_/properties/ResponseStatus",
		}},
	} {
		t.Run(test.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", test.file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			converted, reports, problems := convert(t, string(data))
			if problems != "" {
				t.Errorf("problems at %s", problems)
			}
			got := strings.Split(reports, ", ")
			slices.Sort(got)
			if !slices.Equal(got, test.reports) {
				t.Errorf("got report\n%s", strings.Join(got, "\n"))
			}
			rejectSharing(t, "", converted, map[uintptr]string{})
			checkOpenAPI(t, converted)
		})
	}
}

// checkOpenAPI fails if a converted spec is not valid OpenAPI 3.0. It first removes the
// brackets of generic names, which the conversion keeps and OpenAPI does not allow.
func checkOpenAPI(t *testing.T, converted tree.Object) {
	t.Helper()
	text := strings.ReplaceAll(write(t, converted), "ApiResult[List[StockLevel]]", "StockLevels")
	document, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Error(err)
	}
}
