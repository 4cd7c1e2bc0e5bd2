// Program erp-sync prints the new orders of xSale in the format of an ERP. It is an example of a
// program with a client written by `xsale generate`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/xsale-go/xsale"

	"example.com/erp-sync/xsaleapi"
)

// exitTryLater is EX_TEMPFAIL of sysexits.h. It tells the scheduler that a failure is temporary.
const exitTryLater = 75

func main() {
	err := run(context.Background(), os.Stdout)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "erp-sync:", err)
	if errors.Is(err, errTryLater) {
		os.Exit(exitTryLater)
	}
	os.Exit(1)
}

// run writes each new order as a line of JSON. The environment sets the account and organization.
func run(ctx context.Context, out io.Writer) error {
	client, err := xsale.New(xsale.FromEnvironment())
	if err != nil {
		return err
	}
	defer client.Close()
	api, err := xsaleapi.New(client)
	if err != nil {
		return err
	}
	orders, err := newOrders(ctx, api, client.Organization("").Name())
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	for _, order := range orders {
		if err := encoder.Encode(order); err != nil {
			return err
		}
	}
	return nil
}
