package httpx

import "testing"

func TestIdempotentMethod(t *testing.T) {
	for method, want := range map[string]bool{
		"GET": true, "HEAD": true, "PUT": true, "DELETE": true, "OPTIONS": true, "TRACE": true, "QUERY": true,
		"POST": false, "PATCH": false, "CONNECT": false, "get": false, "": false, "PURGE": false,
	} {
		if got := IdempotentMethod(method); got != want {
			t.Errorf("%q: got %v", method, got)
		}
	}
}
