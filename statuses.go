package xsale

import (
	"context"
	"iter"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
)

// StatusesService reads the statuses (statusy) of orders and payments. It is safe for concurrent
// use.
type StatusesService service

// Status is a status of orders and payments. An organization may add its own, so there is no closed
// list of them.
type Status = gen.Status

// List returns all statuses of the organization. See [OrdersService.List] for how lists are read.
//
// GET /{organizationName}/statuses, documented at
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/pobieranie-zamowien-integracja-z-wlasnym-systemem-erp.
// Inferred: the response is an array, or an object with exactly one array of statuses; Id and Name of
// a status.
func (s *StatusesService) List(ctx context.Context, options ...call.Option) iter.Seq2[Status, error] {
	return s.client.api.ListStatusesSeq(ctx, s.name, s.checked(options)...)
}
