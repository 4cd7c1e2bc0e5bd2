package xsaletest

import (
	"sync"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/contract"
)

// state is the data of an organization. Its methods are the operations of the API. No operation
// deletes anything, so ids count up.
type state struct {
	spec            *contract.Document
	organizations   []gen.OrganizationInfo // all of them
	mu              sync.Mutex
	statuses        []gen.Status
	orders          []order       // oldest first
	byID            map[int64]int // indexes of orders
	lastOrder       int64         // the highest id
	translations    map[int64][]gen.Translation
	lastIntegration int64 // the API reads no integrations, so the highest id is enough
	lastParameter   int64 // as well
}

// newState returns the data of an organization without orders and articles.
func newState(spec *contract.Document, statuses []gen.Status) *state {
	return &state{
		spec:            spec,
		statuses:        statuses,
		byID:            make(map[int64]int),
		translations:    make(map[int64][]gen.Translation),
		lastIntegration: seedIntegration,
	}
}
