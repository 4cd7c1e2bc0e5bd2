package filelimit_test

import (
	"fmt"
	"log"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call/filelimit"
)

// All programs of a user on one machine send at most 95 requests a minute together.
func ExampleNew() {
	limiter := filelimit.New("/var/lib/importer/acme.limit")
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithRateLimit(95.0/60, 1), xsale.WithLimiter(limiter))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println(limiter.Path())
}
