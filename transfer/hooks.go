package transfer

import "context"

// Hooks receives callbacks about the steps of a flow, for metrics and traces. Step runs before each
// step, concurrently for different elements. It may return a context derived from ctx, which the
// step uses, or nil, and a function that runs after the step, or nil. Panics are not recovered.
type Hooks struct {
	Step func(ctx context.Context, step Step) (context.Context, func(error))
}

// Step is a step of a flow. It contains no personal data, unless keys do.
type Step struct {
	Flow    string
	Name    string // StepList, StepHandle, StepHandOver, StepSend or StepLookUp
	Key     string // of the element; empty for StepList
	Attempt int    // as in Item; 0 for StepList
}

// The steps of flows.
const (
	StepList     = "list"      // Pull.List is read to its end
	StepHandle   = "handle"    // Pull.Handle or Pull.HandleTx
	StepHandOver = "hand-over" // Pull.HandOver
	StepSend     = "send"      // Push.Send
	StepLookUp   = "look-up"   // Push.Find
)

// run calls the function of a step between the callbacks.
func (h Hooks) run(ctx context.Context, step Step, do func(context.Context) error) error {
	if h.Step == nil {
		return do(ctx)
	}
	derived, done := h.Step(ctx, step)
	if derived == nil {
		derived = ctx
	}
	err := do(derived)
	if done != nil {
		done(err)
	}
	return err
}
