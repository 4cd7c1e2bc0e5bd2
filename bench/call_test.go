package bench

import (
	"net/http/httptest"
	"testing"

	"github.com/xsale-go/xsale/bench/client/byhand"
	"github.com/xsale-go/xsale/bench/client/server"
	"github.com/xsale-go/xsale/bench/client/this"
)

// BenchmarkMe measures a small call: mostly what a client adds to net/http.
func BenchmarkMe(b *testing.B) {
	api := httptest.NewServer(server.New())
	defer api.Close()
	client, err := this.New(api.URL)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Me(b.Context()); err != nil { // logs in
		b.Fatal(err)
	}
	peer := byhand.New(api.URL)
	b.Run("xsale", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.Me(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net-http", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := peer.Me(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
