//go:build !race

package wire_test

// randomDocuments is the number of random documents for each type.
const randomDocuments = 20_000
