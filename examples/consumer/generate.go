package main

//go:generate go run github.com/xsale-go/xsale/cmd/xsale@v0.1.0 generate
