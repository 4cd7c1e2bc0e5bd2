package xsaletest

import (
	"sync"

	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

// state is what the sandbox keeps of one organization, and with its methods the operations of the API. Nothing is
// ever deleted, because the API has no operation that deletes, so ids count up.
type state struct {
	user            *sandboxapi.Me // the same for all organizations
	mu              sync.Mutex
	statuses        []sandboxapi.Status
	orders          []order // in the order of the list, the oldest first
	lastOrder       int64   // the highest id
	translations    map[int64][]sandboxapi.Translation
	lastIntegration int64 // the API reads no integration back, so their ids are enough
	lastParameter   int64 // of parameters likewise
}

var _ sandboxapi.StrictServerInterface = (*state)(nil)
