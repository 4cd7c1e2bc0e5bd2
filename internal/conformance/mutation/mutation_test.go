// Package mutation_test shows that the contract suite of this module notices it when the API
// description is not true. The description is mutated by program in every way of every kind at
// every place, and the suite must complain about each mutation: the traffic between the client and
// the sandbox, recorded once, is checked against the mutated description in both directions,
// together with requests and answers that the contract refuses, and so are the types of package gen
// and the operations of the client. What survives is listed with the reason.
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

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

// outcome counts the mutations of a kind.
type outcome struct{ made, byTraffic, byTypes, noticed int }

func (o *outcome) add(byTraffic, byTypes bool) {
	o.made++
	if byTraffic {
		o.byTraffic++
	}
	if byTypes {
		o.byTypes++
	}
	if byTraffic || byTypes {
		o.noticed++
	}
}

func TestMutations(t *testing.T) {
	document, err := tree.Read(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	dropTexts(document)
	s := newSuite(t)
	mutations := mutationsOf(document)
	unchanged := descriptionOf(t, document)
	for _, findings := range []iter.Seq[string]{s.traffic(unchanged), unchanged.types()} {
		if finding := firstOf(findings); finding != "" {
			t.Fatalf("nothing is shown by a suite that finds fault with the true description: %s", finding)
		}
	}

	var mu sync.Mutex
	var total outcome
	kinds := map[string]*outcome{}
	names := map[string]bool{}
	t.Run("each", func(t *testing.T) {
		for _, m := range mutations {
			if names[m.name()] {
				t.Errorf("%s is made twice", m.name())
			}
			names[m.name()] = true
			t.Run(m.name(), func(t *testing.T) {
				t.Parallel()
				d := mutated(t, document, m)
				byTraffic, byTypes := firstOf(s.traffic(d)), firstOf(d.types())
				isNoticed := byTraffic != "" || byTypes != ""
				switch reason := survivors[m.name()]; {
				case !isNoticed && reason == "":
					t.Error("it is not noticed")
				case isNoticed && reason != "":
					t.Errorf("it is listed as a survivor, but noticed: %s %s", byTraffic, byTypes)
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
	fmt.Fprintf(&table, "%-45s %5s %8s %8s %6s\n", "kind", "made", "noticed", "traffic", "types")
	row := func(kind string, o outcome) {
		fmt.Fprintf(&table, "%-45s %5d %8d %8d %6d\n", kind, o.made, o.noticed, o.byTraffic, o.byTypes)
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		row(kind, *kinds[kind])
	}
	row("all", total)
	t.Log("\n" + table.String())

	for name := range survivors {
		if !names[name] {
			t.Errorf("%s is listed as a survivor, but not made", name)
		}
	}
	if total.made < 40 || total.made != len(mutations) {
		t.Errorf("%d mutations were made, of %d", total.made, len(mutations))
	}
	if total.noticed*100 < total.made*95 {
		t.Errorf("%d of %d mutations are noticed, which is less than 95 %%", total.noticed, total.made)
	}
	if total.byTraffic*100 < total.made*95 { // or the types would hide that traffic shows less and less
		t.Errorf("%d of %d mutations are noticed by traffic alone, which is less than 95 %%", total.byTraffic, total.made)
	}
}

// mutated returns the description with a mutation. It must be another description, and a valid one:
// that a reader refuses what is broken shows nothing of the suite.
func mutated(t *testing.T, document tree.Object, m mutation) *description {
	t.Helper()
	clone := tree.Clone(document).(tree.Object)
	m.apply(clone)
	if reflect.DeepEqual(clone, document) {
		t.Fatal("it changes nothing")
	}
	return descriptionOf(t, clone)
}

func descriptionOf(t *testing.T, document tree.Object) *description {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// dropTexts takes out what is for people alone, which is most of the description and is not
// mutated, so that it is read faster.
func dropTexts(document tree.Object) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		if tree.KeyedByName(pointer) {
			return
		}
		for _, name := range []string{"summary", "example", "examples", "externalDocs", "x-evidence", "x-evidence-source"} {
			delete(object, name)
		}
		if object["description"] != nil {
			object["description"] = "" // which an answer must have
		}
	})
}

func firstOf(findings iter.Seq[string]) string {
	for finding := range findings {
		return finding
	}
	return ""
}
