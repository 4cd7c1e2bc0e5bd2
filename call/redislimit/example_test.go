package redislimit_test

import (
	"log"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call/redislimit"
)

// All machines of a fleet send at most 95 requests a minute together.
func ExampleNew() {
	redisClient := redis.NewClient(&redis.Options{Addr: "redis:6379"})
	defer redisClient.Close()
	limiter := redislimit.New(redisClient, "acme")
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithRateLimit(95.0/60, 1), xsale.WithLimiter(limiter))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}
