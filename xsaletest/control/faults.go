package control

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
)

func (a *api) listFaults(*request) (any, error) {
	queued := a.sandbox.Faults()
	faults := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(queued)) {
		for _, fault := range queued[id] {
			fields, err := fieldsOf(fault)
			if err != nil {
				return nil, err
			}
			fields["operation"] = id
			if fields["always"] == nil {
				fields["left"] = cmp.Or(fields["times"], any(1))
				delete(fields, "times")
			}
			faults = append(faults, fields)
		}
	}
	return map[string]any{"faults": faults}, nil
}

// fieldsOf returns the JSON fields of a fault.
func fieldsOf(fault xsaletest.Fault) (fields map[string]any, err error) {
	data, err := json.Marshal(fault)
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	return fields, err
}

func (a *api) addFaults(r *request) (any, error) {
	var script struct {
		Operation string
		Faults    []json.RawMessage
	}
	if err := r.decode(&script); err != nil {
		return nil, err
	}
	faults := make([]xsaletest.Fault, len(script.Faults))
	var wrong []problem.Field
	for i, fault := range script.Faults {
		if err := json.Unmarshal(fault, &faults[i]); err != nil {
			wrong = append(wrong, problem.Field{Pointer: fmt.Sprintf("/faults/%d", i), Detail: err.Error()})
		}
	}
	if wrong != nil {
		return nil, problem.New(http.StatusBadRequest, "A fault is invalid", wrong...)
	}
	return nil, a.sandbox.Fail(script.Operation, faults...)
}

func (a *api) clearFaults(*request) (any, error) {
	a.sandbox.ClearFaults()
	return nil, nil
}
