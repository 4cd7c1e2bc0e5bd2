package secondopinion

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/conformance/prism"
	"github.com/xsale-go/xsale/internal/contract"
)

// table is a spec and exchanges to check.
type table struct {
	name        string
	spec        []byte
	cases       []testCase
	differences map[string]difference // by case
}

// verdicts are the verdicts on a case.
type verdicts struct {
	name       string
	own, prism verdict
	finding    *contract.Finding // the first error of this module; nil if the exchange passes
}

// ask returns the verdicts of both on all cases, in order.
func (t table) ask(ctx context.Context) ([]verdicts, error) {
	document, err := contract.Load(t.spec)
	if err != nil {
		return nil, err
	}
	upstream := newUpstream()
	defer upstream.Close()
	proxy, err := prism.Proxy(ctx, t.spec, upstream.URL)
	if err != nil {
		return nil, err
	}
	defer proxy.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	judge := &prismJudge{baseURL: proxy.URL, transport: transport, upstream: upstream}
	var all []verdicts
	for _, c := range t.cases {
		own, finding, err := ownVerdict(ctx, document, c.exchange)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		prism, err := judge.verdict(ctx, c.exchange)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		all = append(all, verdicts{c.name, own, prism, finding})
	}
	return all, nil
}

// compare returns the known differences, and errors: unlisted differences, and listed ones that
// have changed, have gone, or belong to no case.
func (t table) compare(all []verdicts) (known []verdicts, wrong []string) {
	unused := maps.Clone(t.differences)
	for _, v := range all {
		expected, listed := t.differences[v.name]
		delete(unused, v.name)
		switch {
		case !listed && v.own != v.prism:
			wrong = append(wrong, fmt.Sprintf("%q: %q here, %q by Prism: fix the wrong one, or list the difference with its reason", v.name, v.own, v.prism))
		case listed && v.own == v.prism:
			wrong = append(wrong, fmt.Sprintf("%q: a difference is listed, but both have %q: remove it", v.name, v.own))
		case listed && v.prism != expected.prism:
			wrong = append(wrong, fmt.Sprintf("%q: %q is listed for Prism, but got %q", v.name, expected.prism, v.prism))
		case listed:
			known = append(known, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(unused)) {
		wrong = append(wrong, fmt.Sprintf("%q: a difference is listed, but there is no such case", name))
	}
	return known, wrong
}
