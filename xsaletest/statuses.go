package xsaletest

import (
	"context"
	"net/http"

	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

// Ids of the default statuses. The vendor publishes only their names.
const (
	statusNew = iota + 1
	statusImported
	statusInProgress
	statusPreparing
	statusShipped
	statusCompleted
	statusCancelled
	statusManual
)

// defaultStatuses returns the statuses of every new account (https://xsale.ai/?p=33646).
func defaultStatuses() []sandboxapi.Status {
	return []sandboxapi.Status{
		{ID: statusNew, Name: "Nowe"},
		{ID: statusImported, Name: "Zaimportowano do ERP"},
		{ID: statusInProgress, Name: "W trakcie realizacji"},
		{ID: statusPreparing, Name: "Przygotowywane do wysyłki"},
		{ID: statusShipped, Name: "Wysłane"},
		{ID: statusCompleted, Name: "Zrealizowane"},
		{ID: statusCancelled, Name: "Anulowane"},
		{ID: statusManual, Name: "Do obsługi ręcznej"},
	}
}

func (s *state) ListStatuses(context.Context, sandboxapi.ListStatusesRequestObject) (sandboxapi.ListStatusesResponseObject, error) {
	return sandboxapi.ListStatuses2XXJSONResponse{Body: s.statuses, StatusCode: http.StatusOK}, nil
}
