package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
)

func (a *api) listFaults(*request) (any, error) {
	queued := a.sandbox.Faults()
	faults := []map[string]json.RawMessage{}
	for _, operation := range slices.Sorted(maps.Keys(queued)) {
		for _, fault := range queued[operation] {
			fields, err := queuedFault(operation, fault)
			if err != nil {
				return nil, err
			}
			faults = append(faults, fields)
		}
	}
	return map[string]any{"faults": faults}, nil
}

// queuedFault returns the JSON fields of a fault, with its operation and what is left of its
// repetitions.
func queuedFault(operation string, fault xsaletest.Fault) (fields map[string]json.RawMessage, err error) {
	data, err := json.Marshal(fault)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	if fields["operation"], err = json.Marshal(operation); err != nil {
		return nil, err
	}
	if fields["always"] == nil {
		fields["left"] = json.RawMessage("1")
	}
	if times := fields["times"]; times != nil {
		fields["left"] = times
		delete(fields, "times")
	}
	return fields, nil
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
	var wrong []error
	for i, fault := range script.Faults {
		if err := json.Unmarshal(fault, &faults[i]); err != nil {
			wrong = append(wrong, problem.At(fmt.Sprintf("/faults/%d", i), err))
		}
	}
	if wrong != nil {
		return nil, errors.Join(wrong...)
	}
	err := a.sandbox.Fail(script.Operation, faults...)
	if err == nil {
		return nil, nil
	}
	fields := problem.FieldsOf(err)
	for i, field := range fields {
		if field.Pointer == "/operation" {
			fields[i].Detail = strings.Replace(field.Detail, "AnyOperation or Login", "* for all, or oauth/token for requests for tokens", 1)
		} else {
			fields[i].Detail = goName.ReplaceAllStringFunc(field.Detail, jsonName)
		}
	}
	return nil, problem.New(http.StatusBadRequest, "The faults are invalid", fields...)
}

// goName matches the names that faults and their fields have in Go.
var goName = regexp.MustCompile(`\b(Status|RetryAfter|RetryAt|Delay|Cut|BeforeResponse|AfterHeaders|InBody|Truncated|Garbage|Trickle|` +
	`RevokedToken|ExpiredIDToken|BlockedAccount|ChangedSigningKey|Processed|Chunked|Times|Always|WithHeader|ClearFaults)\b`)

// jsonName returns the name of a fault or a field in JSON.
func jsonName(name string) string {
	switch name {
	case "WithHeader":
		return "headers"
	case "ClearFaults":
		return "DELETE /_sandbox/faults"
	}
	return strings.ToLower(name[:1]) + name[1:]
}

func (a *api) clearFaults(*request) (any, error) {
	a.sandbox.ClearFaults()
	return nil, nil
}
