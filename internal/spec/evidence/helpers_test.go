package evidence_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

func read(t *testing.T, source string) tree.Object {
	t.Helper()
	document, err := tree.Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func ours(t *testing.T) tree.Object {
	t.Helper()
	return read(t, string(openapi.Spec()))
}

// edit changes a spec.
type edit func(document tree.Object)

// set replaces the value at a pointer with a value in YAML.
func set(pointer, value string) edit {
	return func(document tree.Object) {
		wrapped, err := tree.Read([]byte("value: " + value))
		if err != nil {
			panic(err)
		}
		parent, name := parentOf(document, pointer)
		switch parent := parent.(type) {
		case tree.Object:
			parent[name] = wrapped["value"]
		case []any:
			index, err := strconv.Atoi(name)
			if err != nil {
				panic(err)
			}
			parent[index] = wrapped["value"]
		}
	}
}

// remove deletes the value at a pointer.
func remove(pointer string) edit {
	return func(document tree.Object) {
		parent, name := parentOf(document, pointer)
		object := parent.(tree.Object)
		if _, ok := object[name]; !ok {
			panic("nothing at " + pointer)
		}
		delete(object, name)
	}
}

// move moves a value to another pointer.
func move(from, to string) edit {
	return func(document tree.Object) {
		value, ok := tree.Lookup(document, from)
		if !ok {
			panic("nothing at " + from)
		}
		remove(from)(document)
		parent, name := parentOf(document, to)
		parent.(tree.Object)[name] = value
	}
}

func parentOf(document tree.Object, pointer string) (any, string) {
	tokens, _ := tree.Split(pointer)
	last := len(tokens) - 1
	parent, ok := tree.Lookup(document, tree.Join("", tokens[:last]...))
	if !ok {
		panic("no parent of " + pointer)
	}
	return parent, tokens[last]
}

// confirm compares two specs and checks what all findings have in common. It returns the
// unconfirmed findings as lines, and the number of confirmed ones.
func confirm(t *testing.T, ours, theirs tree.Object) (others []string, confirmed int) {
	t.Helper()
	findings := evidence.Confirm(ours, theirs)
	for _, finding := range findings {
		added := finding.Verdict == evidence.New
		if finding.Method == "" || finding.Path == "" || finding.OperationID == "" || (finding.Evidence == "") != added {
			t.Errorf("incomplete: %+v", finding)
		}
		if (finding.Ours == "") != added || (finding.OursPointer == "") != added {
			t.Errorf("our side is wrong: %+v", finding)
		}
		if finding.Verdict != evidence.Missing && (finding.Theirs == "" || finding.TheirsPointer == "") {
			t.Errorf("their side is wrong: %+v", finding)
		}
		if _, ok := tree.Lookup(ours, finding.OursPointer); !ok {
			t.Errorf("pointer not in our spec: %+v", finding)
		}
		if _, ok := tree.Lookup(theirs, finding.TheirsPointer); !ok {
			t.Errorf("pointer not in their spec: %+v", finding)
		}
		if finding.Verdict == evidence.Confirmed {
			confirmed++
			continue
		}
		others = append(others, line(finding))
	}
	slices.Sort(others)
	return others, confirmed
}

func line(f evidence.Finding) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s: %s, %q, %q", f.Evidence, f.OperationID, f.Detail, f.Verdict, f.Ours, f.Theirs))
}
