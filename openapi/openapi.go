// Package openapi contains the OpenAPI 3.0.3 spec of the public part of the xSale API.
package openapi

import _ "embed"

//go:embed openapi.yaml
var document string

//go:embed go.overlay.yaml
var goOverlay string

// Spec returns the spec as YAML. Each call returns a new copy.
func Spec() []byte {
	return []byte(document)
}

// GoOverlay returns the YAML of the overlay (Overlay Specification 1.0) with details for the Go
// types of this module that do not belong in the spec. Each call returns a new copy.
func GoOverlay() []byte {
	return []byte(goOverlay)
}
