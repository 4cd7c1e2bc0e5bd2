// Package overlay applies OpenAPI overlay files (Overlay Specification 1.0 and 1.1). With them,
// users change a spec and fix problems that the pipeline cannot.
package overlay

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"go.yaml.in/yaml/v3"
	older "gopkg.in/yaml.v3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Apply returns a spec with the actions of an overlay applied. An action that matches nothing is an
// error, so users notice when a spec no longer fits their overlay. Errors and the report contain
// the name of the overlay.
func Apply(document tree.Object, name string, data []byte, report *tree.Report) (tree.Object, error) {
	return apply(document, name, data, report, false)
}

// ApplyOptional is [Apply], except that it skips actions that match nothing.
func ApplyOptional(document tree.Object, name string, data []byte, report *tree.Report) (tree.Object, error) {
	return apply(document, name, data, report, true)
}

func apply(document tree.Object, name string, data []byte, report *tree.Report, optional bool) (tree.Object, error) {
	file, err := overlay.ParseReader(bytes.NewReader(data))
	if _, ok := errors.AsType[*older.TypeError](err); ok {
		return nil, fmt.Errorf("overlay %s: want a YAML or JSON object with overlay, info and actions", name)
	}
	if err != nil {
		return nil, fmt.Errorf("overlay %s: %s; check that the file is complete", name, oneLine(err))
	}
	if err := file.Validate(); err != nil {
		return nil, fmt.Errorf("overlay %s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if !file.UsesRFC9535() && file.JSONPathVersion == "" {
		file.JSONPathVersion = "rfc9535" // the standard, but not the default of the library
	}
	node, err := tree.Node(document)
	if err != nil {
		return nil, err
	}
	root := &older.Node{Kind: older.DocumentNode, Content: []*older.Node{toOlder(node)}}
	if optional {
		file.Actions = slices.DeleteFunc(file.Actions, func(action overlay.Action) bool {
			target, err := file.NewPath(action.Target, nil)
			return err == nil && len(target.Query(root)) == 0
		})
	}
	updates, err := plainUpdates(file.Actions)
	if err != nil {
		return nil, fmt.Errorf("overlay %s: %w", name, err)
	}
	if _, err := file.ApplyToStrict(root); err != nil {
		return nil, fmt.Errorf("overlay %s: %s; correct the target, or remove the action", name, oneLine(err))
	}
	value, err := asTree(root)
	if err != nil {
		return nil, fmt.Errorf("overlay %s: %w", name, err)
	}
	result, ok := value.(tree.Object)
	if !ok {
		return nil, fmt.Errorf("overlay %s: nothing is left of the spec", name)
	}
	for i, action := range file.Actions {
		report.Add("overlay", "", action.Target, updates[i], fmt.Sprintf("action %d of %s", i+1, name))
	}
	return result, nil
}

// plainUpdates returns the updates of the actions. It also replaces aliases in them, which later
// actions cannot look into, and rejects duplicate fields, which would lose a value.
func plainUpdates(actions []overlay.Action) ([]any, error) {
	updates := make([]any, len(actions))
	for i := range actions {
		update := &actions[i].Update
		if update.IsZero() { // a removal or copy
			continue
		}
		value, err := asTree(update)
		if err != nil {
			return nil, fmt.Errorf("action %d: %w", i+1, err)
		}
		node, err := tree.Node(value)
		if err != nil {
			return nil, err
		}
		*update = *toOlder(node)
		updates[i] = value
	}
	return updates, nil
}

// asTree converts a node to a tree and keeps numbers as written.
func asTree(node *older.Node) (any, error) {
	return tree.FromNode(fromOlder(node, map[*older.Node]*yaml.Node{}))
}

// oneLine joins the lines of the library's errors.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
