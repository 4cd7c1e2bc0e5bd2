package call_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/wire"
)

// paged is an operation with pages.
func paged(paging call.Paging) call.Operation {
	return call.Operation{ID: "listThings", Method: http.MethodGet, Route: "/v1/things", Idempotent: true, Paging: &paging}
}

// sendTo sends the request of an operation with a query to a server at /base.
func sendTo(doer call.Doer, query string) call.SendFunc {
	return func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, xsale.DefaultBaseURL+"/base/v1/things?"+query, nil)
		if err == nil {
			err = edit(ctx, request)
		}
		if err != nil {
			return nil, err
		}
		return call.Wrap(doer).Do(request)
	}
}

type numbered struct {
	ID int `json:"id"`
}

// readPages reads a list from a server, and returns the ids, the paths and queries of the requests,
// and the error.
func readPages(t *testing.T, paging call.Paging, query string, serve func(*http.Request) (*http.Response, error), options ...call.Option) (ids []int, requests []string, err error) {
	t.Helper()
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		requests = append(requests, strings.TrimPrefix(request.URL.RequestURI(), "/base"))
		if len(requests) > 20 {
			return nil, errors.New("endless")
		}
		return serve(request)
	}, xsale.WithRetries(0))
	things, err := call.Collect(call.Stream[numbered](t.Context(), paged(paging), options, sendTo(client.Doer(), query)))
	for _, thing := range things {
		ids = append(ids, thing.ID)
	}
	return ids, requests, err
}

// objects is the JSON of the elements from one id to before another one.
func objects(from, to int) string {
	var all []string
	for id := from; id < to; id++ {
		all = append(all, fmt.Sprintf(`{"id":%d}`, id))
	}
	return "[" + strings.Join(all, ",") + "]"
}

// pageOf responds with a part of 25 elements, in a template with %s for the elements.
func pageOf(template string, from, size int, header ...string) (*http.Response, error) {
	from, to := min(max(from, 0), 25), min(from+size, 25)
	return stub.Response(200, strings.ReplaceAll(template, "%s", objects(from, max(from, to))), header...), nil
}

func number(request *http.Request, name string, otherwise int) int {
	n, err := strconv.Atoi(request.URL.Query().Get(name))
	if err != nil {
		return otherwise
	}
	return n
}

