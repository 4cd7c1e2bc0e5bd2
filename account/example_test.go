package account_test

import (
	"context"
	"fmt"
	"log"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
)

func ExampleFrom() {
	client, err := xsale.New(account.From("shop"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	user, err := client.Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Name)
}
