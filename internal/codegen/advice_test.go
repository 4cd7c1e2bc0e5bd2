package codegen

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/overlay"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// adviceSpec is a spec with an operation that has the parameters, given as name, location and schema,
// and responds with the schema. It is a POST if a parameter is in the body.
func adviceSpec(t *testing.T, parameters, headers, schema string) tree.Object {
	t.Helper()
	var list, body []string
	for parameter := range strings.SplitSeq(parameters, ";") {
		if name, rest, ok := strings.Cut(parameter, " "); ok {
			place, inner, _ := strings.Cut(rest, " ")
			if place == "body" {
				body = append(body, `"`+name+`":`+inner)
				continue
			}
			list = append(list, `{"name":"`+name+`","in":"`+place+`","schema":`+inner+`}`)
		}
	}
	method, content := "get", ""
	if len(body) > 0 {
		method, content = "post", `"requestBody":{"content":{"application/json":{"schema":`+objectOf(body...)+`}}},`
	}
	document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{"/it's":{"` + method + `":{"operationId":"list",` + content + `"parameters":[` + strings.Join(list, ",") + `],
		"responses":{"200":{"description":"","headers":{` + headers + `},"content":{"application/json":{"schema":` + schema + `}}}}}}},
		"components":{"schemas":{"Base":{"type":"object","properties":{"totalCount":{"type":"integer"},"hasNextPage":{"type":"boolean"}}},"Order":{"type":"object","properties":{"Id":{"type":"integer"},"Total":{"type":"number"}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func objectOf(properties ...string) string {
	return `{"type":"object","properties":{` + strings.Join(properties, ",") + `}}`
}

func TestAdviceAboutPaging(t *testing.T) {
	const (
		orders         = `{"type":"array","items":{"$ref":"#/components/schemas/Order"}}`
		integer, str   = `{"type":"integer"}`, `{"type":"string"}`
		page, pageSize = `page query {"type":"integer","default":1}`, `;pageSize query {"type":"integer"}`
	)
	items := `"items":` + orders
	for _, test := range []struct{ name, parameters, headers, schema, update, question string }{
		{"page and size", page + pageSize, "", objectOf(items, `"totalCount":`+integer), "{items: items, page: page, size: pageSize, total: totalCount}", ""},
		{"an inherited total", page, "", `{"allOf":[{"$ref":"#/components/schemas/Base"}],` + objectOf(items)[1:], "{items: items, page: page, total: totalCount, more: hasNextPage}", ""},
		{"a filter object", `Filter.PageNumber query {"type":"integer","minimum":1};Filter.PageSize query ` + integer, "", objectOf(`"Items":`+orders, `"Meta":`+objectOf(`"TotalItems":`+integer, `"TotalPages":`+integer)),
			"{items: Items, page: Filter.PageNumber, size: Filter.PageSize, total: Meta.TotalItems, pages: Meta.TotalPages}", ""},
		{"skip and take, in a result", `SkipCount query {"type":"integer"};MaxResultCount query {"type":"integer"}`, "", objectOf(`"result":`+objectOf(items, `"totalCount":`+integer), `"success":{"type":"boolean"}`),
			"{items: result.items, offset: SkipCount, size: MaxResultCount, total: result.totalCount}", ""},
		{"OData", `$skip query {"type":"integer"};$top query {"type":"integer"}`, "", objectOf(`"value":`+orders, `"@odata.nextLink":`+str), "{items: value, nextLink: '@odata.nextLink'}", ""},
		{"OData without a link", `$skip query {"type":"integer"};$top query {"type":"integer"}`, "", orders, "{offset: $skip, size: $top}", ""},
		{"a link", page, "", objectOf(`"results":`+orders, `"next":{"type":"string","format":"uri"}`), "{items: results, nextLink: next}", ""},
		{"a cursor", `after query {"type":"string"}`, "", objectOf(`"data":`+orders, `"meta":`+objectOf(`"nextCursor":`+str)), "{items: data, cursor: after, next: meta.nextCursor}", ""},
		{"a cursor in a header", `x-continuation-token header {"type":"string"}`, "", objectOf(items, `"continuationToken":`+str), "{items: items, cursor: x-continuation-token, next: continuationToken}", ""},
		{"a search", `Page body {"type":"integer","minimum":1};PageSize body {"type":"integer"}`, "", objectOf(items, `"hasMore":{"type":"boolean"}`), "{items: items, page: Page, size: PageSize, more: hasMore}", ""},
		{"links of JSON:API", `page[number] query {"type":"integer"}`, "", objectOf(`"data":`+orders, `"links":`+objectOf(`"next":`+str)), "{items: data, nextLink: links.next}", ""},
		{"a header Link", `since query {"type":"integer"}`, `"Link":{"schema":{"type":"string"}}`, orders, "{linkHeader: true}", ""},
		{"a header with the total", page, `"X-Total-Count":{"schema":{"type":"integer"}}`, orders, "{page: page, total: 'header:X-Total-Count'}", ""},
		{"one of several lists", page, "", objectOf(items, `"errors":{"type":"array","items":{"type":"string"}}`), "{items: items, page: page}", ""},
		{"a first page in the description", `page query {"type":"integer"},"description":"The page, starting with 1"`, "", objectOf(items), "{items: items, page: page, first: 1}", ""},

		{"an unknown first page", `page query {"type":"integer"}`, "", objectOf(items), "{items: items, page: page}", "the number of the first page is unknown"},
		{"two lists", page + pageSize, "", objectOf(items, `"data":`+orders), "{page: page, size: pageSize}", "which field of the response is the list?"},
		{"page and offset", page + `;offset query {"type":"integer"}`, "", objectOf(items), "{items: items, page: page}", "is the next page requested by page or by offset?"},
		{"a page or an offset", `pageOffset query {"type":"integer","default":0}` + pageSize, "", objectOf(items), "{items: items, page: pageOffset, size: pageSize}", "is pageOffset the number of a page, or of elements to skip?"},
		{"a cursor from nowhere", `cursor query {"type":"string"}` + pageSize, "", objectOf(items), "{items: items, cursor: cursor}", "where in the response is the value of cursor"},

		{"no parameter", "", "", objectOf(items, `"totalCount":`+integer), "", ""},
		{"a date", `after query {"type":"string","format":"date-time"}`, "", objectOf(items, `"next":`+str), "", ""},
		{"an object", page, "", objectOf(`"Total":{"type":"number"}`), "", ""},
		{"a limit", `limit query {"type":"integer"}`, "", orders, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			document := adviceSpec(t, test.parameters, test.headers, test.schema)
			advice := Advise(document)
			actions := PagingActions(advice)
			if test.update == "" {
				if actions != "" || len(advice) > 0 {
					t.Errorf("got %s", actions)
				}
				return
			}
			want := "  - target: $.paths['/it\\'s'].METHOD\n    update: {x-paging: " + test.update + "}\n"
			if test.question != "" {
				want = "  # - target: $.paths['/it\\'s'].METHOD\n  #   update: {x-paging: " + test.update + "}\n"
				question, rest, _ := strings.Cut(actions, "\n")
				if actions = rest; !strings.HasPrefix(question, "  # "+test.question) {
					t.Errorf("asks %s", question)
				}
			}
			if want = strings.Replace(want, "METHOD", tree.Operations(document)[0].Method, 1); actions != want {
				t.Fatalf("got\n%swant\n%s", actions, want)
			}
			if test.question != "" {
				return
			}
			applied, err := overlay.Apply(document, "paging.yaml", []byte("overlay: 1.0.0\ninfo: {title: a, version: 1.0.0}\nactions:\n"+actions), &tree.Report{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Generate(applied, Options{Package: "api"}, &tree.Report{}); err != nil || len(Advise(applied)) > 0 {
				t.Errorf("the proposal does not fit: %v, %v", err, Advise(applied))
			}
		})
	}
}

func TestAdviceAboutUndescribedBodies(t *testing.T) {
	for _, test := range []struct{ method, responses, want string }{
		{"get", `"200":{"description":""}`, "/paths/~1a/get/responses/200 the response for the caller to read"},
		{"post", `"201":{"description":""}`, "/paths/~1a/post/responses/201 only an error"},
		{"delete", `"204":{"description":""}`, ""},
		{"head", `"200":{"description":""}`, ""},
		{"get", `"200":{"description":"","content":{"application/pdf":{}}}`, ""},
	} {
		document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{"/a":{"` + test.method + `":{"responses":{` + test.responses + `}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, change := range Advise(document) {
			got += change.Pointer + " " + strings.TrimPrefix(change.Reason, "the spec does not describe the body of the success, so the method returns ")
		}
		if got != test.want {
			t.Errorf("%s with %s: %s", test.method, test.responses, got)
		}
	}
}
