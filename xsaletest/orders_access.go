package xsaletest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/xsale-go/xsale/internal/problem"
)

// Orders gives tests and handlers of [Sandbox.HandleFunc] access to the orders of an organization in
// the sandbox, beyond what the public API offers. It is safe for concurrent use, also with requests.
type Orders struct {
	state   *state // nil if there is no such organization
	missing error  // why it is nil
}

// Orders gives access to the orders of an organization of the user, or of the default organization
// if the name is empty. For any other name, every method of [Orders] returns an error.
func (s *Sandbox) Orders(organization string) *Orders {
	data := s.backend()
	name := cmp.Or(organization, data.names()[0])
	if found := data.organization(name); found != nil {
		return &Orders{state: found}
	}
	if s.config.plan != nil {
		return &Orders{missing: errors.New("the spec is not that of xSale: use Resources of a seed, or its operations")}
	}
	return &Orders{missing: problem.At("/organization", fmt.Errorf("there is no organization %q: want one of %s", name, strings.Join(data.names(), ", ")))}
}

// Add adds an order at the end of the list and returns its id. The rules of [SeedOrder] apply. An error
// names the JSON pointer into the order.
func (o *Orders) Add(order SeedOrder) (id int64, err error) {
	err = o.missing
	if o.state != nil {
		id, err = o.state.addSeededOrder("", order)
	}
	if err != nil {
		return 0, fmt.Errorf("xsaletest: add an order: %w", err)
	}
	return id, nil
}

// Get returns an order as it is listed, and the name of its status. Its duration does not depend on
// the number of orders.
func (o *Orders) Get(id int64) (body json.RawMessage, status string, err error) {
	err = o.access(id, func(found *order) error {
		body, status = bytes.Clone(found.body), o.state.statusName(found.status)
		return nil
	})
	return body, status, err
}

// SetStatus changes the status of an order to the one with the given name. The order keeps its position
// in the list. It fails if the order or the status does not exist.
func (o *Orders) SetStatus(id int64, status string) error {
	return o.access(id, func(found *order) error {
		changed, err := o.state.statusID(status)
		if err == nil {
			found.status = changed
		}
		return err
	})
}

// access calls a function with an order, under the lock.
func (o *Orders) access(id int64, do func(*order) error) error {
	err := o.missing
	if o.state != nil {
		err = o.state.withOrder(id, do)
	}
	if err != nil {
		return fmt.Errorf("xsaletest: order %d: %w", id, err)
	}
	return nil
}
