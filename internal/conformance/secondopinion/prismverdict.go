package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// prismJudge sends exchanges through Prism, which stands as a proxy before the upstream.
type prismJudge struct {
	baseURL   string
	transport http.RoundTripper
	upstream  *upstream
}

// verdict goes by what becomes of the exchange: Prism forwards no request that it refuses, and
// answers in the place of an answer that it refuses. What it does for another reason is an error.
func (j *prismJudge) verdict(ctx context.Context, e exchange) (verdict, error) {
	j.upstream.tell(e.answer)
	request, err := e.request(ctx, j.baseURL)
	if err != nil {
		return "", err
	}
	response, err := j.transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	isRefusal := response.StatusCode >= 400 && response.StatusCode < 500
	switch reached := j.upstream.wasReached(); {
	case !reached && isRefusal:
		return requestRefused, nil
	case reached && refusesAnswer(body):
		return answerRefused, nil
	case !reached || response.StatusCode != e.answer.status:
		return "", fmt.Errorf("got %d from Prism instead of %d: %.200s", response.StatusCode, e.answer.status, body)
	case response.Header.Get("sl-violations") != "":
		return warned, nil
	}
	return passes, nil
}

// refusesAnswer knows the problem that Prism answers with where an answer breaks the description or
// cannot be read.
func refusesAnswer(body []byte) bool {
	var problem struct{ Type, Title string }
	if json.Unmarshal(body, &problem) != nil {
		return false
	}
	return problem.Type == "https://stoplight.io/prism/errors#VIOLATIONS" ||
		problem.Type == "FetchError" && strings.HasPrefix(strings.ToLower(problem.Title), "invalid ")
}
