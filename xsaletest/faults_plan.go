package xsaletest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/problem"
)

// Names for [Sandbox.Fail], in addition to the operationIds of the spec.
const (
	AnyOperation = "*"           // every API request, including ones that the spec does not have
	Login        = "oauth/token" // requests for tokens
)

// faultPlan decides which request gets which fault.
type faultPlan struct {
	random randomFaults

	mu      sync.Mutex
	scripts map[string][]Fault // by operation id, pattern of a handler, AnyOperation and Login
}

// randomFaults are the arguments of [WithRandomFaults].
type randomFaults struct {
	seed   uint64
	rate   float64
	faults []Fault
}

// defaultRandomFaults are temporary failures of all kinds that a network and a server have.
func defaultRandomFaults() []Fault {
	return []Fault{
		Status(500), Status(503), Status(503).Processed(), RetryAfter(time.Second), Delay(500 * time.Millisecond),
		Cut(BeforeResponse), Cut(BeforeResponse).Processed(), Cut(InBody), Truncated(), Garbage(),
	}
}

// WithRandomFaults injects a random fault into each API request with a probability from 0 to 1. The
// choice depends only on the seed and the number of the request, see [Request]: the same requests
// in the same order get the same faults. Only faults that the operation can have are chosen. The
// default faults are Status(500), Status(503) and Cut(BeforeResponse), the last two also with
// Processed, RetryAfter(1s), Delay(500ms), Cut(InBody), Truncated and Garbage. Faults of
// [Sandbox.Fail] take precedence.
func WithRandomFaults(seed uint64, rate float64, faults ...Fault) Option {
	return func(c *config) {
		if !(rate >= 0 && rate <= 1) { // false for NaN
			c.fail(fmt.Errorf("WithRandomFaults: rate %v is not between 0 and 1", rate))
		}
		for _, fault := range faults {
			if err := fault.check(); err != nil {
				c.fail(fmt.Errorf("WithRandomFaults: %w", err))
			}
			if fault.times != 0 {
				c.fail(fmt.Errorf("WithRandomFaults: %v: Times and Always are for Fail", fault))
			}
		}
		if len(faults) == 0 {
			faults = defaultRandomFaults()
		}
		c.random = randomFaults{seed, rate, slices.Clone(faults)}
	}
}

// Fail queues faults for the next requests of an operation, such as createOrder: one fault for
// each request, in order. A raw call to the operation's path counts. For a path of
// [Sandbox.HandleFunc], pass its pattern. [AnyOperation] queues them for every API request: an
// operation's own faults come first, and a fault that does not fit an operation waits for one that
// it fits. [Login] queues them for requests for tokens.
//
// An unknown operation, an invalid fault, and a fault without effect on the operation are errors;
// then no fault is queued. A sandbox of [New] fails its test as well.
func (s *Sandbox) Fail(operationID string, faults ...Fault) error {
	if s.config.test != nil {
		s.config.test.Helper()
	}
	err := s.addFaults(operationID, faults)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("xsaletest: Fail(%q): %w", operationID, err)
	if s.config.test != nil {
		s.config.test.Error(err)
	}
	return err
}

// Faults returns the queued faults of [Sandbox.Fail] by operation, with their remaining
// repetitions.
func (s *Sandbox) Faults() map[string][]Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	queued := make(map[string][]Fault)
	for id, faults := range s.faults.scripts {
		if len(faults) > 0 {
			queued[id] = slices.Clone(faults)
		}
	}
	return queued
}

// ClearFaults drops the queued faults of [Sandbox.Fail], including those with [Fault.Always]. It
// does not end running delays, nor undo what a fault has done to the login service.
func (s *Sandbox) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	clear(s.faults.scripts)
}

// drop drops the faults of some operations.
func (p *faultPlan) drop(ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		delete(p.scripts, id)
	}
}

func (s *Sandbox) addFaults(id string, faults []Fault) error {
	operation, patterns := s.spec.Operation(id), s.handlers.names()
	if operation == nil && id != AnyOperation && id != Login && !slices.Contains(patterns, id) {
		names := strings.Join(append(operationIDs(s.spec), patterns...), ", ")
		return problem.At("/operation", fmt.Errorf("no such operation: want one of %s, AnyOperation or Login", names))
	}
	return s.faults.add(id, operation, faults)
}

func (p *faultPlan) add(id string, operation *contract.Operation, faults []Fault) error {
	if len(faults) == 0 {
		return errors.New("no fault given: " + allFaults)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	script := slices.Clone(p.scripts[id])
	for i, fault := range faults {
		err := fault.check()
		if last := len(script) - 1; err == nil && !fault.fits(operation) {
			err = fmt.Errorf("%v: the operation returns no body: use Status, RetryAfter, RetryAt, Delay, Cut(BeforeResponse) or a token fault", fault)
		} else if err == nil && last >= 0 && script[last].times == always {
			err = fmt.Errorf("%v would never be injected, because it follows %v: call ClearFaults first", fault, script[last])
		}
		if err != nil {
			return problem.At(fmt.Sprintf("/faults/%d", i), err)
		}
		script = append(script, fault)
	}
	p.scripts[id] = script
	return nil
}

func operationIDs(spec *contract.Document) (ids []string) {
	for _, operation := range spec.Operations() {
		ids = append(ids, operation.ID)
	}
	return ids
}

// fits reports whether an operation can have the fault; nil is any other request.
func (f Fault) fits(operation *contract.Operation) bool {
	return operation == nil || operation.ReturnsBody || !f.needsBody()
}

// next returns the fault of an API request.
func (p *faultPlan) next(c *apiCall) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.served() {
		if fault := p.take(c.name(), c.Operation); !fault.IsZero() {
			return fault
		}
	}
	if fault := p.take(AnyOperation, c.Operation); !fault.IsZero() {
		return fault
	}
	return p.random.draw(c.Operation, c.logged.request.Number)
}

// nextLogin returns the fault of a request for tokens.
func (p *faultPlan) nextLogin() Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.take(Login, nil)
}

// take takes the next fault off a script, without its repetitions. The caller holds the lock.
func (p *faultPlan) take(id string, operation *contract.Operation) Fault {
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

func (r randomFaults) draw(operation *contract.Operation, number int) Fault {
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
