package main

import (
	_ "embed"
	"net/http"
)

// treeDescription has two operations that differ in nothing but that the answer of one is recursive.
//
//go:embed trees.yaml
var treeDescription []byte

func tree(body string) exchange {
	return newExchange(http.MethodGet, "/tree", "", answer{http.StatusOK, jsonType, body})
}

func leaf(status int, body string) exchange {
	return newExchange(http.MethodGet, "/leaf", "", answer{status, jsonType, body})
}

// treeCases show what Prism does not see, so that it is not relied upon for it.
func treeCases() []testCase {
	return []testCase{
		{"tree", passes, tree(`{"Id":1,"Children":[{"Id":2}]}`)},
		{"tree with text for an id", answerRefused, tree(`{"Id":"one"}`)},
		{"tree with text for an id inside", answerRefused, tree(`{"Id":1,"Children":[{"Id":"two"}]}`)},
		{"tree without its id", answerRefused, tree(`{}`)},
		{"leaf", passes, leaf(http.StatusOK, `{"Id":1}`)},
		{"leaf with text for an id", answerRefused, leaf(http.StatusOK, `{"Id":"one"}`)},
		{"leaf without its id", answerRefused, leaf(http.StatusOK, `{}`)},
		{"new tree", passes, newExchange(http.MethodPost, "/tree", `{"Id":1,"Children":[{"Id":2}]}`, answer{status: http.StatusNoContent})},
		{"new tree with text for an id inside", requestRefused, newExchange(http.MethodPost, "/tree", `{"Id":1,"Children":[{"Id":"two"}]}`, answer{status: http.StatusNoContent})},
		{"success that is not described", passes, leaf(http.StatusCreated, `{"Id":1}`)},
		{"failure that is not described", passes, leaf(http.StatusNotFound, `{}`)},
	}
}
