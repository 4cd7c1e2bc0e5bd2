package main

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// readWrites returns the bodies of the operations that may write. Every body comes from the user:
// made-up data must never reach a real account.
func readWrites(command *cobra.Command, f verifyFlags, document tree.Object) (map[string][]byte, error) {
	files, err := assignments("--body", f.bodies)
	if err != nil {
		return nil, err
	}
	operations := map[string]view.Operation{}
	var writing []string
	for _, operation := range view.Spec(document).Operations() {
		operations[operation.ID] = operation
		if operation.Method != http.MethodGet {
			writing = append(writing, operation.ID)
		}
	}
	writes := map[string][]byte{}
	for _, id := range f.writes {
		operation, ok := operations[id]
		file, hasBody := files[id]
		switch {
		case !ok:
			return nil, usagef("--write %s: the spec has no such operation that writes; it has %s", id, strings.Join(writing, ", "))
		case operation.Method == http.MethodGet:
			return nil, usagef("--write %s: the operation only reads and is called anyway; leave it out", id)
		case operation.Object["requestBody"] != nil && !hasBody:
			return nil, usagef("--write %s: the operation needs a body: pass --body %s=FILE", id, id)
		case operation.Object["requestBody"] == nil && hasBody:
			return nil, usagef("--body %s: the operation has no body; leave it out", id)
		}
		writes[id] = nil
		if hasBody {
			data, err := readInput(command, "--body "+id+"=", file)
			if err != nil {
				return nil, err
			}
			if !json.Valid(data) {
				return nil, usagef("--body %s=%s: want one JSON value", id, file)
			}
			writes[id] = data
		}
	}
	for id := range files {
		if _, ok := writes[id]; !ok {
			return nil, usagef("--body %s: also pass --write %s to send it", id, id)
		}
	}
	return writes, nil
}
