package main

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract"
)

// blindSpots returns the requests and responses of a description of which Prism has refused none
// for a value in the body. Of a schema that it cannot compile Prism refuses nothing, so that to
// agree with it on the good ones would mean nothing.
func blindSpots(description *openapi3.T, all []verdicts) []string {
	unseen := map[string]bool{}
	for _, item := range description.Paths.Map() {
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
		if v.prism == v.own && v.fault != nil && v.fault.Kind == contract.KindValue {
			delete(unseen, v.fault.Direction+" of "+v.fault.OperationID)
		}
	}
	return slices.Sorted(maps.Keys(unseen))
}
