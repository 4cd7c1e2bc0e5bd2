package xsaletest

// Operation is an operation that the sandbox serves, see [Sandbox.Operations].
type Operation struct {
	ID       string // operationId, as in [Sandbox.Fail]
	Method   string
	Path     string // template, such as /{organizationName}/orders
	Stateful bool   // whether calls read or change the sandbox's data
	Reason   string // why it is stateful, or why it is not
}

// Operations returns the operations of the spec, sorted by id. It does not include the paths of
// [Sandbox.HandleFunc].
func (s *Sandbox) Operations() []Operation {
	data := s.backend()
	var all []Operation
	for _, o := range s.spec.Operations() {
		stateful, reason := data.treatment(o)
		if s.replacement(o) != nil {
			stateful, reason = false, "replaced by a handler"
		}
		if s.own(o.Path) != nil {
			stateful, reason = false, "the sandbox itself serves this path"
		}
		all = append(all, Operation{ID: o.ID, Method: o.Method, Path: o.Path, Stateful: stateful, Reason: reason})
	}
	return all
}

// SpecInfo returns the title and the version of the spec that the sandbox serves.
func (s *Sandbox) SpecInfo() (title, version string) {
	return s.spec.Spec().Title, s.spec.Spec().Version
}
