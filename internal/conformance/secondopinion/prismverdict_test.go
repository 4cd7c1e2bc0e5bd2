package secondopinion

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/internal/conformance/prism"
)

func judgeByPrism(ctx context.Context, spec []byte, exchanges []exchange) ([]verdict, error) {
	upstream := newUpstream()
	defer upstream.Close()
	proxy, err := prism.Proxy(ctx, spec, upstream.URL)
	if err != nil {
		return nil, err
	}
	defer proxy.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	judge := &prismJudge{baseURL: proxy.URL, transport: transport, upstream: upstream}
	var all []verdict
	for _, e := range exchanges {
		verdict, err := judge.verdict(ctx, e)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", e.method, e.path, err)
		}
		all = append(all, verdict)
	}
	return all, nil
}

// prismJudge sends exchanges through Prism, a proxy in front of the upstream.
type prismJudge struct {
	baseURL   string
	transport http.RoundTripper
	upstream  *upstream
}

// verdict derives Prism's verdict from what it does: it does not forward a rejected request, and
// replaces a rejected response. Anything else is an error.
func (j *prismJudge) verdict(ctx context.Context, e exchange) (verdict, error) {
	j.upstream.set(e.reply)
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
	rejected := response.StatusCode >= 400 && response.StatusCode < 500
	switch called := j.upstream.wasCalled(); {
	case !called && rejected:
		return requestRejected, nil
	case called && rejectsResponse(body):
		return responseRejected, nil
	case !called || response.StatusCode != e.reply.status:
		return "", fmt.Errorf("got %d from Prism, want %d: %.200s", response.StatusCode, e.reply.status, body)
	case response.Header.Get("sl-violations") != "":
		return warned, nil
	}
	return passes, nil
}

// rejectsResponse reports whether the body is the problem with which Prism replaces a response that
// breaks the spec or cannot be parsed.
func rejectsResponse(body []byte) bool {
	var problem struct{ Type, Title string }
	if json.Unmarshal(body, &problem) != nil {
		return false
	}
	return problem.Type == "https://stoplight.io/prism/errors#VIOLATIONS" ||
		problem.Type == "FetchError" && strings.HasPrefix(strings.ToLower(problem.Title), "invalid ")
}
