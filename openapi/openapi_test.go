package openapi_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/overlay"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

// Each action of the overlay must match something, so that a change of the description is noticed here.
func TestGoOverlayFitsTheDocument(t *testing.T) {
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
		t.Errorf("%d of %d actions are reported", len(report.Changes), actions)
	}
	const pointer = "/paths/~1{organizationName}~1orders/post/x-may-be-empty"
	if got, _ := tree.Lookup(result, pointer); got != true {
		t.Errorf("%s is %v", pointer, got)
	}
	delete(tree.ObjectAt(document, "paths"), "/{organizationName}/orders")
	if _, err := overlay.Apply(document, "go.overlay.yaml", openapi.GoOverlay(), &report); err == nil || !strings.Contains(err.Error(), "orders") {
		t.Errorf("without a path that it changes: %v", err)
	}
}

func TestCallersGetCopies(t *testing.T) {
	for name, get := range map[string]func() []byte{"document": openapi.Spec, "overlay": openapi.GoOverlay} {
		first := get()
		want := bytes.Clone(first)
		clear(first)
		if !bytes.Equal(get(), want) {
			t.Errorf("the %s is shared", name)
		}
	}
}
