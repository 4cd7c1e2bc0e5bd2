// Package openapi holds the OpenAPI 3.0.3 description of the public part of the xSale API.
package openapi

import _ "embed"

//go:embed openapi.yaml
var document string

//go:embed go.overlay.yaml
var goOverlay string

// Spec returns the description as YAML. Each call returns a copy of its own.
func Spec() []byte {
	return []byte(document)
}

// GoOverlay returns the overlay (Overlay Specification 1.0) with what the Go types of this module need and the description
// should not say, as YAML. Each call returns a copy of its own.
func GoOverlay() []byte {
	return []byte(goOverlay)
}
