package faults_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/xsaletest"
)

const chaosWorkers = 64

var chaosSeed = flag.Uint64("chaos-seed", rand.Uint64(), "what the calls of TestChaos are drawn with")

// TestChaos makes up to 10,000 calls with 64 workers while every 10th connection is cut, every 7th
// response is a 503 and every 11th a 429. No create is lost or doubled, every failure is typed, and
// nothing leaks. It runs in a synctest bubble with HTTP over pipes, so hours of backoff cost no
// real time.
func TestChaos(t *testing.T) {
	count := fewer.UnderRace(10_000, 2_000)
	t.Logf("to draw the same calls again: -chaos-seed=%d", *chaosSeed)
	synctest.Test(t, func(t *testing.T) { testChaos(t, count) }) // fails, too, where a goroutine of the bubble is left
}

// chaos is the shared state of the calls.
type chaos struct {
	t         *testing.T
	seed      uint64
	client    *xsale.Client
	shop      *xsale.Organization
	completed []int64 // ids of the orders in completedStatus
	calls     []chaosCall
}

func testChaos(t *testing.T, count int) {
	goroutines, _ := goroutinesInBubble()
	start := time.Now()
	network := NewNetwork()

	sandboxListener, proxyListener := network.Listen(), network.Listen()
	sandbox, err := xsaletest.Start(xsaletest.WithListener(sandboxListener), xsaletest.WithOrders(15))
	if err != nil {
		t.Fatal(err)
	}
	proxy := newChaosProxy(t, network, sandboxListener.Addr().String())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := proxy.server.Serve(proxyListener); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the proxy has stopped: %v", err)
		}
	})

	transport := &http.Transport{DialContext: network.Dial, MaxIdleConnsPerHost: chaosWorkers}
	bodies := &stub.BodyCounter{Next: transport}
	through := func(address string) *xsale.Client {
		client, err := xsale.New(append(sandbox.Options(),
			xsale.WithBaseURL(address),
			xsale.WithHTTPClient(&http.Client{Transport: bodies}),
			xsale.WithTimeout(24*time.Hour),  // so that a call in no hurry is not overtaken by the learned rate
			xsale.WithRetryBudget(1_000_000), // most requests meet a fault
		)...)
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	client, direct := through("http://"+proxyListener.Addr().String()), through(sandbox.URL())

	c := &chaos{t: t, seed: *chaosSeed, client: client, shop: client.Organization(""), calls: make([]chaosCall, count)}
	before := c.list(direct, completedStatus)
	for _, order := range before {
		c.completed = append(c.completed, order.ID)
	}
	all := len(c.list(direct))
	workers := c.run()

	time.Sleep(time.Minute) // of the bubble: what was left by its client is over
	synctest.Wait()
	if logins := sandbox.Logins() - direct.TokenSource().Logins(); logins < 1 || logins > 2 {
		t.Errorf("%d logins", logins)
	}
	if opened, closed := bodies.Opened.Load(), bodies.Closed.Load(); opened != closed {
		t.Errorf("of %d bodies only %d are closed", opened, closed)
	}
	if busy := proxy.inState(http.StateNew) + proxy.inState(http.StateActive); busy > 0 {
		t.Errorf("%d connections are busy after the last call", busy)
	}
	if dialed := network.Dialed.Load(); int(dialed) > proxy.requests/2 {
		t.Errorf("%d connections for %d requests: they are not kept alive", dialed, proxy.requests)
	}
	c.checkCalls(proxy.seen)
	c.checkOrders(c.list(direct), all)
	for _, worker := range workers {
		if err := readTranslation(t.Context(), &chaos{t: t, shop: direct.Organization("")}, &chaosCall{worker: worker}); err != nil {
			t.Error(err)
		}
	}
	c.report(proxy, network, time.Since(start))

	client.Close()
	direct.Close()
	transport.CloseIdleConnections()
	if err := proxy.server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	serving.Wait()
	proxy.transport.CloseIdleConnections()
	if err := sandbox.Close(); err != nil {
		t.Error(err)
	}
	synctest.Wait()
	if open := network.Open.Load(); open != 0 {
		t.Errorf("%d ends of connections are left open", open)
	}
	if left, stacks := goroutinesInBubble(); left > goroutines {
		t.Errorf("%d goroutines are left:\n%s", left-goroutines, stacks)
	}
}

// goroutinesInBubble counts the goroutines of the bubble. Those of other tests, which
// runtime.NumGoroutine includes, come and go.
func goroutinesInBubble() (count int, stacks string) {
	buffer := make([]byte, 4<<20)
	stacks = string(buffer[:runtime.Stack(buffer, true)])
	return strings.Count(stacks, ", synctest bubble "), stacks
}

// run makes all calls and returns the workers.
func (c *chaos) run() []*chaosWorker {
	var next atomic.Int64
	var running sync.WaitGroup
	workers := make([]*chaosWorker, chaosWorkers)
	for n := range workers {
		workers[n] = newChaosWorker(n)
		running.Go(func() {
			for number := int(next.Add(1)) - 1; number < len(c.calls); number = int(next.Add(1)) - 1 {
				c.makeCall(number, workers[n])
			}
		})
	}
	running.Wait()
	return workers
}

// list returns the orders in the given statuses, or all.
func (c *chaos) list(client *xsale.Client, statuses ...string) []xsale.Order {
	orders, err := call.Collect(client.Organization("").Orders.List(c.t.Context(), xsale.ListOrdersParams{StatusNames: statuses}))
	if err != nil {
		c.t.Fatal(err)
	}
	return orders
}

// report logs the counts, and fails if a kind of fault or outcome never occurred.
func (c *chaos) report(proxy *chaosProxy, network *Network, took time.Duration) {
	outcomes := map[string]int{}
	for i := range c.calls {
		call := &c.calls[i]
		creates := call.method == http.MethodPost
		switch {
		case call.err == nil && creates:
			outcomes["created"]++
		case call.err == nil:
			outcomes["succeeded"]++
		case errors.Is(call.err, xsale.ErrMaybeProcessed) && creates:
			outcomes["create that may have been processed"]++
		case creates:
			outcomes["create that was not processed"]++
		}
		if errors.Is(call.err, context.Canceled) {
			outcomes["canceled"]++
		} else if errors.Is(call.err, context.DeadlineExceeded) {
			outcomes["out of time"]++
		} else if failed, ok := errors.AsType[*xsale.Error](call.err); ok {
			outcomes[classOf(failed)]++
		}
	}
	c.t.Logf("%d calls in %v of the bubble: %v", len(c.calls), took.Round(time.Second), outcomes)
	c.t.Logf("%d requests over %d connections, fates %v", proxy.requests, network.Dialed.Load(), proxy.counts)
	for f, count := range proxy.counts {
		if count == 0 {
			c.t.Errorf("no request had the fate %d", f)
		}
	}
	for _, name := range []string{
		"created", "succeeded", "create that may have been processed", "create that was not processed", "canceled", "out of time",
		classOfFate(cutAfter), classOfFate(cutInside), classOfFate(unavailableAfter),
	} {
		if outcomes[name] == 0 {
			c.t.Errorf("no call was %q", name)
		}
	}
}
