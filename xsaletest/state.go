package xsaletest

import (
	"sync"

	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

// state is the data of an organization. Its methods are the operations of the API. No operation
// deletes anything, so ids count up.
type state struct {
	user            *sandboxapi.Me // the same for all organizations
	mu              sync.Mutex
	statuses        []sandboxapi.Status
	orders          []order // oldest first
	lastOrder       int64   // the highest id
	translations    map[int64][]sandboxapi.Translation
	lastIntegration int64 // the API reads no integrations, so the highest id is enough
	lastParameter   int64 // as well
}

var _ sandboxapi.StrictServerInterface = (*state)(nil)
