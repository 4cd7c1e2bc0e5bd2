package main

//go:generate go run -C ../.. ./cmd/xsale generate --package fakeapi --out bench/contract/fakeapi --server --operation getMe --operation listOrders
