package call

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// statusStep turns every non-2xx response into an [*Error], except for [Relay].
type statusStep struct {
	next Doer
}

func (s *statusStep) Do(request *http.Request) (*http.Response, error) {
	call := stateOf(request)
	response, err := s.next.Do(request)
	if err != nil {
		return nil, failureOf(call, err)
	}
	if response.StatusCode/100 == 2 || call.relayed && response.StatusCode >= http.StatusOK {
		return response, nil
	}
	defer response.Body.Close()
	failure := errorFromResponse(call, response)
	if location := failure.Header.Get("Location"); response.StatusCode/100 == 3 && location != "" && failure.Err == nil {
		failure.Err = redirectError(request.URL, location)
	}
	return nil, failure
}

// redirectError names the target of a redirect without its query, which may contain personal data,
// and the remedy.
func redirectError(from *url.URL, location string) error {
	target, err := from.Parse(location)
	if err != nil || target.Host == "" {
		return errors.New("redirect not followed: its Location is not a valid URL")
	}
	shown := (&url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path, RawPath: target.RawPath}).String()
	remedy := "tokens are sent over https only"
	switch {
	case httpx.SameOrigin(from, target) && strings.Trim(target.Path, "/") == strings.Trim(from.Path, "/"):
		remedy = "correct the path of the call or of the spec"
	case target.Scheme == "https", httpx.SameOrigin(from, target):
		remedy = "if the API has moved there, set WithBaseURL"
	}
	return fmt.Errorf("redirect to %s not followed: %s", shown, remedy)
}
