package authn

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
)

// Without making the header map, Edit panicked.
func TestA35_EditWithoutHeaderMap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newFakeServer(t).source(t)
		request := &http.Request{Method: "GET", URL: &url.URL{Scheme: "https", Host: "api.example", Path: "/me"}}
		if err := source.Edit(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		if request.Header.Get("Authorization") != "Bearer canary-access-1" || request.Header.Get("x-id-token") != "canary-id-1" {
			t.Errorf("%d headers", len(request.Header))
		}
		for name, request := range map[string]*http.Request{"no URL": {}, "an empty URL": {URL: &url.URL{}}} {
			err := source.Edit(t.Context(), request)
			if err == nil || !strings.Contains(err.Error(), "refusing") || request.Header != nil {
				t.Errorf("%s: %v, %d headers", name, err, len(request.Header))
			}
		}
	})
}
