package source

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestClues(t *testing.T) {
	const page = "https://api.example/app/swagger/index.html"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "<html><a href='/orders'>Orders</a></html>", nil},
		{"absolute path", `var configObject = JSON.parse('{"urls":[{"url":"/swagger/v1/swagger.json","name":"V1"}],"deepLinking":false}');`,
			[]string{"https://api.example/swagger/v1/swagger.json"}},
		{"several documents", `{"urls":[{"url":"v2/swagger.json","name":"V2"},{"name":"V1","url":"../v1.json"}]}`,
			[]string{"https://api.example/app/swagger/v2/swagger.json", "https://api.example/app/v1.json"}},
		{"an absolute URL", `url: "https://API.example:443/openapi/v1.json?a=b#/Orders",`, []string{"https://API.example:443/openapi/v1.json?a=b"}},
		{"an attribute", `<redoc spec-url='openapi.json'></redoc><script data-url = "/x.json?a=1&amp;b=2"></script>`,
			[]string{"https://api.example/app/swagger/openapi.json", "https://api.example/x.json?a=1&b=2"}},
		{"escapes of scripts", `{"url":"\/v1\/swagger.json?a=1\u0026b=2"}`, []string{"https://api.example/v1/swagger.json?a=1&b=2"}},
		{"a password", `{"url":"https://user:hunter2@api.example/v1.json"}`, []string{"https://api.example/v1.json"}},
		{"other URLs", `{"oauth2RedirectUrl":"/a","validatorUrl":"/b","curl":"/c","x_url":"/d","url":null,"url":"","href":"/e"} @import url("/f")`, nil},
		{"other origins", `[{"url":"https://petstore.example/v2/swagger.json"},{"url":"http://api.example/v1.json"},{"url":"//other/v1.json"},{"url":"https://api.example:8443/"}]`, nil},
		{"not a URL", `{"url":"https://[::1/v1.json"},{"url":"%zz"}`, nil},
		{"discovery paths", "rootUrl: 'http://inside:8080/base',\n discoveryPaths: arrayFrom('swagger/docs/v1|swagger/docs/v2'),",
			[]string{"https://api.example/base/swagger/docs/v1", "https://api.example/base/swagger/docs/v2"}},
		{"discovery paths of the root", "rootUrl: 'https://api.example:443', discoveryPaths: arrayFrom('swagger/docs/v1')",
			[]string{"https://api.example/swagger/docs/v1"}},
		{"discovery paths without a root", "discoveryPaths: arrayFrom('swagger/docs/v1')", []string{"https://api.example/swagger/docs/v1"}},
		{"scripts", `<script src="./swagger-ui-bundle.js"></script><script charset=utf-8 src='index.js?v=1'></script><SCRIPT><script src=/ui/swagger-initializer.js>`,
			[]string{"https://api.example/app/swagger/index.js", "https://api.example/ui/swagger-initializer.js"}},
		{"scripts after clues in the page", `<script src="index.js"></script>{"url":"a.json"}`,
			[]string{"https://api.example/app/swagger/a.json", "https://api.example/app/swagger/index.js"}},
		{"third-party scripts", `<script src="https://cdn.example/index.js"></script>`, nil},
		{"too many", strings.Repeat(`{"url":"/a"}`, 99), slices.Repeat([]string{"https://api.example/a"}, maxClues)},
	} {
		address, err := url.Parse(page)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, clue := range clues(address, test.text) {
			got = append(got, clue.String())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q", test.name, got)
		}
	}
}
