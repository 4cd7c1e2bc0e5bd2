package main

import (
	_ "embed"
	"net/http"
)

// treeDescription has schemas that Prism checks, recursive ones among them, and schemas of which it
// checks nothing.
//
//go:embed trees.yaml
var treeDescription []byte

func trees(path string, status int, body string) exchange {
	return newExchange(http.MethodGet, path, "", answer{status, jsonType, body})
}

func createChain(body string) exchange {
	return newExchange(http.MethodPost, "/chain", body, answer{status: http.StatusNoContent})
}

// treeCases show what Prism does not see, so that nobody relies on it for that.
func treeCases() []testCase {
	return []testCase{
		{"leaf", passes, trees("/leaf", http.StatusOK, `{"Id":1}`)},
		{"leaf with text for an id", answerRefused, trees("/leaf", http.StatusOK, `{"Id":"one"}`)},
		{"leaf without its id", answerRefused, trees("/leaf", http.StatusOK, `{}`)},
		{"leaf with another success", passes, trees("/leaf", http.StatusCreated, `{"Id":1}`)},
		{"leaf that is not found", passes, trees("/leaf", http.StatusNotFound, `{}`)},
		{"tree", passes, trees("/tree", http.StatusOK, `{"Id":1,"Children":[{"Id":2}]}`)},
		{"tree with text for an id", answerRefused, trees("/tree", http.StatusOK, `{"Id":"one"}`)},
		{"tree with text for the id of a child", answerRefused, trees("/tree", http.StatusOK, `{"Id":1,"Children":[{"Id":"two"}]}`)},
		{"chain", passes, trees("/chain", http.StatusOK, `{"Id":1,"Next":{"Id":2,"Next":null}}`)},
		{"chain with text for an id", answerRefused, trees("/chain", http.StatusOK, `{"Id":"one"}`)},
		{"chain with text for the next id", answerRefused, trees("/chain", http.StatusOK, `{"Id":1,"Next":{"Id":"two"}}`)},
		{"chain without its id", answerRefused, trees("/chain", http.StatusOK, `{}`)},
		{"label", passes, trees("/label", http.StatusOK, `{"Id":1,"Text":"Oak"}`)},
		{"label with text for an id", answerRefused, trees("/label", http.StatusOK, `{"Id":"one"}`)},
		{"new chain", passes, createChain(`{"Id":1,"Next":{"Id":2}}`)},
		{"new chain with text for an id", requestRefused, createChain(`{"Id":"one"}`)},
	}
}
