package httpx

import "net/http"

// IdempotentMethod reports whether repeating a request with this method is defined to have
// the same effect as sending it once (RFC 9110 section 9.2.2, and RFC 10008 for QUERY).
func IdempotentMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace, "QUERY":
		return true
	}
	return false
}
