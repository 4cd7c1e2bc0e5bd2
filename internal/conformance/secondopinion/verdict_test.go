package secondopinion

// verdict is the result of checking an exchange.
type verdict string

const (
	passes           verdict = "passes"
	warned           verdict = "passes with a warning" // by Prism
	requestRejected  verdict = "request rejected"
	responseRejected verdict = "response rejected"
)
