package mutation_test

import (
	"iter"
	"slices"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

// suite is the contract suite: the recorded traffic between the client and the sandbox, to be
// checked against any spec.
type suite struct {
	good   []exchange
	probes []probe
}

func newSuite(t *testing.T) *suite {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(1), xsaletest.WithInvalidRequests())
	client, recorder := newRecorder(t, sandbox)
	recordGood(t, client, recorder)
	s := &suite{good: recorder.exchanges}
	s.probes = probesOf(t, s.good)
	sendProbes(t, sandbox, s.probes)
	return s
}

// traffic yields the differences between the spec and the traffic.
func (s *suite) traffic(d *spec) iter.Seq[string] {
	return func(yield func(string) bool) {
		if len(d.document.Servers) != 1 || d.document.Servers[0].URL != xsale.DefaultBaseURL {
			if !yield("the client calls " + xsale.DefaultBaseURL) {
				return
			}
		}
		for _, e := range s.good {
			for finding := range d.good(e) {
				if !yield(e.String() + ": " + finding) {
					return
				}
			}
		}
		for _, p := range s.probes {
			if !d.rejects(p) && !yield(p.name+" is not rejected") {
				return
			}
		}
		for unmet := range d.unmet(s.good) {
			if !yield(unmet + " was never sent") {
				return
			}
		}
	}
}

// The suite accepts the spec that the client is generated from.
func TestTrueSpec(t *testing.T) {
	s := newSuite(t)
	d, err := newSpec(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	for finding := range s.traffic(d) {
		t.Error(finding)
	}
	for finding := range d.types() {
		t.Error(finding)
	}
	if len(s.good) < 60 || len(s.probes) < 300 {
		t.Errorf("%d exchanges and %d probes", len(s.good), len(s.probes))
	}
	met := map[string]bool{}
	for _, e := range s.good {
		met[e.operation] = true
	}
	for id := range typesOf {
		if !met[id] {
			t.Errorf("%s was never called", id)
		}
	}
	if i := slices.IndexFunc(s.probes, func(p probe) bool { return p.ofResponse }); i < 0 {
		t.Error("no probe breaks a response")
	}
}
