package openapi_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/overlay"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

// TestGoOverlayFits checks that each action of the overlay still matches something in the spec.
func TestGoOverlayFits(t *testing.T) {
	document, err := tree.Read(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	var report tree.Report
	result, err := overlay.Apply(document, "go.overlay.yaml", openapi.GoOverlay(), &report)
	if err != nil {
		t.Fatal(err)
	}
	if actions := strings.Count(string(openapi.GoOverlay()), "\n  - target: "); actions == 0 || len(report.Changes) != actions {
		t.Errorf("got %d changes, want %d", len(report.Changes), actions)
	}
	const pointer = "/paths/~1{organizationName}~1orders/post/x-may-be-empty"
	if got, _ := tree.Lookup(result, pointer); got != true {
		t.Errorf("%s: got %v, want true", pointer, got)
	}
	delete(tree.ObjectAt(document, "paths"), "/{organizationName}/orders")
	if _, err := overlay.Apply(document, "go.overlay.yaml", openapi.GoOverlay(), &report); err == nil || !strings.Contains(err.Error(), "orders") {
		t.Errorf("missing path: got %v", err)
	}
}

func TestCopies(t *testing.T) {
	for name, get := range map[string]func() []byte{"spec": openapi.Spec, "overlay": openapi.GoOverlay} {
		first := get()
		want := bytes.Clone(first)
		clear(first)
		if !bytes.Equal(get(), want) {
			t.Errorf("the %s is shared", name)
		}
	}
}
