// Package sample is what `xsale generate` writes for a made-up service that has an operation of every kind. Its tests call
// each through the whole chain of a Client, against the fake that was generated with it.
package sample

//go:generate go run ../../../cmd/xsale generate --spec swagger.json --package sample --out . --server
