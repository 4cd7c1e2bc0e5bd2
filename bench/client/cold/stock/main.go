// Command stock makes one call with oapi-codegen's default client.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/xsale-go/xsale/bench/client/stock"
)

func main() {
	client, err := stock.New(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	response, err := client.GetMeWithResponse(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if response.JSON200 == nil {
		log.Fatal(response.Status())
	}
	fmt.Println(*response.JSON200.Name)
}
