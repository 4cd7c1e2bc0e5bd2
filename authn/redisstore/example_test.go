package redisstore_test

import (
	"log"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn/redisstore"
)

func ExampleNew() {
	redisClient := redis.NewClient(&redis.Options{Addr: "redis:6379"})
	defer redisClient.Close()
	store := redisstore.New(redisClient, "") // the default prefix
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithTokenStore(store))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}
