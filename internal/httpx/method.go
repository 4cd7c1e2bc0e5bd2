package httpx

import "net/http"

// IdempotentMethod reports whether sending a request twice is meant to have the effect of sending it once (RFC 9110 section
// 9.2.2).
func IdempotentMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}
