package xsale

// Package gen is written by this module's own generator, which builds without it. The generator
// uses oapi-codegen as a library, so go.mod pins its version; equal input gives equal bytes.

//go:generate go run ./internal/devtools/generate
