// Command contract compares the checked calls per second of two servers for tests: the sandbox
// behind the validator of package traffic, and the mock of Stoplight's Prism. It needs prism in
// the PATH.
//
// The servers take turns in rounds. A value is the median of its rounds, a ratio the median of
// the rounds' ratios. The sandbox also verifies both tokens, records each call and checks it
// itself, which Prism does not. So there is a third server behind the same validator: a fake
// written by `xsale generate --server` with the responses of Prism. Both servers of this module
// share a process and its CPUs with the client; Prism has its own process. It does not log.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/bench/contract/fakeapi"
	"github.com/xsale-go/xsale/internal/conformance/prism"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

const (
	rounds  = 7
	turn    = 400 * time.Millisecond
	timeout = 5 * time.Minute // a run takes half a minute
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	sandbox, err := xsaletest.Start(xsaletest.WithOrders(1)) // like Prism
	if err != nil {
		return err
	}
	defer sandbox.Close()
	mock, err := prism.Mock(ctx, openapi.Spec())
	if err != nil {
		return err
	}
	defer mock.Close()
	header, err := tokens(ctx, sandbox)
	if err != nil {
		return err
	}
	validator := traffic.Validate(newTransport())
	fake := httptest.NewServer(fakeapi.NewFake(asPrism{}))
	defer fake.Close()
	fakeValidator := traffic.Validate(newTransport())
	candidates := []candidate{ // the order of the columns
		{sandbox.URL(), validator, header},
		{fake.URL, fakeValidator, header},
		{mock.URL, newTransport(), header},
	}
	fmt.Printf("%s, %s/%s, %d CPUs; calls per second, medians of %d rounds of %v\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds, turn)
	var rows []row
	for _, operation := range []struct{ name, path string }{{"GET /me", mePath}, {"GET orders, one order", ordersPath}} {
		for _, connections := range []int{1, 8} {
			measured, err := takeTurns(ctx, candidates, operation.path, connections)
			if err != nil {
				return err
			}
			rows = append(rows, row{fmt.Sprintf("%s, connections: %d", operation.name, connections), measured})
		}
	}
	if err := printTable(os.Stdout, rows); err != nil {
		return err
	}
	return errors.Join(allChecked(validator), allChecked(fakeValidator))
}

const (
	mePath     = "/me"
	ordersPath = "/" + xsaletest.Organization + "/orders"
)

// asPrism returns the responses of Prism's mock.
type asPrism struct{ fakeapi.Unimplemented }

func (asPrism) GetMe(context.Context, fakeapi.GetMeRequestObject) (fakeapi.GetMeResponseObject, error) {
	return fakeapi.GetMe2XXJSONResponse{StatusCode: http.StatusOK, Body: fakeapi.Me{
		ID: 1, Name: "Lorem Ipsum", Nickname: "loremipsum", Email: "loremipsum@futuriti.pl", EmailVerified: true,
		Organizations: []fakeapi.OrganizationInfo{{ID: 1, ShortName: "Futuriti", Name: xsaletest.Organization}},
	}}, nil
}

func (asPrism) ListOrders(context.Context, fakeapi.ListOrdersRequestObject) (fakeapi.ListOrdersResponseObject, error) {
	order := fakeapi.Order{ID: -9007199254740991, Items: []fakeapi.OrderItem{{OrderItemArticles: []fakeapi.OrderItemArticle{{}}}}}
	return fakeapi.ListOrders2XXJSONResponse{StatusCode: http.StatusOK, Body: []fakeapi.Order{order}}, nil
}

// tokens returns the headers of a login. Prism requires them, with any value.
func tokens(ctx context.Context, sandbox *xsaletest.Sandbox) (http.Header, error) {
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(sandbox.Credentials()),
		TokenURL:    sandbox.TokenURL(),
		APIURL:      sandbox.URL(),
		OnDemand:    true,
	})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	token, err := source.Token(ctx)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	token.SetHeaders(header)
	return header, nil
}

func newTransport() *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}
}

// allChecked fails if the validator found an error or left a body unchecked.
func allChecked(validator *traffic.Validator) error {
	data, err := json.Marshal(validator)
	if err != nil {
		return err
	}
	var report struct {
		Calls           int
		UncheckedBodies int
		Findings        []traffic.Finding
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return err
	}
	for _, finding := range report.Findings {
		if finding.Severity == "error" {
			return fmt.Errorf("validator finding: %v", finding)
		}
	}
	if report.Calls == 0 || report.UncheckedBodies > 0 {
		return fmt.Errorf("validator left %d bodies of %d calls unchecked", report.UncheckedBodies, report.Calls)
	}
	return nil
}
