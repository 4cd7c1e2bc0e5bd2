package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/conformance/prism"
	"github.com/xsale-go/xsale/internal/contract"
)

// table is a description with exchanges to try it on.
type table struct {
	name        string
	description []byte
	cases       []testCase
	differences map[string]difference // by the names of the cases
}

// verdicts are those on one case.
type verdicts struct {
	name       string
	own, prism verdict
	fault      *contract.Finding // that this module finds first; nil where the exchange passes
}

// ask asks both for their verdicts on all cases, in their order.
func (t table) ask(ctx context.Context) ([]verdicts, error) {
	document, err := contract.Load(t.description)
	if err != nil {
		return nil, err
	}
	upstream := newUpstream()
	defer upstream.Close()
	proxy, err := prism.Proxy(ctx, t.description, upstream.URL)
	if err != nil {
		return nil, err
	}
	defer proxy.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	judge := &prismJudge{baseURL: proxy.URL, transport: transport, upstream: upstream}
	var all []verdicts
	for _, c := range t.cases {
		own, fault, err := ownVerdict(ctx, document, c.exchange)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		prism, err := judge.verdict(ctx, c.exchange)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		all = append(all, verdicts{c.name, own, prism, fault})
	}
	return all, nil
}

// compare returns the differences that are known, and what is wrong: differences that are not
// known, known ones that are none or other ones, and known ones of no case.
func (t table) compare(all []verdicts) (known []verdicts, wrong []string) {
	unused := maps.Clone(t.differences)
	for _, v := range all {
		expected, isListed := t.differences[v.name]
		delete(unused, v.name)
		switch {
		case !isListed && v.own != v.prism:
			wrong = append(wrong, fmt.Sprintf("%q: %q here, but Prism says %q: mend the one that is wrong, or list the difference with its reason", v.name, v.own, v.prism))
		case isListed && v.own == v.prism:
			wrong = append(wrong, fmt.Sprintf("%q: a difference is listed, but both say %q: take it off the list", v.name, v.own))
		case isListed && v.prism != expected.prism:
			wrong = append(wrong, fmt.Sprintf("%q: %q is listed for Prism, but it says %q", v.name, expected.prism, v.prism))
		case isListed:
			known = append(known, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(unused)) {
		wrong = append(wrong, fmt.Sprintf("%q: a difference is listed, but there is no such case", name))
	}
	return known, wrong
}
