package tree

// Change is one change that a stage made to a spec.
type Change struct {
	Rule    string `json:"rule"`    // name of the rule, such as media-types
	Pointer string `json:"pointer"` // JSON pointer (RFC 6901) into the spec as the rule found it
	Before  any    `json:"before"`  // nil for an addition
	After   any    `json:"after"`   // nil for a removal
	Reason  string `json:"reason"`
}

// Report collects the changes of all stages, so that nothing changes silently. Add copies
// values, because later rules change the tree.
type Report struct {
	Changes []Change
}

func (r *Report) Add(rule, pointer string, before, after any, reason string) {
	r.Changes = append(r.Changes, Change{rule, pointer, Clone(before), Clone(after), reason})
}
