package secondopinion

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract"
)

// blindSpots returns the requests and responses that Prism has never rejected for a value in the
// body. Prism accepts everything for a schema that it cannot compile, so agreeing with it on valid
// bodies alone would prove nothing.
func blindSpots(spec *openapi3.T, all []verdicts) []string {
	unseen := map[string]bool{}
	for _, item := range spec.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody != nil {
				unseen[contract.Request+" of "+operation.OperationID] = true
			}
			for _, response := range operation.Responses.Map() {
				if len(response.Value.Content) > 0 {
					unseen[contract.Response+" of "+operation.OperationID] = true
				}
			}
		}
	}
	for _, v := range all {
		if v.peer == v.own && v.finding != nil && v.finding.Kind == contract.KindValue {
			delete(unseen, v.finding.Direction+" of "+v.finding.OperationID)
		}
	}
	return slices.Sorted(maps.Keys(unseen))
}
