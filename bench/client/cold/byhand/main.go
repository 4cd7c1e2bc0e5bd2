// Command byhand makes one call with only net/http and encoding/json.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/xsale-go/xsale/bench/client/byhand"
)

func main() {
	me, err := byhand.New(os.Args[1]).Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(me.Name)
}
