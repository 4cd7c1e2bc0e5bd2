package call

import "net/http"

// statusStep turns every non-2xx response into an [*Error].
type statusStep struct {
	next Doer
}

func (s *statusStep) Do(request *http.Request) (*http.Response, error) {
	call := stateOf(request)
	response, err := s.next.Do(request)
	if err != nil {
		return nil, failureOf(call, err)
	}
	if response.StatusCode/100 == 2 {
		return response, nil
	}
	defer response.Body.Close()
	return nil, errorFromResponse(call, response)
}
