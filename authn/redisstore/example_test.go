package redisstore_test

import (
	"log"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn/redisstore"
)

func Example() {
	redisClient := redis.NewClient(&redis.Options{Addr: "redis:6379"})
	defer redisClient.Close()
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithTokenStore(redisstore.New(redisClient, "")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}
