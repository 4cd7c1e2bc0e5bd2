package main

//go:generate go run -C ../.. ./cmd/xsale generate --spec bench/client/openapi.yaml --package xsaleapi --out bench/client/xsaleapi
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config stock/oapi-codegen.yaml openapi.yaml
//go:generate go run github.com/ogen-go/ogen/cmd/ogen@v1.24.0 -target ogen -package ogen -clean -config ogen/ogen.yaml openapi.yaml
