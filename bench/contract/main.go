// Command contract compares how many calls a second are answered and checked, request and response, by two servers that
// tests use in the place of the API, in one run: the sandbox behind the validating transport of package xsaletest, and the
// mock of Stoplight's Prism. It needs prism in the PATH.
//
// The servers take turns in rounds; a value is the median of its rounds, a ratio the median of the rounds' ratios. The
// sandbox verifies both tokens, remembers each call and checks it by itself, too, which Prism does not: so a third server,
// behind the same transport, is a fake that `xsale generate --server` has written, and answers what Prism does. Both of ours
// share a process, and so its CPUs, with the client that calls them; Prism has a process of its own. Prism logs nothing.
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
	timeout = 5 * time.Minute // of the whole run, which takes half a minute
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
	sandbox, err := xsaletest.Start(xsaletest.WithOrders(1)) // as many as Prism makes up
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
	candidates := []candidate{ // in the order of the columns
		{sandbox.URL(), validator, header},
		{fake.URL, fakeValidator, header},
		{mock.URL, newTransport(), header},
	}
	fmt.Printf("%s, %s/%s, %d CPUs; calls a second, medians of %d rounds of %v each in which the servers take turns\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds, turn)
	var rows []row
	for _, operation := range []struct{ name, path string }{{"GET /me", mePath}, {"GET orders, of one", ordersPath}} {
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

// What is called.
const (
	mePath     = "/me"
	ordersPath = "/" + xsaletest.Organization + "/orders"
)

// asPrism answers what Prism does.
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

// tokens returns the headers of a login. Prism wants to see some, whatever they are.
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

// allChecked fails where the validator has not checked every call, or where it has found something wrong.
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
			return fmt.Errorf("the validator has found: %v", finding)
		}
	}
	if report.Calls == 0 || report.UncheckedBodies > 0 {
		return fmt.Errorf("the validator has left %d bodies of %d calls unchecked", report.UncheckedBodies, report.Calls)
	}
	return nil
}
