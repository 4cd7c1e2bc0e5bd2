package call

import "net/http"

// Delivery is what a relayed call did.
type Delivery struct {
	Attempts       int  // requests sent
	MaybeProcessed bool // whether the server may have processed the call; for a failure as in [Error]
}

// Relay sends a request of another program through the Doer of a Client, for a gateway: with its
// tokens, retries and limits, which follow from the method. It returns the response of any status
// from 200, with the body unread, so that the program gets it as it came. The caller must close the
// body. Reading a success has no size limit, and the attempt timeout bounds each wait for more, as
// for a list.
//
// An error is an [*Error], or an *authn.Error if the login failed. Its StatusCode is that of an
// earlier attempt if the time ended before the next one. Cancel the context of the request when the
// program has gone.
func Relay(doer Doer, request *http.Request) (*http.Response, Delivery, error) {
	call := &state{facts: facts{Operation: RawOperation(request.Method, request.URL.Path), reading: readByElements, relayed: true}}
	response, err := doer.Do(request.WithContext(withState(request.Context(), call)))
	delivery := Delivery{call.attempts, call.maybeProcessed}
	if err != nil {
		return nil, delivery, failureOf(call, err)
	}
	return response, delivery, nil
}
