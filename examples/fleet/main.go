// Program fleet imports the new orders of xSale into PostgreSQL. Any number of processes work together:
// one of them imports each order, and all share one login and one rate of calls. The environment sets
// the account, the organization, DATABASE_URL and REDIS_URL.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn/redisstore"
	"github.com/xsale-go/xsale/call/redislimit"
	"github.com/xsale-go/xsale/transfer/postgres"
)

func main() {
	hostname, _ := os.Hostname()
	name := flag.String("name", hostname, "`NAME` of this worker, which it writes next to its orders")
	every := flag.Duration("every", 2*time.Minute, "`PERIOD` in which one of the workers reads the list")
	rate := flag.Float64("rate", 1.6, "`CALLS` a second of the whole fleet")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *name, *every, *rate); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, name string, every time.Duration, rate float64) error {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		return err
	}
	shared := redis.NewClient(options)
	defer shared.Close()
	client, err := xsale.New(
		xsale.FromEnvironment(),
		xsale.WithTokenStore(redisstore.New(shared, "")),
		xsale.WithRateLimit(rate, 1),
		xsale.WithLimiter(redislimit.New(shared, "fleet")),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	database, err := postgres.Open(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer database.Close()
	return newImport(client.Organization(""), database, name).Watch(ctx, every)
}
