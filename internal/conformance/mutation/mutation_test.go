// Package mutation_test proves that the contract suite of this module detects a wrong API spec.
// It mutates the spec in every known way at every location, and the suite must catch each
// mutation. The suite checks the recorded traffic between the client and the sandbox in both
// directions, requests and responses that break the contract, the types of package gen, and the
// operations of the client. Survivors are listed with the reason.
package mutation_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

// outcome counts the mutations of a kind.
type outcome struct{ made, byTraffic, byTypes, caught int }

func (o *outcome) add(byTraffic, byTypes bool) {
	o.made++
	if byTraffic {
		o.byTraffic++
	}
	if byTypes {
		o.byTypes++
	}
	if byTraffic || byTypes {
		o.caught++
	}
}

func TestMutations(t *testing.T) {
	document, err := tree.Read(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	dropProse(document)
	s := newSuite(t)
	mutations := mutationsOf(document)
	unchanged := specOf(t, document)
	for _, findings := range []iter.Seq[string]{s.traffic(unchanged), unchanged.types()} {
		if finding := firstOf(findings); finding != "" {
			t.Fatalf("the suite rejects the true spec: %s", finding)
		}
	}

	var mu sync.Mutex
	var total outcome
	kinds := map[string]*outcome{}
	names := map[string]bool{}
	every := fewer.UnderRace(1, 8)
	t.Run("each", func(t *testing.T) {
		for _, m := range mutations {
			if names[m.name()] {
				t.Errorf("duplicate mutation %s", m.name())
			}
			names[m.name()] = true
			if len(names)%every != 0 {
				continue
			}
			t.Run(m.name(), func(t *testing.T) {
				t.Parallel()
				d := mutated(t, document, m)
				byTraffic, byTypes := firstOf(s.traffic(d)), firstOf(d.types())
				caught := byTraffic != "" || byTypes != ""
				switch reason := survivors[m.name()]; {
				case !caught && reason == "":
					t.Error("not caught")
				case caught && reason != "":
					t.Errorf("listed as a survivor, but caught: %s %s", byTraffic, byTypes)
				}
				mu.Lock()
				defer mu.Unlock()
				if kinds[m.kind] == nil {
					kinds[m.kind] = &outcome{}
				}
				kinds[m.kind].add(byTraffic != "", byTypes != "")
				total.add(byTraffic != "", byTypes != "")
			})
		}
	})

	var table strings.Builder
	fmt.Fprintf(&table, "%-45s %5s %8s %8s %6s\n", "kind", "made", "caught", "traffic", "types")
	row := func(kind string, o outcome) {
		fmt.Fprintf(&table, "%-45s %5d %8d %8d %6d\n", kind, o.made, o.caught, o.byTraffic, o.byTypes)
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		row(kind, *kinds[kind])
	}
	row("all", total)
	t.Log("\n" + table.String())

	for name := range survivors {
		if !names[name] {
			t.Errorf("%s is listed as a survivor, but does not exist", name)
		}
	}
	if total.made < 40 || total.made != len(mutations)/every {
		t.Errorf("got %d of %d mutations", total.made, len(mutations)/every)
	}
	if total.caught*100 < total.made*95 {
		t.Errorf("got %d of %d mutations caught, want at least 95 %%", total.caught, total.made)
	}
	if total.byTraffic*100 < total.made*95 { // types alone must not make up for it
		t.Errorf("got %d of %d mutations caught by traffic, want at least 95 %%", total.byTraffic, total.made)
	}
}

// mutated returns the spec with a mutation. It must be a different and valid spec: a parser that
// rejects it would prove nothing about the suite.
func mutated(t *testing.T, document tree.Object, m mutation) *spec {
	t.Helper()
	clone := tree.Clone(document).(tree.Object)
	m.apply(clone)
	if reflect.DeepEqual(clone, document) {
		t.Fatal("nothing changed")
	}
	return specOf(t, clone)
}

func specOf(t *testing.T, document tree.Object) *spec {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newSpec(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// dropProse removes what is for people only. That is most of the spec, so that parsing gets faster.
func dropProse(document tree.Object) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		if tree.KeyedByName(pointer) {
			return
		}
		for _, name := range []string{"summary", "example", "examples", "externalDocs", "x-evidence", "x-evidence-source"} {
			delete(object, name)
		}
		if object["description"] != nil {
			object["description"] = "" // required in a response
		}
	})
}

func firstOf(findings iter.Seq[string]) string {
	for finding := range findings {
		return finding
	}
	return ""
}
