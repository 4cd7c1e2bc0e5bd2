package normalise

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec"
)

// normalised returns what the whole normaliser makes of a description.
func normalised(t *testing.T, input string) spec.Object {
	t.Helper()
	output, _ := apply(t, Normalise, input)
	return asTree(t, output).(spec.Object)
}

func pathsOf(t *testing.T, document spec.Object) string {
	t.Helper()
	return strings.Join(slices.Sorted(maps.Keys(spec.ObjectAt(document, "paths"))), " ")
}
