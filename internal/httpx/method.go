package httpx

import "net/http"

// IdempotentMethod reports whether repeating a request with this method is defined to have
// the same effect as sending it once (RFC 9110 section 9.2.2).
func IdempotentMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}
