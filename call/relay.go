package call

import "net/http"

// Delivery is what a relayed call did.
type Delivery struct {
	Attempts       int  // requests sent, except those that net/http repeats by itself, as in [Error]
	MaybeProcessed bool // whether the server may have processed the call; for a failure as in [Error]
}

// Relay sends a request of another program through the Doer of a Client, with the Client's tokens,
// limits and retries. The method determines whether it is safe to retry. Relay returns any response
// with a status from 200, whose body is unread. The caller must close the body. A successful body
// may have any size; the attempt timeout bounds each wait for more of it, as for a list.
//
// An error is an [*Error], or an *authn.Error if the login failed. If the time ended before the
// next attempt, its StatusCode is that of the earlier one. Cancel the context of the request when
// the program disconnects.
func Relay(doer Doer, request *http.Request) (*http.Response, Delivery, error) {
	call := &state{facts: facts{Operation: RawOperation(request.Method, request.URL.Path), reading: readByElements, relayed: true}}
	response, err := doer.Do(request.WithContext(withState(request.Context(), call)))
	delivery := Delivery{call.attempts, call.maybeProcessed}
	if err != nil {
		return nil, delivery, failureOf(call, err)
	}
	return response, delivery, nil
}
