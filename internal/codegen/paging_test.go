package codegen

import (
	"errors"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// pagedSpec is a spec with an operation that has paging and responds with a page of orders, or an
// array of them.
func pagedSpec(method, paging, array string) string {
	response := `{"$ref":"#/components/schemas/Page"}`
	if array != "" {
		response = `{"type":"array","items":{"$ref":"#/components/schemas/Order"}}`
	}
	return `{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{"/orders":{"` + method + `":{"operationId":"listOrders","x-paging":` + paging + `,` + strings.TrimPrefix(array, "array") + `
		"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"Page":{"type":"integer","default":1},"Paging":{"type":"object","properties":{"Skip":{"type":"integer"}}}}}}}},
		"parameters":[{"name":"page","in":"query","schema":{"type":"integer"}},{"name":"from1","in":"query","schema":{"type":"integer","default":1,"minimum":0}},
			{"name":"from0","in":"query","schema":{"allOf":[{"$ref":"#/components/schemas/Index"}]}},{"name":"size","in":"query","schema":{"type":"integer"}},{"name":"filter","in":"query","schema":{"type":"object","properties":{"page":{"type":"integer"}}}},
			{"name":"X-Token","in":"header","schema":{"type":"string"}},{"name":"a","in":"cookie","schema":{"type":"string"}}],
		"responses":{"200":{"description":"","content":{"application/json":{"schema":` + response + `}}},"404":{"description":""}}}}},
		"components":{"schemas":{"Index":{"type":"integer","minimum":0},"Order":{"type":"object","properties":{"Id":{"type":"integer"}}},
			"Result":{"type":"object","properties":{"Next":{"type":"string"},"a.b":{"type":"string"},"Open":{"type":"object"}}},
			"Page":{"allOf":[{"$ref":"#/components/schemas/Result"}],"type":"object","properties":{"Items":{"type":"array","items":{"$ref":"#/components/schemas/Order"}},"Names":{"type":"array","items":{"type":"string"}},
				"Total":{"type":"integer"},"Meta":{"type":"object","properties":{"Total":{"type":"integer"},"List":{"type":"array","items":{"type":"object","properties":{"A":{"type":"string"}}}}}}}}}}}`
}

func TestPagingCode(t *testing.T) {
	for _, test := range []struct{ paging, array, element, code string }{
		{`{"items":"Items","page":"from1","size":"size","total":"Total"}`, "", "Order", `Items: "/Items", Page: "from1", First: 1, Size: "size", Total: "/Total"`},
		{`{"items":"Names","page":"from0","pages":"Meta.Total","more":"Open.more"}`, "", "string", `Items: "/Names", Page: "from0", Total: "/Meta/Total"`},
		{`{"items":"Meta.List","page":"page","first":1}`, "", "PageMetaListItem", `Items: "/Meta/List", Page: "page", First: 1`},
		{`{"items":"Items","page":"from1","first":0}`, "", "Order", `Items: "/Items", Page: "from1"`},
		{`{"items":"Items","offset":"page","total":"header:X-Total-Count"}`, "", "Order", `Items: "/Items", Offset: "page", Total: "header:X-Total-Count"`},
		{`{"items":"Items","cursor":"X-Token","next":"Next"}`, "", "Order", `Items: "/Items", Cursor: "header:X-Token", Next: "/Next"`},
		{`{"items":"Items","cursor":"page","next":"a.b"}`, "", "Order", `Items: "/Items", Cursor: "page", Next: "/a.b"`},
		{`{"items":"Items","nextLink":"@odata.nextLink"}`, "", "Order", `Items: "/Items", NextLink: "/@odata.nextLink"`},
		{`{"linkHeader":true}`, "array", "Order", `LinkHeader: true`},
		{`{"page":"from1","pages":"header:X-Pagination.TotalPages"}`, "array", "Order", `Page: "from1", First: 1, Pages: "header:X-Pagination/TotalPages"`},
		{`{"items":"value","nextLink":"@odata.nextLink"}`, "array", "Order", `Items: "/value", NextLink: "/@odata.nextLink"`},
		{`{"items":"Items","page":"Page"}`, "", "Order", `Items: "/Items", Page: "body:/Page", First: 1`},
		{`{"items":"Items","offset":"Paging.Skip"}`, "", "Order", `Items: "/Items", Offset: "body:/Paging/Skip"`},
		{`{"offset":"page","total":"total"}`, `array"x-list-field":"*",`, "Order", `Offset: "page", Total: "/total"`},
	} {
		document, err := tree.Read([]byte(pagedSpec("get", test.paging, test.array)))
		if err != nil {
			t.Fatal(err)
		}
		files, err := Generate(document, Options{Package: "api"}, &tree.Report{})
		if err != nil {
			t.Errorf("%s: %v", test.paging, err)
			continue
		}
		code := string(files[0].Content)
		want := strings.Replace(`Paging: &call.Paging{`+test.code+`}`, `Total: "/Meta/Total"}`, `Pages: "/Meta/Total", More: "/Open/more"}`, 1)
		if !strings.Contains(code, want) || !strings.Contains(code, "options ...call.Option) iter.Seq2["+test.element+", error] {") || strings.Count(code, "&call.Paging") != 1 {
			_, code, _ = strings.Cut(code, "ListOrdersSeq(")
			t.Errorf("%s: %.600s", test.paging, code)
		}
	}
}

func TestInvalidPaging(t *testing.T) {
	for _, test := range []struct{ method, paging, array, pointer, message string }{
		{"get", `true`, "", "", "is not an object; write it like {items: Items, page: page"},
		{"get", `{}`, "", "", "want one of cursor, linkHeader, nextLink, offset, page, got 0"},
		{"get", `{"items":"Items","page":"from1","offset":"page"}`, "", "", "got 2"},
		{"get", `{"items":"Items","page":"from1","next":"Next"}`, "", "/next", "does not go with page; remove it; allowed are items, first, size, total, pages, more"},
		{"get", `{"page":"from1"}`, "", "", "the field with the list is unknown; add items, one of Items, Names"},
		{"get", `{"items":"items","page":"from1"}`, "", "/items", `"items" is not a property of the response; use one of Items, Meta, Names`},
		{"get", `{"items":"Meta.Items","page":"from1"}`, "", "/items", `"Meta.Items" is not a property of the response; use one of List, Total`},
		{"get", `{"items":"Total","page":"from1"}`, "", "/items", "is not a list; use one of Items, Names"},
		{"get", `{"items":"Items","page":1}`, "", "/page", `1 is not a name`},
		{"get", `{"items":"Items","page":"number","first":1}`, "", "/page", `"number" is not a parameter in the query or a header, or a property of a JSON body`},
		{"get", `{"items":"Items","offset":"a"}`, "", "/offset", `"a" is not a parameter in the query or a header, or a property of a JSON body`},
		{"get", `{"items":"Items","offset":"Paging"}`, "", "/offset", `the parameter "Paging" is not a plain value`},
		{"get", `{"items":"Items","offset":"filter"}`, "", "/offset", `the parameter "filter" is not a plain value`},
		{"get", `{"items":"Items","page":"page"}`, "", "/first", "the number of the first page is unknown: the parameter has no default and no minimum; add first: 0 or first: 1"},
		{"get", `{"items":"Items","page":"page","first":"1"}`, "", "/first", "write 0 or 1 without quotes"},
		{"get", `{"items":"Items","page":"page","first":[1]}`, "", "/first", "is not the number of a page"},
		{"get", `{"items":"Items","page":"page","first":-1}`, "", "/first", "is not the number of a page"},
		{"get", `{"items":"Items","offset":"page","total":null}`, "", "/total", `null is not a name`},
		{"get", `{"items":"Items","cursor":"page"}`, "", "", "next is missing"},
		{"get", `{"items":"Items","offset":"page","total":"Count"}`, "", "/total", `"Count" is not a property of the response`},
		{"get", `{"items":"Items","offset":"page","total":"header:a b"}`, "", "/total", "is not the name of a header"},
		{"get", `{"items":"Items","offset":"page","total":"Names"}`, "", "/total", `"Names" is of type array, not integer or number or string`},
		{"get", `{"items":"Items","nextLink":"Total"}`, "", "/nextLink", `"Total" is of type integer, not string`},
		{"get", `{"items":"Items","linkHeader":"yes"}`, "", "/linkHeader", "write true without quotes"},
		{"get", `{"offset":"page","total":"Total"}`, "array", "/total", "the response is an array, which has no fields"},
		{"get", `{"items":"Items","offset":"page"}`, `array"x-list-field":"*",`, "/items", "the operation has x-list-field, too"},
		{"post", `{"items":"Items","nextLink":"Next"}`, "", "/nextLink", "a link is followed with GET, but the operation is POST"},
	} {
		document, err := tree.Read([]byte(pagedSpec(test.method, test.paging, test.array)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Generate(document, Options{Package: "api"}, &tree.Report{})
		problems, ok := errors.AsType[tree.Problems](err)
		if want := "/paths/~1orders/" + test.method + "/x-paging" + test.pointer; !ok || len(problems) != 1 || problems[0].Pointer != want || !strings.Contains(err.Error(), test.message) || problems[0].Remedy == "" {
			t.Errorf("%s: got %v", test.paging, err)
		}
	}
}

// Two types of success leave no type for the elements.
func TestPagingOfSeveralTypes(t *testing.T) {
	document, err := tree.Read([]byte(strings.Replace(pagedSpec("get", `{"items":"Items","page":"from1"}`, ""), `"404":{"description":""}`,
		`"206":{"description":"","content":{"application/json":{"schema":{"type":"string"}}}}`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Generate(document, Options{Package: "api"}, &tree.Report{}); err == nil || !strings.Contains(err.Error(), "x-paging of GET /orders: the operation has successes of several types") {
		t.Errorf("got %v", err)
	}
}
