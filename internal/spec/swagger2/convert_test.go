package swagger2

import (
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestConvertDocument(t *testing.T) {
	runConversions(t, []conversion{
		{name: "version", base: `"paths": {}`, at: "/openapi", want: `"3.0.3"`},
		{name: "swagger", base: `"paths": {}`, at: "/swagger"},
		{name: "extension", base: `"x-generator": "NSwag", "paths": {}`, at: "/x-generator", want: `"NSwag"`},
		{name: "external documents", base: `"externalDocs": {"url": "/docs"}`, at: "/externalDocs", want: `{"url": "/docs"}`},
		{name: "unknown field of externalDocs", base: `"externalDocs": {"url": "/docs", "title": "Docs"}`, at: "/externalDocs", want: `{"url": "/docs"}`, reports: "swagger2-dropped /externalDocs/title"},
		{name: "tags", base: `"tags": [{"name": "Orders", "description": "All.", "x-a": 1, "b": 2}]`, at: "/tags", want: `[{"name": "Orders", "description": "All.", "x-a": 1}]`, reports: "swagger2-dropped /tags/0/b"},
		{name: "unknown fields of other externalDocs",
			base: `"tags": [{"name": "A", "externalDocs": {"url": "/t", "a": 1}}], "definitions": {"S": {"externalDocs": {"url": "/s", "b": 1}}}, ` + post(`"externalDocs": {"url": "/o", "c": 1}, `+okResponse),
			at:   operationPointer + "/externalDocs", want: `{"url": "/o"}`,
			reports: "swagger2-dropped /tags/0/externalDocs/a, swagger2-dropped " + operationPointer + "/externalDocs/c, swagger2-dropped /definitions/S/externalDocs/b"},
		{name: "security", base: `"security": [{"key": []}, {"oauth": ["read"]}]`, at: "/security", want: `[{"key": []}, {"oauth": ["read"]}]`},
		{name: "unknown field", base: `"components": {"schemas": {}}`, at: "/components", reports: "swagger2-dropped /components"},
		{name: "no paths", base: `"x-a": 1`, at: "/paths", want: `{}`},
		{name: "media types of the document", base: `"produces": ["a/b"], "consumes": ["a/b"]`, at: "/produces"},
	})
}

func TestConvertInfo(t *testing.T) {
	for _, test := range []struct{ name, info, want, reports string }{
		{"unchanged", `{"title": "Shop", "version": "v1", "x-logo": {"url": "/logo"}, "contact": {"name": "N", "url": "/u", "email": "e"}, "license": {"name": "MIT", "url": "/l"}, "termsOfService": "/t", "description": "D"}`,
			`{"title": "Shop", "version": "v1", "x-logo": {"url": "/logo"}, "contact": {"name": "N", "url": "/u", "email": "e"}, "license": {"name": "MIT", "url": "/l"}, "termsOfService": "/t", "description": "D"}`, ""},
		{"empty", `{}`, `{"title": "API", "version": "unknown"}`, "swagger2-info /info/title, swagger2-info /info/version"},
		{"numeric version", `{"title": "Shop", "version": 1.10}`, `{"title": "Shop", "version": "1.10"}`, "swagger2-info /info/version"},
		{"unknown fields", `{"title": "Shop", "version": "v1", "termsOfServiceUrl": "/t", "contact": {"phone": "1"}, "license": {"id": "MIT"}}`,
			`{"title": "Shop", "version": "v1", "contact": {}, "license": {}}`, "swagger2-dropped /info/termsOfServiceUrl, swagger2-dropped /info/contact/phone, swagger2-dropped /info/license/id"},
		{"not an object", `"Shop"`, `{"title": "API", "version": "unknown"}`, "swagger2-dropped /info, swagger2-info /info/title, swagger2-info /info/version"},
	} {
		t.Run(test.name, func(t *testing.T) {
			converted, reports, _ := convert(t, `{"swagger": "2.0", "info": `+test.info+`, "paths": {}}`)
			if got, want := write(t, converted["info"]), write(t, parse(t, test.want)); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if reports != test.reports {
				t.Errorf("got report %q, want %q", reports, test.reports)
			}
		})
	}
}

func TestConvertReportsConversion(t *testing.T) {
	report := &tree.Report{}
	_, problems := Convert(tree.Object{"swagger": "2.0", "info": tree.Object{"title": "Shop", "version": "1"}}, report)
	if len(problems) > 0 || len(report.Changes) != 1 {
		t.Fatalf("%v, %v", report.Changes, problems)
	}
	if change := report.Changes[0]; change.Rule != "swagger2" || change.Pointer != "/swagger" || change.Before != "2.0" || change.After != "3.0.3" {
		t.Errorf("got report %v", change)
	}
}
