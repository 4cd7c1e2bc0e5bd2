package overlay

import (
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const sample = `{
	"openapi": "3.0.3", "info": {"title": "T", "version": "1.10", "x-n": [1.10, 12345678901234567890.5, 1E400, -0]},
	"paths": {
		"/a": {"get": {"tags": ["x"], "deprecated": true, "parameters": [{"name": "a", "in": "query"}, {"name": "b", "in": "query"}]}, "put": {"tags": ["y"]}},
		"/b~c": {"get": {"tags": ["x", "y"]}}},
	"components": {"schemas": {"A": {"type": "string", "description": "\u007f\u0085\u2028 <<"}, "B": {"enum": ["no", "1", null, true]}, "<<": {}}}}`

func read(t *testing.T, source string) tree.Object {
	t.Helper()
	document, err := tree.Read([]byte(source))
	if err != nil {
		t.Fatalf("%v in %s", err, source)
	}
	return document
}

// inOverlay returns an overlay file with actions in YAML.
func inOverlay(actions string) string {
	return "overlay: 1.1.0\ninfo: {title: O, version: '1'}\nactions:\n" + actions
}

func TestApply(t *testing.T) {
	for _, test := range []struct {
		name, overlay string
		want          map[string]string // JSON by pointer; "" for a missing value
	}{
		{"update an object", inOverlay("- target: $.info\n  update: {title: New, contact: {name: c}}"), map[string]string{"/info/title": `"New"`, "/info/contact": `{"name": "c"}`, "/info/version": `"1.10"`}},
		{"update a list", inOverlay("- target: $.paths['/a'].get.tags\n  update: z"), map[string]string{"/paths/~1a/get/tags": `["x", "z"]`}},
		{"a list within an update", inOverlay("- target: $.paths['/a'].get\n  update: {tags: [z]}"), map[string]string{"/paths/~1a/get/tags": `["x", "z"]`}},
		{"several targets", inOverlay("- target: $.paths.*.get\n  update: {x-a: [{b: 1}]}\n- target: $.paths['/a'].get['x-a'][0]\n  update: {b: 2}"),
			map[string]string{"/paths/~1a/get/x-a": `[{"b": 2}]`, "/paths/~1b~0c/get/x-a": `[{"b": 1}]`}},
		{"remove", inOverlay("- target: $.paths['/a'].put\n  remove: true\n- target: $.components.schemas.B.enum[0]\n  remove: true"),
			map[string]string{"/paths/~1a/put": "", "/paths/~1a/get/deprecated": "true", "/components/schemas/B/enum": `["1", null, true]`}},
		{"a filter", inOverlay("- target: $.paths['/a'].get.parameters[?(@.name == 'b')]\n  update: {required: true}\n- target: $.paths['/a'].get.parameters[?@.name == 'a']\n  remove: true"),
			map[string]string{"/paths/~1a/get/parameters": `[{"name": "b", "in": "query", "required": true}]`}},
		{"copy", inOverlay("- target: $.components.schemas.B\n  copy: $.components.schemas.A\n- target: $.components.schemas.B\n  update: {type: integer}"),
			map[string]string{"/components/schemas/B/type": `"integer"`, "/components/schemas/A/type": `"string"`, "/components/schemas/B/enum/0": `"no"`}},
		{"numbers", inOverlay("- target: $.info\n  update: {x-m: [1.10, 0x1F, 98765432109876543210.5, .5, '1', 007]}"), map[string]string{"/info/x-m": `[1.10, 31, 98765432109876543210.5, 0.5, "1", 7]`}},
		{"other scalars", inOverlay("- target: $.info\n  update: {x-m: [null, ~, True, yes, 2024-10-25, '']}"), map[string]string{"/info/x-m": `[null, null, true, "yes", "2024-10-25", ""]`}},
		{"aliases", inOverlay("- target: $.info\n  update: {x-m: &m {a: 1}, x-o: *m, x-p: {<<: *m, b: 2}}\n- target: $.info['x-o']\n  update: {a: 3}"),
			map[string]string{"/info/x-m": `{"a": 1}`, "/info/x-o": `{"a": 3}`, "/info/x-p": `{"a": 1, "b": 2}`}},
		{"JSON", `{"overlay": "1.0.0", "info": {"title": "O", "version": "1"}, "actions": [{"target": "$.info", "update": {"x-m": [1.10, "\u00e9"]}}]}`, map[string]string{"/info/x-m": `[1.10, "é"]`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			document := read(t, sample)
			got, err := Apply(document, "o.yaml", []byte(test.overlay), &tree.Report{})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(document, read(t, sample)) {
				t.Error("the input changed")
			}
			for pointer, want := range test.want {
				value, found := tree.Lookup(got, pointer)
				if found != (want != "") || found && !reflect.DeepEqual(value, read(t, `{"v": `+want+`}`)["v"]) {
					t.Errorf("%s: got %#v, want %s", pointer, value, want)
				}
			}
		})
	}
}

// TestRestUnchanged checks that an overlay changes nothing else.
func TestRestUnchanged(t *testing.T) {
	got, err := Apply(read(t, sample), "o.yaml", []byte(inOverlay("- target: $\n  update: {x-new: 1}")), &tree.Report{})
	if err != nil {
		t.Fatal(err)
	}
	delete(got, "x-new")
	if !reflect.DeepEqual(got, read(t, sample)) {
		t.Errorf("got %#v", got)
	}
}

func TestReport(t *testing.T) {
	var report tree.Report
	document := read(t, sample)
	for i, actions := range []string{"- target: $.info\n  update: {title: One}\n- target: $.components\n  remove: true", "- target: $.info[?(@ == 'One')]\n  update: Two"} {
		var err error
		if document, err = Apply(document, []string{"one.yaml", "two.yaml"}[i], []byte(inOverlay(actions)), &report); err != nil {
			t.Fatal(err)
		}
	}
	if document["components"] != nil || tree.ObjectAt(document, "info")["title"] != "Two" {
		t.Errorf("got %v", document)
	}
	want := []tree.Change{
		{Rule: "overlay", Before: "$.info", After: tree.Object{"title": "One"}, Reason: "action 1 of one.yaml"},
		{Rule: "overlay", Before: "$.components", Reason: "action 2 of one.yaml"},
		{Rule: "overlay", Before: "$.info[?(@ == 'One')]", After: "Two", Reason: "action 1 of two.yaml"},
	}
	if !reflect.DeepEqual(report.Changes, want) {
		t.Errorf("got report %#v", report.Changes)
	}
}

func TestInvalidOverlays(t *testing.T) {
	nested := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for _, test := range []struct {
		name, overlay, message string
	}{
		{"an empty file", "", "version"},
		{"no YAML", "{", "yaml"},
		{"a list", "- a", "want a YAML or JSON object"},
		{"a string", "just text", "want a YAML or JSON object"},
		{"a spec", sample, "overlay"},
		{"an unknown version", strings.Replace(inOverlay("- target: $\n  remove: true"), "1.1.0", "2.0.0", 1), "version"},
		{"no title", "overlay: 1.0.0\ninfo: {version: '1'}\nactions: [{target: $.info, remove: true}]", "title"},
		{"no actions", inOverlay(" []"), "at least one action"},
		{"no target", inOverlay("- update: {a: b}"), "target must be defined"},
		{"a target that is not a path", inOverlay("- target: info\n  remove: true"), "info"},
		{"a target that matches nothing", inOverlay("- target: $.paths['/none'].get\n  remove: true"), `$.paths['/none'].get`},
		{"a filter that matches nothing", inOverlay("- target: $.paths['/a'].get.parameters[?(@.name == 'none')]\n  update: {a: 1}"), "none"},
		{"the second of two", inOverlay("- target: $.info\n  update: {a: 1}\n- target: $.nowhere\n  update: {a: 1}"), "$.nowhere"},
		{"a copy without a source", inOverlay("- target: $.info\n  copy: $.nowhere"), "$.nowhere"},
		{"a copy of several sources", inOverlay("- target: $.info\n  copy: $.paths.*"), "multiple"},
		{"an action without effect", inOverlay("- target: $.info"), "$.info"},
		{"update and remove", inOverlay("- target: $.info\n  update: {a: 1}\n  remove: true"), "both"},
		{"a recursive alias", inOverlay("- target: $.info\n  update: &u {a: *u}"), "deep"},
		{"an infinite number", inOverlay("- target: $.info\n  update: {a: .inf}"), "number"},
		{"too deep", inOverlay("- target: $.info\n  update: {a: " + nested + "}"), "deep"},
		{"a duplicate field", inOverlay("- target: $.info\n  update: {a: 1, a: 2}"), "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var report tree.Report
			document, err := Apply(read(t, sample), "o.yaml", []byte(test.overlay), &report)
			if err == nil || document != nil || len(report.Changes) > 0 {
				t.Fatalf("got %v, %v, report %v", document, err, report.Changes)
			}
			if message := err.Error(); !strings.HasPrefix(message, "overlay o.yaml: ") || !strings.Contains(message, test.message) || strings.Contains(message, "\n") {
				t.Errorf("got %q", message)
			}
		})
	}
}

func TestApplyOptional(t *testing.T) {
	file := inOverlay("- target: $.paths['/a'].get.parameters[?(@.name == 'b')]\n  update: {required: true}\n- target: $.paths['/z']\n  remove: true")
	if _, err := Apply(read(t, sample), "o.yaml", []byte(file), &tree.Report{}); err == nil {
		t.Error("Apply accepted an action without a match")
	}
	report := &tree.Report{}
	got, err := ApplyOptional(read(t, sample), "o.yaml", []byte(file), report)
	if err != nil {
		t.Fatal(err)
	}
	if value, _ := tree.Lookup(got, "/paths/~1a/get/parameters/1/required"); value != true {
		t.Errorf("the matching action was not applied: %v", value)
	}
	if len(report.Changes) != 1 {
		t.Errorf("%d changes reported, want 1", len(report.Changes))
	}
}
