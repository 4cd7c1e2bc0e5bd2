package xsaletest_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
)

// A user logs in with a browser. A test submits the form of the login page in its place.
func ExampleWithRedirectURLs() {
	ctx := context.Background()
	const callback = "http://localhost:3000/callback" // of the tested program
	sandbox, err := xsaletest.Start(xsaletest.WithRedirectURLs(callback))
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(authn.Credentials{
			ClientID: xsaletest.ClientID, ClientSecret: authn.NewSecret(xsaletest.ClientSecret), UserLogin: true,
		}),
		TokenURL: sandbox.TokenURL(),
		APIURL:   sandbox.URL(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
	flow, err := authn.NewLoginFlow(callback)
	if err != nil {
		log.Fatal(err)
	}
	page, err := source.LoginURL(ctx, flow, "")
	if err != nil {
		log.Fatal(err)
	}

	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm(page, url.Values{"user": {xsaletest.Username}})
	if err != nil {
		log.Fatal(err)
	}
	response.Body.Close()
	target, err := response.Location() // what the browser would open
	if err != nil {
		log.Fatal(err)
	}
	if _, err := source.FinishLogin(ctx, flow, target.Query()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(target.Host, sandbox.UserLogins())
	// Output:
	// localhost:3000 1
}

// After a day the ID token has expired, and the client logs in again.
func ExampleSandbox_Clock() {
	sandbox, client := start(xsaletest.WithTokenLifetimes(48*time.Hour, 24*time.Hour))
	defer sandbox.Close()
	defer client.Close()

	for range 2 {
		if _, err := client.Me(context.Background()); err != nil {
			log.Fatal(err)
		}
		sandbox.Clock().Advance(25 * time.Hour)
	}
	fmt.Println(sandbox.Logins())

	clock := sandbox.Clock()
	clock.Freeze()
	clock.Set(time.Date(2025, time.March, 31, 12, 0, 0, 0, time.UTC))
	fmt.Println(clock.Now(), clock.Frozen())
	clock.Resume()
	// Output:
	// 2
	// 2025-03-31 12:00:00 +0000 UTC true
}

// The API becomes newer while the program runs.
func ExampleSandbox_Change() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	err := sandbox.Change(func(s *xsaletest.Settings) {
		s.UnknownFields = []string{xsaletest.AnyOperation}
		s.Latency = xsaletest.Latency{Shortest: time.Millisecond, Longest: time.Millisecond}
	})
	if err != nil {
		log.Fatal(err)
	}
	me, err := client.Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	added, _ := me.Get("AddedArray")
	fmt.Println(string(added), sandbox.Settings().Latency.Longest)
	// Output:
	// [{"Id":1},"text",[],null,true] 1ms
}

// One sandbox serves several scenarios: a reset costs the client no login.
func ExampleSandbox_Reset() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	for range 3 {
		if err := sandbox.Fail(xsaletest.AnyOperation, xsaletest.RetryAfter(0).Always()); err != nil {
			log.Fatal(err)
		}
		if _, err := client.Me(context.Background()); err == nil {
			log.Fatal("no error")
		}
		fmt.Println(sandbox.Faults(), sandbox.TokenRequests())
		if err := sandbox.Reset(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// map[*:[RetryAfter(0s).Always()]] 1
	// map[*:[RetryAfter(0s).Always()]] 0
	// map[*:[RetryAfter(0s).Always()]] 0
}

// Each scenario brings its own orders.
func ExampleSandbox_ReplaceData() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	err := sandbox.ReplaceData(xsaletest.Seed{Orders: []xsaletest.SeedOrder{{Order: `{"Id":7,"Items":[]}`}}})
	if err != nil {
		log.Fatal(err)
	}
	for order, err := range client.Organization("").Orders.List(context.Background(), xsale.ListOrdersParams{}) {
		fmt.Println(order.ID, err)
	}
	fmt.Println(sandbox.ReplaceData(xsaletest.Seed{Orders: []xsaletest.SeedOrder{{Order: `{"Id":"7"}`}}}))
	// Output:
	// 7 <nil>
	// xsaletest: ReplaceData: /Orders/0/Order/Id: string, want integer of the format int64
}

// A program in another process is done when its requests have ended.
func ExampleSandbox_WaitForRequests() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	go client.Me(context.Background())
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	requests, err := sandbox.WaitForRequests(ctx, 1, func(r xsaletest.Request) bool { return r.Operation == "getMe" })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(requests[0].Path, requests[0].Status)

	sandbox.ClearRequests()
	fmt.Println(len(sandbox.Requests()), sandbox.Calls())
	// Output:
	// /me 200
	// 0 1
}

// A test of the API alone needs no login.
func ExampleSandbox_IssueTokens() {
	sandbox, client := start()
	defer sandbox.Close()
	defer client.Close()

	tokens, err := sandbox.IssueTokens()
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, sandbox.URL()+"/"+sandbox.Organizations()[0]+"/statuses", nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
	request.Header.Set("x-id-token", tokens.IDToken)
	for range 2 {
		response, err := sandbox.HTTPClient().Do(request)
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		fmt.Println(response.Status)
		sandbox.ExpireIDTokens()
	}
	fmt.Println(sandbox.Logins(), sandbox.BlockedUsers())
	// Output:
	// 200 OK
	// 401 Unauthorized
	// 0 []
}

// A web page at another origin works for two organizations.
func ExampleWithOrganizations() {
	sandbox, client := start(
		xsaletest.WithOrganizations(xsale.OrganizationInfo{ID: 1, Name: "Shop_a"}, xsale.OrganizationInfo{ID: 2, Name: "Shop_b"}),
		xsaletest.WithCORS("http://localhost:5173"))
	defer sandbox.Close()
	defer client.Close()

	me, err := client.Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(me.Organizations), sandbox.Organizations())
	// Output:
	// 2 [Shop_a Shop_b]
}

// Programs in other languages can call functions of the test.
func ExampleWithControl() {
	sandbox, client := start(xsaletest.WithControl(func(sandbox *xsaletest.Sandbox) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			title, version := sandbox.SpecInfo()
			fmt.Fprint(w, title, " ", version)
			sandbox.ClearHandlers()
		})
	}))
	defer sandbox.Close()
	defer client.Close()

	response, err := sandbox.HTTPClient().Get(sandbox.URL() + "/_sandbox/spec")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(string(body), err)
	// Output:
	// xSale REST API 0.1.0 <nil>
}
