package secondopinion

import (
	_ "embed"
	"net/http"
)

// treeSpec has schemas that Prism checks, including recursive ones, and schemas that it does not
// check at all.
//
//go:embed trees.yaml
var treeSpec []byte

func trees(path string, status int, body string) exchange {
	return newExchange(http.MethodGet, path, "", reply{status, jsonType, body})
}

func createChain(body string) exchange {
	return newExchange(http.MethodPost, "/chain", body, reply{status: http.StatusNoContent})
}

// treeCases document what Prism misses.
func treeCases() []testCase {
	return []testCase{
		{"leaf", passes, trees("/leaf", http.StatusOK, `{"Id":1}`)},
		{"leaf with string for an id", responseRejected, trees("/leaf", http.StatusOK, `{"Id":"one"}`)},
		{"leaf without its id", responseRejected, trees("/leaf", http.StatusOK, `{}`)},
		{"leaf with another success", passes, trees("/leaf", http.StatusCreated, `{"Id":1}`)},
		{"leaf that is not found", passes, trees("/leaf", http.StatusNotFound, `{}`)},
		{"tree", passes, trees("/tree", http.StatusOK, `{"Id":1,"Children":[{"Id":2}]}`)},
		{"tree with string for an id", responseRejected, trees("/tree", http.StatusOK, `{"Id":"one"}`)},
		{"tree with string for the id of a child", responseRejected, trees("/tree", http.StatusOK, `{"Id":1,"Children":[{"Id":"two"}]}`)},
		{"chain", passes, trees("/chain", http.StatusOK, `{"Id":1,"Next":{"Id":2,"Next":null}}`)},
		{"chain with string for an id", responseRejected, trees("/chain", http.StatusOK, `{"Id":"one"}`)},
		{"chain with string for the next id", responseRejected, trees("/chain", http.StatusOK, `{"Id":1,"Next":{"Id":"two"}}`)},
		{"chain without its id", responseRejected, trees("/chain", http.StatusOK, `{}`)},
		{"label", passes, trees("/label", http.StatusOK, `{"Id":1,"Text":"Oak"}`)},
		{"label with string for an id", responseRejected, trees("/label", http.StatusOK, `{"Id":"one"}`)},
		{"new chain", passes, createChain(`{"Id":1,"Next":{"Id":2}}`)},
		{"new chain with string for an id", requestRejected, createChain(`{"Id":"one"}`)},
	}
}
