// Command ogen makes one call with ogen's client.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/xsale-go/xsale/bench/client/ogen"
)

func main() {
	client, err := ogen.New(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	me, err := client.GetMe(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(me.Name.Value)
}
