package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"

	"example.com/erp-sync/xsaleapi"
)

func Example() {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	client, err := xsale.New(sandbox.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, organization := context.Background(), xsaletest.Organization

	shop, err := xsaleapi.New(client)
	if err != nil {
		log.Fatal(err)
	}
	orders, err := shop.ListOrders(ctx, organization, nil)
	if errors.Is(err, xsale.ErrNotFound) {
		log.Fatal("no such organization")
	}
	fmt.Println(len(orders) > 0, err)
	// Output: true <nil>
}
