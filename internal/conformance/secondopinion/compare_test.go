package secondopinion

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/xsale-go/xsale/internal/contract"
)

// table is a spec and exchanges to check.
type table struct {
	name        string
	spec        []byte
	cases       []testCase
	differences map[string]map[string]difference // by peer and case; only these peers are asked
}

// verdicts are the verdicts on a case.
type verdicts struct {
	name      string
	own, peer verdict
	finding   *contract.Finding // the first error of this module; nil if the exchange passes
}

// ask returns the verdicts of this module and of a peer on all cases, in order.
func (t table) ask(ctx context.Context, peer peer) ([]verdicts, error) {
	document, err := contract.Load(t.spec)
	if err != nil {
		return nil, err
	}
	exchanges := make([]exchange, len(t.cases))
	for i, c := range t.cases {
		exchanges[i] = c.exchange
	}
	judged, err := peer.judge(ctx, t.spec, exchanges)
	if err != nil {
		return nil, err
	}
	var all []verdicts
	for i, c := range t.cases {
		own, finding, err := ownVerdict(ctx, document, c.exchange)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		all = append(all, verdicts{c.name, own, judged[i], finding})
	}
	return all, nil
}

// compare returns the known differences, and errors: unlisted differences, and listed ones that
// have changed, have gone, or belong to no case.
func (t table) compare(peer peer, all []verdicts) (known []verdicts, wrong []string) {
	listed := t.differences[peer.name]
	unused := maps.Clone(listed)
	for _, v := range all {
		expected, expectedToDiffer := listed[v.name]
		delete(unused, v.name)
		switch {
		case !expectedToDiffer && v.own != v.peer:
			wrong = append(wrong, fmt.Sprintf("%q: %q here, %q by %s: fix the wrong one, or list the difference with its reason", v.name, v.own, v.peer, peer.name))
		case expectedToDiffer && v.own == v.peer:
			wrong = append(wrong, fmt.Sprintf("%q: a difference is listed, but both have %q: remove it", v.name, v.own))
		case expectedToDiffer && v.peer != expected.peer:
			wrong = append(wrong, fmt.Sprintf("%q: %q is listed for %s, but got %q", v.name, expected.peer, peer.name, v.peer))
		case expectedToDiffer:
			known = append(known, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(unused)) {
		wrong = append(wrong, fmt.Sprintf("%q: a difference is listed, but there is no such case", name))
	}
	return known, wrong
}

// compareWith checks all exchanges with a peer.
func compareWith(t *testing.T, peer peer) {
	t.Helper()
	for _, table := range tables {
		if table.differences[peer.name] == nil {
			continue
		}
		all, err := table.run(t, peer)
		if err != nil {
			t.Error(err)
		} else if unseen := blindSpots(load(t, table.spec), all); table.name == apiTable && len(unseen) > 0 {
			t.Errorf("%s rejected no value in the %s", peer.name, strings.Join(unseen, ", "))
		}
	}
}

// run logs the known differences and fails for others.
func (t table) run(test *testing.T, peer peer) ([]verdicts, error) {
	all, err := t.ask(test.Context(), peer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	known, wrong := t.compare(peer, all)
	equal := 0
	for _, v := range all {
		if v.own == v.peer {
			equal++
		}
	}
	var report strings.Builder
	writer := tabwriter.NewWriter(&report, 0, 0, 2, ' ', 0)
	fmt.Fprintf(writer, "exchange\there\t%s\treason\n", peer.name)
	for _, v := range known {
		fmt.Fprintf(writer, "%s\t%s\t%s\t%s\n", v.name, v.own, v.peer, t.differences[peer.name][v.name].reason)
	}
	writer.Flush()
	test.Logf("%s: %d exchanges, %d with the same verdict, %d with a known difference:\n%s", t.name, len(all), equal, len(known), &report)
	if len(wrong) > 0 {
		return all, errors.New(strings.Join(wrong, "\n"))
	}
	return all, nil
}
