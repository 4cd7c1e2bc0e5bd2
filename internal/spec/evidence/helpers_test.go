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

func read(t *testing.T, text string) tree.Object {
	t.Helper()
	document, err := tree.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func ours(t *testing.T) tree.Object {
	t.Helper()
	return read(t, string(openapi.Spec()))
}

// edit changes a description.
type edit func(document tree.Object)

// set puts a value, written as YAML, where the pointer points.
func set(pointer, value string) edit {
	return func(document tree.Object) {
		wrapped, err := tree.Read([]byte("value: " + value))
		if err != nil {
			panic(err)
		}
		holder, name := holderOf(document, pointer)
		switch holder := holder.(type) {
		case tree.Object:
			holder[name] = wrapped["value"]
		case []any:
			index, err := strconv.Atoi(name)
			if err != nil {
				panic(err)
			}
			holder[index] = wrapped["value"]
		}
	}
}

// remove takes away the member that the pointer points at.
func remove(pointer string) edit {
	return func(document tree.Object) {
		holder, name := holderOf(document, pointer)
		object := holder.(tree.Object)
		if _, ok := object[name]; !ok {
			panic("nothing at " + pointer)
		}
		delete(object, name)
	}
}

// move gives a member another name or place.
func move(from, to string) edit {
	return func(document tree.Object) {
		value, ok := tree.Lookup(document, from)
		if !ok {
			panic("nothing at " + from)
		}
		remove(from)(document)
		holder, name := holderOf(document, to)
		holder.(tree.Object)[name] = value
	}
}

func holderOf(document tree.Object, pointer string) (any, string) {
	tokens, _ := tree.Split(pointer)
	last := len(tokens) - 1
	holder, ok := tree.Lookup(document, tree.Join("", tokens[:last]...))
	if !ok {
		panic("nothing holds " + pointer)
	}
	return holder, tokens[last]
}

// confirm compares and checks what all findings have in common. It returns those that are not confirmed, as texts, and the
// number of those that are.
func confirm(t *testing.T, ours, theirs tree.Object) (others []string, confirmed int) {
	t.Helper()
	findings := evidence.Confirm(ours, theirs)
	for _, finding := range findings {
		isNew := finding.Verdict == evidence.New
		if finding.Method == "" || finding.Path == "" || finding.OperationID == "" || (finding.Evidence == "") != isNew {
			t.Errorf("incomplete: %+v", finding)
		}
		if (finding.Ours == "") != isNew || (finding.OursPointer == "") != isNew {
			t.Errorf("our side of %+v", finding)
		}
		if finding.Verdict != evidence.Missing && (finding.Theirs == "" || finding.TheirsPointer == "") {
			t.Errorf("their side of %+v", finding)
		}
		if _, ok := tree.Lookup(ours, finding.OursPointer); !ok {
			t.Errorf("ours has no such place: %+v", finding)
		}
		if _, ok := tree.Lookup(theirs, finding.TheirsPointer); !ok {
			t.Errorf("theirs has no such place: %+v", finding)
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
	text := fmt.Sprintf("%s %s %s: %s, %q, %q", f.Evidence, f.OperationID, f.Detail, f.Verdict, f.Ours, f.Theirs)
	return strings.TrimSpace(text)
}
