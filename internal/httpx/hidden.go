package httpx

import "net/http"

// hidden is a transport inside a function. Printers by reflection follow pointers, but not what a
// function captures. The buffers of open connections contain passwords and tokens.
type hidden func() http.RoundTripper

// Hidden returns transport in a form that shows printers nothing of its connections.
func Hidden(transport http.RoundTripper) http.RoundTripper {
	return hidden(func() http.RoundTripper { return transport })
}

func (h hidden) RoundTrip(request *http.Request) (*http.Response, error) {
	return h().RoundTrip(request)
}

// CloseIdleConnections is what [http.Client.CloseIdleConnections] looks for.
func (h hidden) CloseIdleConnections() {
	if closer, ok := h().(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}
