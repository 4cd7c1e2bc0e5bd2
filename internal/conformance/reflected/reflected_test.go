package reflected

import (
	"strings"
	"sync/atomic"
	"testing"
)

type inner struct{ text string }

type outer struct {
	pointer   *inner
	any       any
	list      []inner
	array     [2]inner
	key       map[string]*inner
	bytes     []byte
	byteArray [5]byte
	atomic    atomic.Pointer[inner]
	function  func() string
	self      *outer
}

// A branch of print that is missing would make every test with Print pass.
func TestPrintFindsEverything(t *testing.T) {
	captured := "captured"
	value := &outer{
		pointer: &inner{"pointer"}, any: inner{"interface"}, list: []inner{{"list"}}, array: [2]inner{{"array"}},
		key: map[string]*inner{"key": {"value"}}, bytes: []byte("bytes"), byteArray: [5]byte([]byte("fixed")),
		function: func() string { return captured },
	}
	value.self = value
	value.atomic.Store(&inner{"atomic"})
	got := Print(map[string]any{"outer": value})
	for _, want := range []string{"pointer", "interface", "list", "array", "key", "value", "bytes", "fixed", "atomic", "reflected.outer"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	if strings.Contains(got, captured) {
		t.Errorf("a function was printed: %s", got)
	}
}
