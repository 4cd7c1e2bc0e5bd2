package xsale

import (
	"net/http"
	"net/url"
)

// newChain puts the steps of a call together, from the wire outwards: reading it from the bottom, a call is bounded in
// time, judged by its status, repeated, given its tokens, held to the rate limit, counted, bounded in length, watched for
// what it may have done, and sent.
func newChain(c *config, httpClient *http.Client, baseURL *url.URL, source tokenSource) Doer {
	timeout := c.timeout
	if httpClient.Timeout > 0 { // of a client that was given
		timeout = min(timeout, httpClient.Timeout)
	}
	var chain Doer = &sendStep{transport: httpClient.Transport, timeout: timeout, userAgent: []string{c.userAgent}}
	chain = &processedStep{next: chain}
	chain = &bodyStep{next: chain, maxBytes: c.maxResponseBytes}
	chain = &attemptStep{next: chain, hooks: c.hooks}
	chain = newRateLimitStep(chain, c.ratePerSecond, c.rateBurst)
	chain = &authStep{next: chain, source: source, origin: baseURL}
	chain = &retryStep{next: chain, retries: c.retries, hooks: c.hooks}
	chain = &statusStep{next: chain}
	return &callStep{next: chain, timeout: c.callTimeout, hooks: c.hooks}
}

// replay returns the request with its body from the start, and whether that can be done. A request is never changed
// once it has been sent.
func replay(request *http.Request) (*http.Request, bool) {
	if request.Body == nil || request.Body == http.NoBody {
		return request, true
	}
	if request.GetBody == nil {
		return nil, false
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, false
	}
	again := *request
	again.Body = body
	return &again, true
}
