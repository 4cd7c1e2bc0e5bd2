// Command this makes one call with this module's client.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/xsale-go/xsale/bench/client/this"
	"github.com/xsale-go/xsale/bench/client/xsaleapi"
)

func main() {
	client, err := this.New(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	api, err := xsaleapi.New(client)
	if err != nil {
		log.Fatal(err)
	}
	me, err := api.GetMe(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(me.Name)
}
