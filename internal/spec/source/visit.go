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
	timeout      = 30 * time.Second // of one address, its redirects and its body
	maxRedirects = 5
	accept       = "application/json, application/yaml;q=0.9, */*;q=0.1"
)

// visit is one address and what came of it.
type visit struct {
	asked    *url.URL
	answered *url.URL // another one after a redirect
	status   int      // 0 when there was no answer
	location *url.URL // of a redirect, nil where it cannot be read
	data     []byte
	err      error // why it gave no description
}

// fetcher sends the requests.
type fetcher struct {
	doer    Doer
	follows bool // whether redirects within the origin are followed
}

func (f *fetcher) fetch(ctx context.Context, address *url.URL) *visit {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no whole answer within %v: %w", timeout, context.DeadlineExceeded))
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
	v := &visit{answered: address}
	request := &http.Request{Method: http.MethodGet, URL: address, Header: http.Header{"Accept": {accept}}}
	response, err := f.doer.Do(request.WithContext(ctx))
	if err != nil {
		if refused, ok := errors.AsType[*xsale.Error](err); ok {
			v.status = refused.StatusCode
		}
		v.err = causeOf(ctx, err)
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
	v.err = fmt.Errorf("%s, to an address that cannot be read", statusText(v.status))
	if target, err := v.answered.Parse(location); err == nil && location != "" {
		v.location = target
		v.err = fmt.Errorf("%s, to %s, which is not followed", statusText(v.status), target.Host)
	}
}

func (v *visit) read(ctx context.Context, response *http.Response) {
	data, err := readBounded(response.Body)
	switch {
	case err != nil:
		v.err = fmt.Errorf("the answer breaks off: %w", causeOf(ctx, err))
		return
	case v.script():
		v.err = errors.New("a script of the page")
	default:
		v.err = check(data)
	}
	v.data = data
}

// causeOf prefers why the context ended to what the network made of it, and drops the address that net/http puts in front.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status)))
}

func (v *visit) redirected() bool { return v.status/100 == 3 }

func (v *visit) page() bool {
	return bytes.HasPrefix(bytes.TrimLeft(v.data, "\ufeff \t\r\n"), []byte("<"))
}

func (v *visit) script() bool { return strings.HasSuffix(v.answered.Path, ".js") }

// outcome says what came of it, without the remedies, which users need once only.
func (v *visit) outcome() string {
	text := "an API description"
	if problem, ok := errors.AsType[*tree.Problem](v.err); ok {
		text = (&tree.Problem{Pointer: problem.Pointer, Message: problem.Message}).Error()
	} else if v.err != nil {
		text = v.err.Error()
	}
	if shown(v.answered) != shown(v.asked) {
		text = fmt.Sprintf("redirected to %s: %s", shown(v.answered), text)
	}
	return text
}
