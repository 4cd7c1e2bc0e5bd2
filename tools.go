package xsale

// The generator is pinned by the tool line in go.mod: a file that imports it would put its modules
// into the module graph of every user of this package, the tool line does not. `go generate ./...`
// writes the files below anew; the same input gives the same bytes.

//go:generate go tool oapi-codegen -config openapi/types.codegen.yaml openapi/openapi.yaml
//go:generate go tool oapi-codegen -config openapi/client.codegen.yaml openapi/openapi.yaml
//go:generate go tool oapi-codegen -config openapi/sandbox.codegen.yaml openapi/openapi.yaml
//go:generate go run ./internal/codegen/finish gen/types.gen.go xsaletest/internal/sandboxapi/sandboxapi.gen.go
