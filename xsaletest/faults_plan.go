package xsaletest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// AnyOperation stands for every operation in [Sandbox.Fail], and for requests that are none of the API description.
const AnyOperation = "*"

// faultPlan says which request gets which fault.
type faultPlan struct {
	operations operationTable
	random     randomFaults

	mu      sync.Mutex
	scripts map[string][]Fault // by operation id
}

// randomFaults is what [WithRandomFaults] was given.
type randomFaults struct {
	seed   uint64
	rate   float64
	faults []Fault
}

// defaultRandomFaults are failures that pass, of all kinds that a network and a server have.
func defaultRandomFaults() []Fault {
	return []Fault{
		Status(500), Status(503), Status(503).Processed(), RetryAfter(time.Second), Delay(500 * time.Millisecond),
		Cut(BeforeResponse), Cut(BeforeResponse).Processed(), Cut(InBody), Truncated(), Garbage(),
	}
}

// WithRandomFaults gives each API request one of the faults with a probability from 0 to 1. The seed and the number of the
// request, see [Request], decide alone, so that the same requests in the same order fail the same way. A fault that the
// request's operation cannot have is not drawn. Without faults there are those of a bad day: Status(500), Status(503), also
// after processing, RetryAfter(1s), Delay(500ms), Cut before the answer, processed or not, Cut(InBody), Truncated and
// Garbage. Faults of [Sandbox.Fail] go first.
func WithRandomFaults(seed uint64, rate float64, faults ...Fault) Option {
	return func(c *config) error {
		if !(rate >= 0 && rate <= 1) { // NaN is not
			return fmt.Errorf("WithRandomFaults: the rate %v is not between 0 and 1", rate)
		}
		for _, fault := range faults {
			if err := fault.check(); err != nil {
				return fmt.Errorf("WithRandomFaults: %w", err)
			}
			if fault.times != 0 {
				return fmt.Errorf("WithRandomFaults: %v: Times and Always are for Fail", fault)
			}
		}
		if len(faults) == 0 {
			faults = defaultRandomFaults()
		}
		c.random = randomFaults{seed, rate, slices.Clone(faults)}
		return nil
	}
}

// Fail gives the next API requests of an operation, such as createOrder, the given faults: one each and in their order,
// behind those that are still to come. A raw call to the path of an operation is one of it. [AnyOperation] stands for every
// request; there an operation's own faults go first, and a fault that an operation cannot have waits for one that can.
//
// An operation that does not exist, and a fault that cannot be or does nothing with that operation, are errors that say what
// there is, and then none of the faults is taken. A sandbox of [New] also fails its test with the error.
func (s *Sandbox) Fail(operationID string, faults ...Fault) error {
	if s.test != nil {
		s.test.Helper()
	}
	err := s.faults.add(operationID, faults)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("xsaletest: Fail(%q): %w", operationID, err)
	if s.test != nil {
		s.test.Error(err)
	}
	return err
}

// ClearFaults forgets the faults of [Sandbox.Fail] that are still to come, those that are for ever included. Delays that are
// going on do not end. It does not undo what a fault has done to the login service.
func (s *Sandbox) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	clear(s.faults.scripts)
}

func (p *faultPlan) add(id string, faults []Fault) error {
	operation := p.operations.byID(id)
	if operation == nil && id != AnyOperation {
		return fmt.Errorf("there is no such operation; there are %s, and AnyOperation for all", p.operations.names())
	}
	if len(faults) == 0 {
		return errors.New("no fault is given: " + faultsThereAre)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	script := slices.Clone(p.scripts[id])
	for _, fault := range faults {
		if err := fault.check(); err != nil {
			return err
		}
		if !fault.fits(operation) {
			return fmt.Errorf("%v: the operation answers without a body; for it there are Status, RetryAfter, RetryAt, Delay, Cut(BeforeResponse) and the faults of tokens", fault)
		}
		if last := len(script) - 1; last >= 0 && script[last].times == always {
			return fmt.Errorf("%v would never come, because it is behind %v: see ClearFaults", fault, script[last])
		}
		script = append(script, fault)
	}
	p.scripts[id] = script
	return nil
}

// fits reports whether an operation can have the fault; nil is any other request.
func (f Fault) fits(operation *apiOperation) bool {
	return operation == nil || operation.hasBody || !f.needsBody()
}

// next returns the fault of a request.
func (p *faultPlan) next(operation *apiOperation, number int) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if operation != nil {
		if fault := p.take(operation.id, operation); !fault.IsZero() {
			return fault
		}
	}
	if fault := p.take(AnyOperation, operation); !fault.IsZero() {
		return fault
	}
	return p.random.draw(operation, number)
}

// take takes the next fault off a script, without how often it comes. It needs the lock.
func (p *faultPlan) take(id string, operation *apiOperation) Fault {
	script := p.scripts[id]
	if len(script) == 0 || !script[0].fits(operation) {
		return Fault{}
	}
	fault := script[0]
	switch {
	case fault.times > 1:
		script[0].times--
	case fault.times != always:
		p.scripts[id] = script[1:]
	}
	fault.times = 0
	return fault
}

func (r randomFaults) draw(operation *apiOperation, number int) Fault {
	random := rand.New(rand.NewPCG(r.seed, uint64(number)))
	if random.Float64() >= r.rate {
		return Fault{}
	}
	var fitting []Fault
	for _, fault := range r.faults {
		if fault.fits(operation) {
			fitting = append(fitting, fault)
		}
	}
	if len(fitting) == 0 {
		return Fault{}
	}
	return fitting[random.IntN(len(fitting))]
}
