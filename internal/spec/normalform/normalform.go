// Package normalform lets the sandbox take any spec without building the spec pipeline into every
// program with tests. Package anyspec provides the pipeline, for those that import it.
package normalform

// Of puts a spec in the normal form of package pipeline, and returns a line for each part that is not
// sent or not checked. It is nil unless package anyspec is built in.
var Of func(spec []byte) (normal []byte, notices []string, err error)