func TestPages(t *testing.T) {
	byNumber := func(template string, first int, header ...string) func(*http.Request) (*http.Response, error) {
		return func(request *http.Request) (*http.Response, error) {
			size := min(number(request, "size", 10), 10) // the server allows no more
			return pageOf(template, (number(request, "p", first)-first)*size, size, header...)
		}
	}
	byOffset := func(template string) func(*http.Request) (*http.Response, error) {
		return func(request *http.Request) (*http.Response, error) {
			return pageOf(template, number(request, "$skip", 0), min(number(request, "take", 10), 10))
		}
	}
	byCursor := func(cursorOf func(request *http.Request) string, template func(next string) string, header string) func(*http.Request) (*http.Response, error) {
		return func(request *http.Request) (*http.Response, error) {
			from, _ := strconv.Atoi(strings.TrimPrefix(cursorOf(request), "c/"))
			next := ""
			if from+10 < 25 {
				next = fmt.Sprintf("c/%d", from+10)
			}
			return pageOf(template(next), from, 10, header, next)
		}
	}
	inQuery := func(request *http.Request) string { return request.URL.Query().Get("after") }
	byLink := func(link func(skip int) string) func(*http.Request) (*http.Response, error) {
		return func(request *http.Request) (*http.Response, error) {
			skip := number(request, "$skip", 0)
			if skip+10 >= 25 {
				return pageOf(`{"value":%s}`, skip, 10)
			}
			return pageOf(`{"@odata.count":25,"value":%s,"@odata.nextLink":"`+link(skip+10)+`"}`, skip, 10)
		}
	}
	for _, test := range []struct {
		name     string
		paging   call.Paging
		query    string
		serve    func(*http.Request) (*http.Response, error)
		first    int // id
		requests string
	}{
		{"page, to an empty one", call.Paging{Page: "p", First: 1}, "", byNumber(`%s`, 1), 0, "/v1/things?p=1 /v1/things?p=2 /v1/things?p=3 /v1/things?p=4"},
		{"page from 0, to the total", call.Paging{Items: "/items", Page: "p", Total: "/meta/total"}, "", byNumber(`{"items":%s,"meta":{"total":25}}`, 0), 0, "/v1/things?p=0 /v1/things?p=1 /v1/things?p=2"},
		{"page, to a quoted total before the list", call.Paging{Items: "/items", Page: "p", First: 1, Total: "/count"}, "", byNumber(`{"Count":"25","Items":%s}`, 1), 0, "/v1/things?p=1 /v1/things?p=2 /v1/things?p=3"},
		{"page, with a total in a header", call.Paging{Page: "p", First: 1, Total: "header:X-Total-Count"}, "", byNumber(`%s`, 1, "X-Total-Count", "25"), 0, "/v1/things?p=1 /v1/things?p=2 /v1/things?p=3"},
		{"page, with JSON in a header", call.Paging{Page: "p", First: 1, Pages: "header:X-Pagination/TotalPages"}, "", byNumber(`%s`, 1, "X-Pagination", `{"TotalPages":3}`), 0, "/v1/things?p=1 /v1/things?p=2 /v1/things?p=3"},
		{"page, an unknown total", call.Paging{Items: "/items", Page: "p", First: 1, Total: "/count"}, "", byNumber(`{"items":%s,"count":null}`, 1), 0, "/v1/things?p=1 /v1/things?p=2 /v1/things?p=3 /v1/things?p=4"},
		{"page, a total that the server does not count", call.Paging{Items: "/items", Page: "p", First: 1, Total: "/count"}, "", byNumber(`{"items":%s,"count":-1}`, 1), 0, "/v1/things?p=1 /v1/things?p=2 /v1/things?p=3 /v1/things?p=4"},
		{"page 0 of a struct", call.Paging{Items: "/items", Page: "p", First: 1, Total: "/count"}, "p=0", byNumber(`{"items":%s,"count":25}`, 1), 0, "/v1/things?p=1 /v1/things?p=2 /v1/things?p=3"},
		{"page of the caller", call.Paging{Items: "/items", Page: "p", First: 1, Total: "/count"}, "p=2&a=b+c%20d", byNumber(`{"items":%s,"count":25}`, 1), 10,
			"/v1/things?a=b+c%20d&p=2 /v1/things?a=b+c%20d&p=3 /v1/things?a=b+c%20d&p=4"},
		{"page, a short one", call.Paging{Page: "p", First: 1, Size: "size"}, "size=10", byNumber(`%s`, 1), 0, "/v1/things?size=10&p=1 /v1/things?size=10&p=2 /v1/things?size=10&p=3"},
		{"page, a size that the server does not allow", call.Paging{Page: "p", First: 1, Size: "size"}, "size=50", byNumber(`%s`, 1), 0, "/v1/things?size=50&p=1 /v1/things?size=50&p=2 /v1/things?size=50&p=3 /v1/things?size=50&p=4"},
		{"page, while there are more", call.Paging{Items: "/items", Page: "p", More: "/hasMore"}, "", func(request *http.Request) (*http.Response, error) {
			return pageOf(fmt.Sprintf(`{"items":%%s,"hasMore":%v}`, number(request, "p", 0) < 2), number(request, "p", 0)*10, 10)
		}, 0, "/v1/things?p=0 /v1/things?p=1 /v1/things?p=2"},
		{"offset", call.Paging{Items: "/result/items", Offset: "$skip"}, "", byOffset(`{"result":{"items":%s}}`), 0, "/v1/things?%24skip=0 /v1/things?%24skip=10 /v1/things?%24skip=20 /v1/things?%24skip=25"},
		{"offset of the caller, to the total", call.Paging{Items: "/items", Offset: "$skip", Total: "/n"}, "$skip=5", byOffset(`{"items":%s,"n":25}`), 5, "/v1/things?%24skip=5 /v1/things?%24skip=15"},
		{"offset, a size that the server does not allow", call.Paging{Offset: "$skip", Size: "take"}, "take=20", byOffset(`%s`), 0,
			"/v1/things?take=20&%24skip=0 /v1/things?take=20&%24skip=10 /v1/things?take=20&%24skip=20 /v1/things?take=20&%24skip=25"},
		{"cursor", call.Paging{Items: "/data", Cursor: "after", Next: "/meta/next"}, "", byCursor(inQuery, func(next string) string { return `{"data":%s,"meta":{"next":"` + next + `"}}` }, ""), 0,
			"/v1/things? /v1/things?after=c%2F10 /v1/things?after=c%2F20"},
		{"cursor of the caller", call.Paging{Items: "/data", Cursor: "after", Next: "/meta/next"}, "after=c/10", byCursor(inQuery, func(next string) string { return `{"data":%s,"meta":{"next":"` + next + `"}}` }, ""), 10,
			"/v1/things?after=c/10 /v1/things?after=c%2F20"},
		{"cursor in headers", call.Paging{Cursor: "header:X-Token", Next: "header:X-Next"}, "", byCursor(func(request *http.Request) string { return request.Header.Get("X-Token") }, func(string) string { return `%s` }, "X-Next"), 0,
			"/v1/things? /v1/things? /v1/things?"},
		{"cursor of a last page that has one", call.Paging{Items: "/data", Cursor: "after", Next: "/end", More: "/more"}, "", func(request *http.Request) (*http.Response, error) {
			from := number(request, "after", 0)
			return pageOf(fmt.Sprintf(`{"data":%%s,"end":%d,"more":%v}`, from+10, from < 20), from, 10)
		}, 0, "/v1/things? /v1/things?after=10 /v1/things?after=20"},
		{"link", call.Paging{Items: "/value", NextLink: "/@odata.nextLink"}, "$filter=a", byLink(func(skip int) string { return fmt.Sprintf("%s/base/v1/things?$skip=%d", xsale.DefaultBaseURL, skip) }), 0,
			"/v1/things?$filter=a /v1/things?$skip=10 /v1/things?$skip=20"},
		{"relative link", call.Paging{Items: "/value", NextLink: "/@odata.nextLink"}, "", byLink(func(skip int) string { return fmt.Sprintf("things?$skip=%d", skip) }), 0,
			"/v1/things? /v1/things?$skip=10 /v1/things?$skip=20"},
		{"link to another path", call.Paging{Items: "/value", NextLink: "/@odata.nextLink"}, "", byLink(func(skip int) string { return fmt.Sprintf("/base/v2/more?$skip=%d", skip) }), 0,
			"/v1/things? /v2/more?$skip=10 /v2/more?$skip=20"},
		{"header Link", call.Paging{LinkHeader: true}, "", func(request *http.Request) (*http.Response, error) {
			from := number(request, "from", 0)
			link := fmt.Sprintf(`<?from=%d>; title="a, <b>; rel=\"next\""; rel="last NEXT", <?from=0>; rel=first`, from+10)
			if from == 20 {
				link = `<?from=0>; rel="first"`
			}
			return pageOf(`%s`, from, 10, "Link", link)
		}, 0, "/v1/things? /v1/things?from=10 /v1/things?from=20"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ids, requests, err := readPages(t, test.paging, test.query, test.serve)
			var want []int
			for id := test.first; id < 25; id++ {
				want = append(want, id)
			}
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("got %v, %v", ids, err)
			}
			if got := strings.Join(requests, " "); got != test.requests {
				t.Errorf("sent %s\nwant %s", got, test.requests)
			}
		})
	}
}

