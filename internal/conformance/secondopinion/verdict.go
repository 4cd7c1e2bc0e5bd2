package main

// verdict is what becomes of an exchange.
type verdict string

const (
	passes         verdict = "passes"
	warned         verdict = "passes with a warning" // of Prism's
	requestRefused verdict = "request refused"
	answerRefused  verdict = "answer refused"
)
