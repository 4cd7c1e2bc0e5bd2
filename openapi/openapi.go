// Package openapi holds the OpenAPI 3.0.3 description of the public part of the xSale API.
package openapi

import _ "embed"

//go:embed openapi.yaml
var document string

// Document returns the description as YAML. Each call returns a copy of its own.
func Document() []byte {
	return []byte(document)
}