// Pages that do not fit together are errors, instead of a list with gaps or without an end.
func TestPagesThatDoNotFitTogether(t *testing.T) {
	byPage := call.Paging{Items: "/items", Page: "p", First: 1, Total: "/total", More: "/more", Pages: "/pages"}
	cursor := call.Paging{Items: "/items", Cursor: "after", Next: "/next", More: "/more"}
	link := call.Paging{Items: "/items", NextLink: "/next"}
	for _, test := range []struct {
		name   string
		paging call.Paging
		bodies []string // the last one repeats
		want   string   // of the error
		ids    string
	}{
		{"an ignored page", byPage, []string{`{"items":[{"id":1},{"id":2}]}`}, "page 2: 200 OK: cannot decode response: the page is the same as the one before: the server ignores the parameter p", "[1 2]"},
		{"a page out of range", byPage, []string{`{"items":[{"id":1}]}`, `{"items":[{"id":2}]}`}, "page 3: 200 OK: cannot decode response: the page is the same", "[1 2]"},
		{"an ignored offset", call.Paging{Offset: "skip"}, []string{`[{"id":1}]`}, "ignores the parameter skip", "[1]"},
		{"a total that is never reached", byPage, []string{`{"items":[{"id":1}],"total":3}`, `{"items":[],"total":3}`}, "page 2: 200 OK: cannot decode response: the list ends after 1 elements, but /total is 3", "[1]"},
		{"pages that end before the total", byPage, []string{`{"items":[{"id":1}],"total":3,"pages":1}`}, "the list ends after 1 elements, but /total is 3", "[1]"},
		{"no more before the total", byPage, []string{`{"items":[{"id":1}],"total":3,"more":false}`}, "the list ends after 1 elements, but /total is 3", "[1]"},
		{"a total that is too small", byPage, []string{`{"items":[{"id":1},{"id":2}],"total":1}`}, "/total is 1, but there are 2 elements", "[1 2]"},
		{"a total that is no number", byPage, []string{`{"items":[{"id":1}],"total":"many"}`}, "/total is not an integer", "[1]"},
		{"a total that is an object", byPage, []string{`{"items":[{"id":1}],"total":{}}`}, "/total is not a plain value", "[1]"},
		{"an empty page with more", byPage, []string{`{"items":[],"more":true}`}, "the page is empty, but /more is true", "[]"},
		{"more that is no boolean", byPage, []string{`{"items":[],"more":"soon"}`}, "/more is not a boolean", "[]"},
		{"a cursor twice", cursor, []string{`{"items":[{"id":1}],"next":"a"}`, `{"items":[{"id":2}],"next":"b"}`, `{"items":[{"id":3}],"next":"a"}`}, "page 3: 200 OK: cannot decode response: the cursor or link to the next page has been followed before", "[1 2 3]"},
		{"the cursor of the caller", call.Paging{Items: "/items", Cursor: "a", Next: "/next"}, []string{`{"items":[{"id":1}],"next":1}`}, "page 1: 200 OK: cannot decode response: the cursor or link", "[1]"},
		{"a total that shrinks", byPage, []string{`{"items":[{"id":1},{"id":2}],"total":5}`, `{"items":[{"id":3},{"id":4}],"total":3}`, `{"items":[],"total":3}`}, "", "[1 2 3 4]"},
		{"a total that is 0 later", byPage, []string{`{"items":[{"id":1}],"total":3}`, `{"items":[{"id":2}],"total":0}`, `{"items":[{"id":3}],"total":0}`, `{"items":[],"total":0}`}, "", "[1 2 3]"},
		{"a total on the first page only", byPage, []string{`{"items":[{"id":1}],"total":3}`, `{"items":[]}`}, "page 2: 200 OK: cannot decode response: the list ends after 1 elements, but /total is 3", "[1]"},
		{"an empty page before the last", byPage, []string{`{"items":[{"id":1}],"pages":3}`, `{"items":[],"pages":3}`}, "page 2 is empty, but /pages is 3", "[1]"},
		{"no pages with elements", byPage, []string{`{"items":[{"id":1}],"pages":0}`}, "/pages is 0, but page 1 has elements", "[1]"},
		{"a link with spaces", link, []string{`{"items":[{"id":1}],"next":"?a=b c"}`, `{"items":[{"id":2}]}`}, "", "[1 2]"},
		{"empty pages with a cursor", cursor, []string{`{"items":[],"next":"a"}`}, "page 2: 200 OK: cannot decode response: the cursor or link", "[]"},
		{"an ignored cursor", cursor, []string{`{"items":[{"id":1}],"next":"a"}`}, "page 2: 200 OK: cannot decode response: the page is the same as the one before: the server ignores the parameter after", "[1]"},
		{"more without a cursor", cursor, []string{`{"items":[{"id":1}],"more":true}`}, "/more is true, but there is no /next", "[1]"},
		{"a link to itself", link, []string{`{"items":[{"id":1}],"next":"?a=1"}`}, "followed before", "[1]"},
		{"a link to another host", link, []string{`{"items":[{"id":1}],"next":"https://else.example/base/v1/things"}`}, "leads to https://else.example, not to https://api.xsale.ai: refusing to send tokens there", "[1]"},
		{"a link to another scheme", link, []string{`{"items":[{"id":1}],"next":"http://api.xsale.ai/base/v1/things"}`}, "leads to http://api.xsale.ai, not to", "[1]"},
		{"a link without a scheme", link, []string{`{"items":[{"id":1}],"next":"//else.example/base/v1/things"}`}, "refusing to send tokens", "[1]"},
		{"a link with a user", link, []string{`{"items":[{"id":1}],"next":"https://a:b@api.xsale.ai/base/v1/things"}`}, "has a user or password", "[1]"},
		{"a link out of the base path", link, []string{`{"items":[{"id":1}],"next":"/other/v1/things"}`}, "leads out of the path /base/", "[1]"},
		{"a link up", link, []string{`{"items":[{"id":1}],"next":"/base/../other"}`}, "leads out of the path /base/", "[1]"},
		{"an escaped link up", link, []string{`{"items":[{"id":1}],"next":"/base/%2e%2e/other"}`}, "leads out of the path /base/", "[1]"},
		{"a link that is none", link, []string{`{"items":[{"id":1}],"next":"https://a b\u0001/"}`}, "not a valid URL", "[1]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			bodies := test.bodies
			ids, _, err := readPages(t, test.paging, "a=1", func(*http.Request) (*http.Response, error) {
				body := bodies[0]
				bodies = bodies[min(1, len(bodies)-1):]
				return stub.Response(200, body), nil
			})
			if fmt.Sprint(ids) != test.ids || test.want == "" && err != nil || test.want != "" && (!errors.Is(err, call.ErrDecode) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, %v", ids, err)
			}
		})
	}
}

