package hostile_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/xsale-go/xsale/call"
)

// No redirect is followed, wherever it leads, so that no other server sees a token, a body or a
// query.
func TestHostileRedirects(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		t.Errorf("the other server was sent %s %s with %v", request.Method, request.URL, request.Header)
	}))
	defer other.Close()
	calls := []struct {
		hostileCall
		value, name string
	}{
		{callMe, "", "GET /me"},
		{callCreate, "0", "POST /{organizationName}/orders"},
		{callList, "[]", "GET /{organizationName}/statuses"},
		{callSet, "", "PUT /{organizationName}/articles/{id}/translations"},
		{callRaw, "", "GET /acme/things"},
	}
	var cases []hostileCase
	for i, code := range []int{301, 302, 303, 307, 308} {
		for name, location := range map[string]string{
			"another host": other.URL + "/me", "a loop": "", "another path": "/login", "another scheme": "ftp://example.com/", "a script": "javascript:canary",
		} {
			kind := calls[i]
			cases = append(cases, hostileCase{
				name: fmt.Sprintf("%d to %s", code, name),
				serve: func(w http.ResponseWriter, request *http.Request) {
					target := location
					if target == "" {
						target = request.URL.String()
					}
					if request.URL.Path == "/login" {
						t.Error("a redirect was followed")
					}
					reply(code, "", "", "Location", target)(w, request)
				},
				call: kind.hostileCall,
				want: outcome{value: kind.value, status: code, is: []error{call.ErrRedirect}, says: fmt.Sprintf("%s: %d %s: redirect ", kind.name, code, http.StatusText(code))},
			})
		}
	}
	testHostile(t, append(cases,
		hostileCase{name: "a loop for a plain HTTP client", serve: http.RedirectHandler("/things/5", http.StatusFound).ServeHTTP, call: callFetch,
			want: outcome{text: "GET /things/{id}: stopped after 10 redirects"}},
		hostileCase{name: "a plain HTTP client follows", serve: func(w http.ResponseWriter, request *http.Request) {
			if request.URL.Path == "/elsewhere" {
				reply(404, "text/plain", "not here either")(w, request)
				return
			}
			http.Redirect(w, request, "/elsewhere", http.StatusFound)
		}, call: callFetch, want: outcome{status: 404, is: []error{call.ErrNotFound}, message: "not here either", body: "not here either", text: "GET /things/{id}: 404 Not Found: not here either"}},
		hostileCase{name: "a plain HTTP client without a Location", serve: reply(302, "", ""), call: callFetch,
			want: outcome{status: 302, is: []error{call.ErrRedirect}, text: "GET /things/{id}: 302 Found"}},
		hostileCase{name: "a Location that is no address", serve: reply(302, "", "", "Location", "http://[::1"),
			want: outcome{status: 302, is: []error{call.ErrRedirect}, text: "GET /me: 302 Found: redirect not followed: its Location is not a valid URL"}},
	))
}
