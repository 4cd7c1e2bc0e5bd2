package xsale

import (
	"errors"
	"net/http"

	"github.com/xsale-go/xsale/authn"
)

// statusStep turns every answer that is not a success into an [*Error].
type statusStep struct {
	next Doer
}

func (s *statusStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	response, err := s.next.Do(request)
	if err != nil {
		return nil, failureOf(state, err)
	}
	return judged(state, response)
}

// judged returns an answer that is a success, or the error that it stands for.
func judged(state *callState, response *http.Response) (*http.Response, error) {
	if response.StatusCode/100 != 2 {
		defer response.Body.Close()
		return nil, errorFromResponse(state, response)
	}
	return response, nil
}

// failureOf gives an error without an answer the form of an [*Error]. A failed login stays what it is, because it says
// nothing about the API, and so does an argument that was refused before there was a call.
func failureOf(state *callState, err error) error {
	if errors.Is(err, ErrInvalid) {
		return err
	}
	if _, ok := errors.AsType[*authn.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return newError(state, withoutAddress(err)) // a plain HTTP client of a generated one has put it in front
}