func TestPageOfTheCallerTwice(t *testing.T) {
	_, requests, err := readPages(t, call.Paging{Items: "/items", Offset: "skip"}, "skip=3&skip=20", nil)
	if !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), "skip has 2 values") || len(requests) > 0 {
		t.Errorf("got %v after %v", err, requests)
	}
}

// Numbers and strings have no id, so only a whole page tells them apart.
func TestPagesOfScalars(t *testing.T) {
	for _, test := range []struct {
		bodies []string
		want   string
	}{
		{[]string{`["a","b"]`, `["a","c"]`, `[]`}, "[a b a c] <nil>"},
		{[]string{`["a","b"]`, `["a","b"]`}, "[a b a b] GET /v1/things, page 2: 200 OK: cannot decode response: the page is the same as the one before: the server ignores the parameter p, or repeats the last page"},
	} {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			body := test.bodies[0]
			test.bodies = test.bodies[1:]
			return stub.Response(200, body), nil
		})
		got, err := call.Collect(call.Stream[string](t.Context(), paged(call.Paging{Page: "p"}), nil, sendTo(client.Doer(), "")))
		if text := fmt.Sprint(got, " ", err); text != test.want {
			t.Errorf("got  %s\nwant %s", text, test.want)
		}
	}
}

// A search by POST may have its page in the body.
func TestPagesByBody(t *testing.T) {
	for _, test := range []struct {
		name   string
		paging call.Paging
		body   string
		want   string // bodies, or the error
	}{
		{"page", call.Paging{Page: "body:/Page", First: 1}, `{"q":"a","Page":null,"z":1.10}`, `{"q":"a","Page":1,"z":1.10} {"q":"a","Page":2,"z":1.10} {"q":"a","Page":3,"z":1.10} {"q":"a","Page":4,"z":1.10}`},
		{"page of a struct", call.Paging{Page: "body:/Page", First: 1}, `{"page":0}`, `{"page":1} {"page":2} {"page":3} {"page":4}`},
		{"page of the caller", call.Paging{Page: "body:/page", First: 1}, `{"page":3}`, `{"page":3} {"page":4}`},
		{"offset, in an object", call.Paging{Offset: "body:/paging/skip"}, `{}`, `{"paging":{"skip":0}} {"paging":{"skip":10}} {"paging":{"skip":20}} {"paging":{"skip":25}}`},
		{"a short page", call.Paging{Offset: "body:/skip", Size: "body:/take"}, `{"take":10}`, `{"take":10,"skip":0} {"take":10,"skip":10} {"take":10,"skip":20}`},
		{"cursor", call.Paging{Cursor: "body:/after", Next: "header:X-Next"}, `{"a":1}`, `{"a":1} {"a":1,"after":"10"} {"a":1,"after":"20"}`},
		{"no object", call.Paging{Page: "body:/page"}, `[]`, "invalid argument: the page to request is in the body, which must be a JSON object"},
		{"no number", call.Paging{Page: "body:/page"}, `{"page":"x"}`, "invalid argument: the value of body:/page must be a number of 0 or more"},
	} {
		var bodies []string
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(request.Body)
			if bodies = append(bodies, string(body)); err != nil || int64(len(body)) != request.ContentLength {
				t.Errorf("%s: %s, %v", test.name, body, err)
			}
			var sent struct {
				Page   int `json:"page"`
				Skip   int `json:"skip"`
				After  int `json:"after,string"`
				Paging struct {
					Skip int `json:"skip"`
				} `json:"paging"`
			}
			if err := json.Unmarshal(body, &sent); err != nil {
				t.Error(err)
			}
			from := max(10*(sent.Page-1), sent.Skip, sent.After, sent.Paging.Skip)
			next := ""
			if from < 20 {
				next = strconv.Itoa(from + 10)
			}
			return pageOf(`%s`, from, 10, "X-Next", next)
		})
		send := func(ctx context.Context, edit call.Edit) (*http.Response, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, xsale.DefaultBaseURL+"/v1/things", strings.NewReader(test.body))
			if err == nil {
				err = edit(ctx, request)
			}
			if err != nil {
				return nil, err
			}
			return client.Doer().Do(request)
		}
		_, err := call.Collect(call.Stream[numbered](t.Context(), paged(test.paging), nil, send))
		got := strings.Join(bodies, " ")
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got  %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestPageOfTheCallerMustBeANumber(t *testing.T) {
	for _, query := range []string{"p=x", "p=-1"} {
		if _, requests, err := readPages(t, call.Paging{Page: "p"}, query, always(200, `[]`)); !errors.Is(err, call.ErrInvalid) || len(requests) > 0 {
			t.Errorf("%s: got %v after %v", query, err, requests)
		}
	}
}

