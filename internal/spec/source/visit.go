package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

const (
	timeout      = 30 * time.Second // for one URL, including redirects and body
	maxRedirects = 5
	accept       = "application/json, application/yaml;q=0.9, */*;q=0.1"
)

// visit is a URL and the outcome of fetching it.
type visit struct {
	asked    *url.URL
	final    *url.URL // differs from asked after a redirect
	status   int      // 0 without a response
	location *url.URL // target of a redirect, nil if it cannot be parsed
	data     []byte
	err      error // why this is not a spec
}

type fetcher struct {
	doer    Doer
	follows bool // whether redirects within the origin are followed
}

func (f *fetcher) fetch(ctx context.Context, address *url.URL) *visit {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no complete response within %v: %w", timeout, context.DeadlineExceeded))
	defer cancel()
	at := address
	for redirects := 0; ; redirects++ {
		v := f.send(ctx, at)
		v.asked = address
		if v.location == nil || !f.follows || !httpx.SameOrigin(address, v.location) {
			return v
		}
		if redirects == maxRedirects {
			v.err = fmt.Errorf("more than %d redirects", maxRedirects)
			return v
		}
		at = v.location
	}
}

func (f *fetcher) send(ctx context.Context, address *url.URL) *visit {
	v := &visit{final: address}
	request := &http.Request{Method: http.MethodGet, URL: address, Header: http.Header{"Accept": {accept}}}
	response, err := f.doer.Do(request.WithContext(ctx))
	if err != nil {
		if refused, ok := errors.AsType[*xsale.Error](err); ok {
			v.status = refused.StatusCode
		}
		v.err = httpx.Cause(ctx, err)
		return v
	}
	defer response.Body.Close()
	v.status = response.StatusCode
	switch {
	case v.redirected():
		v.redirect(response.Header.Get("Location"))
	case v.status/100 != 2:
		v.err = errors.New(statusText(v.status))
	default:
		v.read(ctx, response)
	}
	return v
}

func (v *visit) redirect(location string) {
	v.err = fmt.Errorf("%s, to an invalid URL", statusText(v.status))
	if target, err := v.final.Parse(location); err == nil && location != "" {
		v.location = target
		v.err = fmt.Errorf("%s, not following the redirect to %s", statusText(v.status), target.Host)
	}
}

func (v *visit) read(ctx context.Context, response *http.Response) {
	data, err := readBounded(response.Body)
	switch {
	case err != nil:
		v.err = fmt.Errorf("response body cut off: %w", httpx.Cause(ctx, err))
		return
	case v.script():
		v.err = errors.New("a script, not a spec")
	default:
		v.err = check(data)
	}
	v.data = data
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status)))
}

func (v *visit) redirected() bool { return v.status/100 == 3 }

func (v *visit) page() bool {
	return bytes.HasPrefix(bytes.TrimLeft(v.data, "\ufeff \t\r\n"), []byte("<"))
}

func (v *visit) script() bool { return strings.HasSuffix(v.final.Path, ".js") }

// outcome describes the result without the remedies, which users need only once.
func (v *visit) outcome() string {
	text := "an API spec"
	if problem, ok := errors.AsType[*tree.Problem](v.err); ok {
		text = (&tree.Problem{Pointer: problem.Pointer, Message: problem.Message}).Error()
	} else if v.err != nil {
		text = v.err.Error()
	}
	if shown(v.final) != shown(v.asked) {
		text = fmt.Sprintf("redirected to %s: %s", shown(v.final), text)
	}
	return text
}
