package xsaletest

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/gen"
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
func defaultStatuses() []gen.Status {
	return []gen.Status{
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

// statusID returns the id of a status.
func (s *state) statusID(name string) (int64, error) {
	for _, status := range s.statuses {
		if status.Name == name {
			return status.ID, nil
		}
	}
	return 0, errors.New("there is no such status")
}

// statusName returns the name of a status that the organization has.
func (s *state) statusName(id int64) string {
	for _, status := range s.statuses {
		if status.ID == id {
			return status.Name
		}
	}
	return ""
}

func (s *state) listStatuses(c *apiCall) (*response, error) {
	statuses := s.statuses
	if c.additions {
		last := slices.MaxFunc(statuses, func(a, b gen.Status) int { return cmp.Compare(a.ID, b.ID) })
		statuses = append(slices.Clip(statuses), gen.Status{ID: last.ID + 1, Name: addedStatus})
	}
	return newResponse(http.StatusOK, statuses), nil
}
