package xsaletest

import (
	"sync"

	"github.com/xsale-go/xsale/internal/sandboxapi"
)

// state is what the sandbox keeps of its one organization, and with its methods the operations of the API. Nothing is
// ever deleted, because the API has no operation that deletes, so ids count up.
type state struct {
	mu              sync.Mutex
	orders          []order // by id, which starts at 1
	translations    map[int64][]sandboxapi.Translation
	lastIntegration int64 // the API reads no integration back, so their ids are enough
	lastParameter   int64 // of parameters likewise
}

var _ sandboxapi.StrictServerInterface = (*state)(nil)
