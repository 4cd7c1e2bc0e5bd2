//go:build race

package wire_test

// randomDocuments is smaller with the race detector, which makes each document ten times as
// expensive; nothing runs concurrently in it.
const randomDocuments = 500
