package call

// Operation identifies an operation of an API. Generated code fills it in from the spec.
type Operation struct {
	ID     string // operationId in the spec; empty for a raw call
	Method string
	Route  string // path template, such as /{organizationName}/orders; the path itself for a raw call

	// Idempotent reports whether sending the call twice has the effect of sending it once, so that
	// it is retried after any transient failure. The generator takes it from the method or from
	// x-idempotent in the spec.
	Idempotent bool

	// PathValues are the values of the variables in Route, in their order. Values that are empty,
	// "." or ".." fail with [ErrInvalid], because a server could resolve them to another path.
	PathValues []any

	// Accept is the value of the Accept header. If it is empty, a Client sends application/json.
	Accept string

	// MayBeEmpty reports whether a success may have no body; the result is then the zero value.
	MayBeEmpty bool

	// ListField is the field of an object that contains the list, in responses that are no array.
	// It is "*" if the field is unknown, and empty if the response must be an array.
	ListField string

	// Paging is how the list is split into pages; nil if it comes in one response. The generator
	// takes it from x-paging in the spec.
	Paging *Paging

	// FailureWhen has the fields of a success that report a failure, next to the common forms and
	// those of the Client. The generator takes it from x-failure-when in the spec.
	FailureWhen []FailureSign
}
