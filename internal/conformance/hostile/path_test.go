package hostile_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
)

// A value in a path arrives as one segment of it, or is rejected before anything is sent.
func TestHostilePaths(t *testing.T) {
	organization := func(name string) hostileCall {
		return func(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
			_, err := call.Collect(client.Organization(name).Statuses.List(ctx))
			return "", err
		}
	}
	article := func(id int64) hostileCall {
		return func(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
			return "", client.Organization("").Articles.SetTranslation(ctx, id, xsale.Translation{LanguageID: 2})
		}
	}
	raw := func(path string) hostileCall {
		return func(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
			_, err := client.Call(ctx, http.MethodGet, path, nil)
			return "", err
		}
	}
	below := func(path string) hostileCall {
		return func(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
			_, err := client.Organization("").Call(ctx, http.MethodGet, path, nil)
			return "", err
		}
	}
	const rejected = "invalid argument: "
	const form = ": want /organization/orders, with a leading slash, without host or fragment"
	for _, test := range []struct {
		name string
		call hostileCall
		want string // the path that arrives, or the error message
	}{
		{"organization none", organization(""), "/acme/statuses"},
		{"organization .", organization("."), rejected + `organization: "." cannot be part of a path`},
		{"organization ..", organization(".."), rejected + `organization: ".." cannot be part of a path`},
		{"organization ...", organization("..."), "/.../statuses"},
		{"organization with a slash", organization("a/b"), "/a%2Fb/statuses"},
		{"organization that leads up", organization("../me"), rejected + `organization: "../me" cannot be part of a path`},
		{"organization that leads up behind a slash", organization("a/.."), rejected + `organization: "a/.." cannot be part of a path`},
		{"organization that leads up by a backslash", organization(`..\me`), rejected + `organization: "..\\me" cannot be part of a path`},
		{"organization with a backslash", organization(`a\b`), "/a%5Cb/statuses"},
		{"organization with a question mark", organization("a?b=c"), "/a%3Fb%3Dc/statuses"},
		{"organization with a fragment", organization("a#b"), "/a%23b/statuses"},
		{"organization with a percent sign", organization("a%2Fb%"), "/a%252Fb%25/statuses"},
		{"organization with another letter", organization("ñ"), "/%C3%B1/statuses"},
		{"organization with a space", organization(" a "), "/%20a%20/statuses"},
		{"organization with a line", organization("a\r\nX-A: b"), "/a%0D%0AX-A:%20b/statuses"},
		{"organization with a NUL", organization("a\x00"), "/a%00/statuses"},
		{"organization with a colon", organization("http:"), "/http:/statuses"},
		{"organization that is not UTF-8", organization("\xff"), "/%FF/statuses"},
		{"article 0", article(0), "/acme/articles/0/translations"},
		{"article -5", article(-5), "/acme/articles/-5/translations"},
		{"article of the least number", article(-1 << 63), "/acme/articles/-9223372036854775808/translations"},
		{"nothing", raw(""), rejected + `path ""` + form},
		{"no slash", raw("acme/orders"), rejected + `path "acme/orders"` + form},
		{"a host", raw("//evil.example/me"), rejected + `path "//evil.example/me"` + form},
		{"an address", raw("https://evil.example/me"), rejected + `path "https://evil.example/me"` + form},
		{"a user", raw("@evil.example/me"), rejected + `path "@evil.example/me"` + form},
		{"a fragment", raw("/acme/orders#a"), rejected + `path "/acme/orders#a"` + form},
		{"a NUL", raw("/acme/\x00"), rejected + `path "/acme/\x00"` + form},
		{"a line", raw("/acme/a\r\nX-A: b"), rejected + `path "/acme/a\r\nX-A: b"` + form},
		{"half an escape", raw("/acme/%4"), rejected + `path "/acme/%4"` + form},
		{"dots", raw("/acme/../me"), rejected + `path "/acme/../me": ".." cannot be part of a path`},
		{"a dot", raw("/acme/./orders"), rejected + `path "/acme/./orders": "." cannot be part of a path`},
		{"escaped dots", raw("/acme/%2e%2E/me"), rejected + `path "/acme/%2e%2E/me": ".." cannot be part of a path`},
		{"dots in front of an escaped slash", raw("/acme/..%2fme"), rejected + `path "/acme/..%2fme": "../me" cannot be part of a path`},
		{"dots behind an escaped backslash", raw("/acme/a%5c.."), rejected + `path "/acme/a%5c..": "a\\.." cannot be part of a path`},
		{"dots by a backslash", raw(`/acme\..\me`), rejected + `path "/acme\\..\\me": "acme\\..\\me" cannot be part of a path`},
		{"an empty segment", raw("/acme//orders"), rejected + `path "/acme//orders": "" cannot be part of a path`},
		{"a backslash", raw(`/acme\orders`), `/acme%5Corders`},
		{"an escaped line", raw("/acme/a%0Ab"), "/acme/a%0Ab"},
		{"an escaped slash", raw("/acme/a%2Fb"), "/acme/a%2Fb"},
		{"a space", raw("/acme/a b"), "/acme/a%20b"},
		{"another letter", raw("/acme/ñ"), "/acme/%C3%B1"},
		{"a query with dots", raw("/acme/orders?path=../../me&x=%0A"), "/acme/orders?path=../../me&x=%0A"},
		{"below the organization", below("/orders"), "/acme/orders"},
		{"below the organization without a slash", below("orders"), rejected + `path "orders": want /orders, with a leading slash`},
		{"above the organization", below("/../me"), rejected + `path "/acme/../me": ".." cannot be part of a path`},
	} {
		t.Run(test.name, func(t *testing.T) {
			arrived := make(chan string, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
				arrived <- request.RequestURI
				reply(200, "application/json", "[]")(w, request)
			}))
			defer server.Close()
			client, closeClient := newHostileClient(t, server.URL, server.Client().Transport)
			defer closeClient()
			_, err := test.call(t.Context(), client, nil)
			if strings.HasPrefix(test.want, "/") {
				if err != nil {
					t.Fatal(err)
				}
				if got := <-arrived; got != test.want {
					t.Errorf("%s arrived, not %s", got, test.want)
				}
				return
			}
			if _, wrapped := errors.AsType[*call.Error](err); !errors.Is(err, call.ErrInvalid) || wrapped || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if len(arrived) > 0 {
				t.Errorf("%s was sent", <-arrived)
			}
		})
	}
}

// The path of a raw call is part of the error, which stays one line.
func TestHostilePathInTheText(t *testing.T) {
	testHostile(t, []hostileCase{{
		name: "a line", serve: reply(404, "", ""),
		call: func(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
			_, err := client.Call(ctx, http.MethodGet, "/acme/a%0Ab%1b%5b2J", nil)
			return "", err
		},
		want: outcome{status: 404, is: []error{call.ErrNotFound}, text: "GET /acme/a b [2J: 404 Not Found"},
	}})
}
