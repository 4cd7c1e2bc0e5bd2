package tree

// Change is one thing that a stage has changed in a description.
type Change struct {
	Rule    string `json:"rule"`    // name of the rule, such as media-types
	Pointer string `json:"pointer"` // JSON pointer (RFC 6901) into the description as the rule found it
	Before  any    `json:"before"`  // nil where something was added
	After   any    `json:"after"`   // nil where something was taken out
	Reason  string `json:"reason"`
}

// Report collects the changes of all stages, so that nothing is changed in silence. Values are copied when they are
// added, because later rules change the tree that they come from.
type Report struct {
	Changes []Change
}

// Add records a change.
func (r *Report) Add(rule, pointer string, before, after any, reason string) {
	r.Changes = append(r.Changes, Change{rule, pointer, Clone(before), Clone(after), reason})
}