// Elements that do not fit count, and the range goes on.
func TestPagesWithElementsThatDoNotFit(t *testing.T) {
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		if number(request, "skip", 0) == 0 {
			return stub.Response(200, `{"n":3,"items":[null,{"id":"x"}]}`), nil
		}
		return stub.Response(200, `{"n":3,"items":[{"id":3}]}`), nil
	})
	var got []string
	for thing, err := range call.Stream[numbered](t.Context(), paged(call.Paging{Items: "/items", Offset: "skip", Total: "/n"}), nil, sendTo(client.Doer(), "")) {
		if unfit, ok := errors.AsType[*call.ElementError](err); ok {
			e, _ := errors.AsType[*call.Error](err)
			got = append(got, fmt.Sprint(e.Page, unfit.Pointer))
			continue
		}
		got = append(got, fmt.Sprint(thing.ID, err))
	}
	if want := "1/items/0 1/items/1 3 <nil>"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// Each page is a call: it is retried, seen by hooks, and has its own timeout. The options apply to
// each.
func TestEachPageIsACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent, done := 0, 0
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			sent++
			if sent%2 == 1 {
				return stub.Response(503, ""), nil
			}
			if request.Header.Get("X-A") != "b" {
				t.Error("the header is missing")
			}
			return pageOf(`{"items":%s,"total":25}`, number(request, "skip", 0), 5)
		}, xsale.WithRetries(1), xsale.WithRetryBudget(100), xsale.WithTimeout(time.Minute), xsale.WithHooks(call.Hooks{CallDone: func(context.Context, call.Event) { done++ }}))
		var envelope wire.UnknownFields
		count := 0
		for _, err := range call.Stream[numbered](t.Context(), paged(call.Paging{Items: "/items", Offset: "skip", Total: "/total"}), []call.Option{call.Header("X-A", "b"), call.Envelope(&envelope)}, sendTo(client.Doer(), "")) {
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Second) // 25 times, more than a minute for a page
			count++
		}
		if total, _, err := envelope.GetInt("total"); count != 25 || sent != 10 || done != 5 || total != 25 || err != nil {
			t.Errorf("%d elements, %d requests, %d calls, total %d, %v", count, sent, done, total, err)
		}
	})
}

func TestPagesEndWithTheLoopOrTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var bodies []*stub.CloseRecorder
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		if err := request.Context().Err(); err != nil {
			return nil, err
		}
		response, _ := pageOf(`%s`, number(request, "skip", 0), 5)
		body := &stub.CloseRecorder{Reader: response.Body}
		response.Body, bodies = body, append(bodies, body)
		return response, nil
	})
	things := call.Stream[numbered](ctx, paged(call.Paging{Offset: "skip"}), nil, sendTo(client.Doer(), ""))
	for thing, err := range things {
		if err != nil {
			t.Fatal(err)
		}
		if thing.ID == 7 {
			break
		}
	}
	var failure error
	for thing, err := range things {
		if failure = err; thing.ID == 4 {
			cancel()
		}
	}
	if e, ok := errors.AsType[*call.Error](failure); !ok || !errors.Is(failure, context.Canceled) || e.Page != 2 {
		t.Errorf("got %v", failure)
	}
	for i, body := range bodies {
		if !body.Closed {
			t.Errorf("body %d is open", i)
		}
	}
}

// Ten thousand pages need no more memory than one.
func TestPagesInBoundedMemory(t *testing.T) {
	pages := fewer.UnderRace(10_000, 1_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		page := number(request, "after", 0)
		fmt.Fprintf(w, `{"items":[`)
		for i := range 10 {
			if i > 0 {
				io.WriteString(w, ",")
			}
			fmt.Fprintf(w, `{"id":%d,"name":"%s"}`, page*10+i, strings.Repeat("x", 100))
		}
		next := "null"
		if page < pages-1 {
			next = strconv.Itoa(page + 1)
		}
		fmt.Fprintf(w, `],"next":%s}`, next)
	}))
	defer server.Close()
	send := func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v1/things", nil)
		if err == nil {
			err = edit(ctx, request)
		}
		if err != nil {
			return nil, err
		}
		return call.Wrap(server.Client()).Do(request)
	}
	count, most := 0, uint64(0)
	for thing, err := range call.Stream[numbered](t.Context(), paged(call.Paging{Items: "/items", Cursor: "after", Next: "/next"}), nil, send) {
		if err != nil || thing.ID != count {
			t.Fatal(count, thing, err)
		}
		if count++; count%10_000 == 0 {
			var memory runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&memory)
			most = max(most, memory.HeapAlloc)
		}
	}
	if count != 10*pages || most > 24<<20 {
		t.Errorf("%d elements, %d bytes of live heap", count, most)
	}
	t.Logf("%.1f MB of live heap", float64(most)/(1<<20))
}
