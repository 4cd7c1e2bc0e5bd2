// Package overlay applies OpenAPI overlay files (Overlay Specification 1.0 and 1.1), the user's own
// way to change what a description says and to mend what the pipeline cannot.
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

// Apply returns the description with the overlay's actions applied. An action that matches nothing
// is an error, so that a change of the description that an overlay relies on is noticed. The name
// of the overlay stands in errors and the report.
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
		return nil, fmt.Errorf("overlay %s: %s; check that it is whole", name, oneLine(err))
	}
	if err := file.Validate(); err != nil {
		return nil, fmt.Errorf("overlay %s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if !file.UsesRFC9535() && file.JSONPathVersion == "" {
		file.JSONPathVersion = "rfc9535" // the standard, which the library leaves to be asked for
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
		return nil, fmt.Errorf("overlay %s: it leaves no description", name)
	}
	for i, action := range file.Actions {
		report.Add("overlay", "", action.Target, updates[i], fmt.Sprintf("action %d of %s", i+1, name))
	}
	return result, nil
}

// plainUpdates returns what the actions add, and has them say it without aliases, behind which
// later actions would not look, and without members that stand twice, of which one would be lost.
func plainUpdates(actions []overlay.Action) ([]any, error) {
	updates := make([]any, len(actions))
	for i := range actions {
		update := &actions[i].Update
		if update.IsZero() { // it removes or copies
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

// asTree turns a node into a tree, with numbers as they were written.
func asTree(node *older.Node) (any, error) {
	return tree.FromNode(fromOlder(node, map[*older.Node]*yaml.Node{}))
}

// oneLine joins the lines of the library's errors.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
