package operation_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

func TestShippedIsCurrent(t *testing.T) {
	document, err := contract.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := operation.Compile(document)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(shipped(t).Operations(), compiled.Operations()) {
		t.Error("shipped.json is out of date: run go generate in this directory")
	}
}

func register(t *testing.T, dir, spec string) (*operation.Catalog, error) {
	t.Helper()
	document, err := tree.Read([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	return operation.Register(dir, document, operation.Source{From: "file.json", Fetched: time.Unix(1_800_000_000, 0).UTC()})
}

func TestRegisteredSpecIsComplete(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spec")
	if _, _, err := operation.Registered(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	compiled, err := register(t, dir, string(openapi.Spec()))
	if err != nil {
		t.Fatal(err)
	}
	loaded, source, err := operation.Registered(dir)
	if err != nil || source.From != "file.json" || source.Title != "xSale REST API" || source.Fetched.Unix() != 1_800_000_000 {
		t.Fatalf("%+v, %v", source, err)
	}
	if !reflect.DeepEqual(loaded.Operations(), compiled.Operations()) {
		t.Error("the index lost something")
	}
	input := operation.Input{Values: map[string]any{"organization-name": "a", "statusidin": []any{"x"}}}
	_, err = loaded.Build(find(t, loaded, "listOrders"), input)
	if _, ok := errors.AsType[*operation.InvalidError](err); !ok {
		t.Errorf("got %v", err)
	}
}

// Names, help and completion read the index only.
func TestRegisteredReadsOnlyTheIndex(t *testing.T) {
	dir := t.TempDir()
	if _, err := register(t, dir, string(openapi.Spec())); err != nil {
		t.Fatal(err)
	}
	specs, err := filepath.Glob(filepath.Join(dir, "spec-*.json"))
	if err != nil || len(specs) != 1 {
		t.Fatal(specs, err)
	}
	if err := os.Remove(specs[0]); err != nil {
		t.Fatal(err)
	}
	loaded, _, err := operation.Registered(dir)
	if err != nil || len(loaded.Operations()) != 8 {
		t.Fatal(err)
	}
	_, err = loaded.Build(find(t, loaded, "getMe"), operation.Input{})
	if err == nil || !strings.Contains(err.Error(), "run 'xsale spec pull' again") {
		t.Errorf("got %v", err)
	}
}

func TestSpecThatDoesNotCompileReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := register(t, dir, string(openapi.Spec())); err != nil {
		t.Fatal(err)
	}
	const head = `{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":`
	for _, spec := range []string{head + `{}}`, head + `{"/a":{"get":{"responses":{"200":{"description":""}}}}}}`, head + `{"/a":{"get":{"operationId":"a"}}}}`} {
		if _, err := register(t, dir, spec); err == nil {
			t.Errorf("%s was registered", spec)
		}
	}
	if loaded, _, err := operation.Registered(dir); err != nil || len(loaded.Operations()) != 8 {
		t.Error(err)
	}
}

// A command that began before may still read the former spec, but no earlier one.
func TestRegisterKeepsOneFormerSpec(t *testing.T) {
	dir := t.TempDir()
	for _, title := range []string{"a", "b", "c", "d"} {
		if _, err := register(t, dir, strings.Replace(string(openapi.Spec()), "xSale REST API", title, 1)); err != nil {
			t.Fatal(err)
		}
	}
	specs, err := filepath.Glob(filepath.Join(dir, "spec-*.json"))
	if err != nil || len(specs) != 2 {
		t.Errorf("got %v, %v", specs, err)
	}
	if forgotten, err := operation.Forget(dir); err != nil || !forgotten {
		t.Error(err)
	}
	if forgotten, err := operation.Forget(dir); err != nil || forgotten {
		t.Error("there was no spec", err)
	}
}

// An index that is damaged or of another version is made again from the spec.
func TestIndexOfAnotherVersion(t *testing.T) {
	dir := t.TempDir()
	if _, err := register(t, dir, string(openapi.Spec())); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "index")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, changed := range []string{
		strings.Replace(string(data), `"format":1`, `"format":0`, 1),
		string(data) + "a line of another version\n",
		string(data[:len(data)-100]),
		strings.Replace(string(data), `"name":"listOrders"`, `"name":"listOrderz"`, 1),
		strings.Replace(string(data), "\t{", "\t[", 1),
	} {
		if changed == string(data) {
			t.Fatal("nothing is damaged")
		}
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			loaded, source, err := operation.Registered(dir)
			if err != nil || len(loaded.Operations()) != 8 || source.From != "file.json" {
				t.Fatal(err)
			}
		}
		if again, err := os.ReadFile(path); err != nil || string(again) != string(data) {
			t.Error("the index was not written again", err)
		}
	}
	specs, err := filepath.Glob(filepath.Join(dir, "spec-*.json"))
	if err != nil || len(specs) != 1 {
		t.Fatal(specs, err)
	}
	if err := os.WriteFile(specs[0], []byte(`{"openapi":`), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, _, err := operation.Registered(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"getMe", "getMe"} { // a second time, too
		if _, err := loaded.Build(find(t, loaded, name), operation.Input{}); err == nil || !strings.Contains(err.Error(), specs[0]+" is damaged, or of another version: run 'xsale spec pull' again") {
			t.Errorf("%v", err)
		}
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), "\t{", "\t[", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := operation.Registered(dir); err == nil || !strings.Contains(err.Error(), specs[0]+" is damaged") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(path, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := operation.Registered(dir); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v", err)
	}
}
