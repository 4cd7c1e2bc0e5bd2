package faults_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/codegen/sample"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// canaryCall is a call with canaries in its request and its responses.
type canaryCall struct {
	name      string
	responses []http.HandlerFunc // one for each request, then the sandbox responds
	login     []xsaletest.Fault
	call      func(context.Context, *canaryRun) error
	logged    string // operation, method, status, class of the failure and attempts; empty for what was refused before
}

var canaryCalls = []canaryCall{
	{name: "a success", call: callMe, logged: "getMe GET 200 - 1"},
	{name: "a create", call: createOrder, logged: "createOrder POST 201 - 1"},
	{name: "a list", call: listOrders, logged: "listOrders GET 200 - 1"},
	{name: "a list that the caller breaks off", responses: canaryResponses(200, "application/json", `[{"Id":1,"Buyer":`+string(canaryPerson)+`},{"Id":2}]`),
		call: func(ctx context.Context, r *canaryRun) error {
			for range r.shop.Orders.List(ctx, xsale.ListOrdersParams{}) {
				break
			}
			return nil
		}, logged: "listOrders GET 200 - 1"},
	{name: "a list with an element that does not fit", responses: canaryResponses(200, "application/json", `[{"Id":1},{"Id":"`+canaryResponse+`","Buyer":`+string(canaryPerson)+`}]`),
		call: listOrders, logged: "listOrders GET 200 response 1"},
	{name: "a list that breaks off", responses: []http.HandlerFunc{cutAnswer(`[{"Id":1},{"Id":2,"Buyer":` + string(canaryPerson))},
		call: listOrders, logged: "listOrders GET 200 response 1"},

	{name: "a generated call", responses: []http.HandlerFunc{echo(200)}, call: getSampleOrders, logged: "getOrders GET 200 - 1"},
	{name: "a generated call that is refused", responses: []http.HandlerFunc{echo(400)}, call: createSampleOrder, logged: "CreateOrder POST 400 status 1"},
	{name: "a generated list", responses: []http.HandlerFunc{echo(403)}, call: func(ctx context.Context, r *canaryRun) error {
		_, err := r.sample.GetArchive(ctx, 2024, carried()...)
		return err
	}, logged: "GetArchive GET 403 status 1"},

	{name: "a raw call", responses: []http.HandlerFunc{echo(200)}, call: callPath, logged: " POST 200 - 1"},
	{name: "a raw call that is not found", call: callPath, logged: " POST 404 status 1"},
	{name: "another client's call through the Doer", responses: []http.HandlerFunc{echo(400)}, call: func(ctx context.Context, r *canaryRun) error {
		request, err := http.NewRequestWithContext(ctx, "PUT", r.client.BaseURL()+"/"+canaryPath, strings.NewReader(string(canaryPerson)))
		if err != nil {
			return err
		}
		_, err = r.client.Doer().Do(request)
		return err
	}, logged: " PUT 400 status 1"},

	{name: "problem details", responses: canaryResponses(422, "application/problem+json", `{"title":"`+canaryResponse+`","detail":"`+canaryEmail+`","errors":{"`+canaryNIP+`":["`+canaryPhone+`"]},"buyer":`+string(canaryPerson)+`}`),
		call: createOrder, logged: "createOrder POST 422 status 1"},
	{name: "ServiceStack's form", responses: canaryResponses(409, "application/json", `{"ResponseStatus":{"ErrorCode":"`+canaryEmail+`","Message":"`+canaryResponse+`","StackTrace":"`+canaryNIP+`"}}`),
		call: createOrder, logged: "createOrder POST 409 status 1"},
	{name: "a page", responses: canaryResponses(403, "text/html", `<html><title>`+canaryResponse+`</title><body>`+canaryEmail+`</body></html>`), call: callMe, logged: "getMe GET 403 status 1"},
	{name: "plain text", responses: canaryResponses(400, "text/plain", canaryEmail+" "+canaryNIP+" "+canaryResponse), call: callMe, logged: "getMe GET 400 status 1"},
	{name: "a page instead of JSON", responses: canaryResponses(200, "text/html", `<html><title>`+canaryResponse+`</title>`+canaryEmail), call: callMe, logged: "getMe GET 200 response 1"},
	{name: "a success that does not fit", responses: canaryResponses(200, "application/json", `{"Id":`+string(canaryPerson)+`}`), call: callMe, logged: "getMe GET 200 response 1"},
	{name: "a redirect", responses: []http.HandlerFunc{redirect(302)}, call: callMe, logged: "getMe GET 302 status 1"},
	{name: "a redirect of a create", responses: []http.HandlerFunc{redirect(307)}, call: createOrder, logged: "createOrder POST 307 status 1"},
	{name: "a redirect that cannot be read", responses: []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "::"+canaryEmail)
		w.WriteHeader(302)
	}}, call: callMe, logged: "getMe GET 302 status 1"},
	{name: "a request id of the server's", responses: []http.HandlerFunc{func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set("X-Request-Id", canaryRequestID)
		echo(404)(w, request)
	}}, call: callMe, logged: "getMe GET 404 status 1"},
	{name: "a token for a request id", responses: []http.HandlerFunc{func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set("X-Request-Id", request.Header.Get("X-Id-Token"))
		echo(404)(w, request)
	}}, call: callMe, logged: "getMe GET 404 status 1"},
	{name: "tokens that come back in text", responses: []http.HandlerFunc{func(w http.ResponseWriter, request *http.Request) {
		w.WriteHeader(400)
		fmt.Fprint(w, "not good: ", request.Header)
	}}, call: callMe, logged: "getMe GET 400 status 1"},
	{name: "an odd response", responses: []http.HandlerFunc{hijack("HTTP/1.1 299 " + canaryResponse + "\r\nX-Canary: " + canaryEmail + "\r\nContent-Length: 2\r\n\r\n{}")}, call: createOrder, logged: "createOrder POST 299 - 1"},
	{name: "no HTTP", responses: []http.HandlerFunc{hijack(canaryResponse + " " + canaryEmail + "\r\n\r\n")}, call: createOrder, logged: "createOrder POST 0 connection 1"},
	{name: "no time", call: func(ctx context.Context, r *canaryRun) error {
		_, err := r.client.Call(ctx, "GET", "/"+canaryPath, nil, carried(call.Timeout(time.Millisecond))...)
		return err
	}, logged: " GET 0 timeout 1"},

	{name: "a retry", responses: []http.HandlerFunc{echo(503), echo(429)}, call: callMe, logged: "getMe GET 200 - 3"},
	{name: "no more retries", responses: []http.HandlerFunc{echo(500), echo(502), echo(503), echo(504)}, call: listOrders, logged: "listOrders GET 504 status 4"},
	{name: "a cut connection", responses: []http.HandlerFunc{hijack("")}, call: createOrder, logged: "createOrder POST 0 connection 1"},
	{name: "a truncated response", responses: []http.HandlerFunc{cutAnswer(string(canaryPerson[:100]))}, call: createOrder, logged: "createOrder POST 201 response 1"},
	{name: "a truncated response that is retried", responses: []http.HandlerFunc{cutAnswer(string(canaryPerson[:100]))}, call: callMe, logged: "getMe GET 200 - 2"},
	{name: "tokens that are revoked", call: func(ctx context.Context, r *canaryRun) error {
		r.sandbox.RevokeTokens()
		return callMe(ctx, r)
	}, logged: "getMe GET 200 - 2"},
	{name: "a canceled call", call: func(ctx context.Context, r *canaryRun) error {
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(errors.New("stopped"))
		return callPath(ctx, r)
	}, logged: " POST 0 canceled 0"},

	{name: "a dry run", call: func(ctx context.Context, r *canaryRun) error {
		var request *http.Request
		err := createOrderWith(ctx, r, call.DryRun(&request))
		if !errors.Is(err, xsale.ErrDryRun) {
			return fmt.Errorf("the call was sent: %w", err)
		}
		fmt.Fprintf(&r.errors, "%v", request) // the caller's own canaries, and no secrets
		return nil
	}},
	{name: "a captured success", call: func(ctx context.Context, r *canaryRun) error {
		var answer *call.Response
		return errors.Join(createOrderWith(ctx, r, call.Capture(&answer)), mustHave(answer))
	}, logged: "createOrder POST 201 - 1"},
	{name: "a captured failure", responses: []http.HandlerFunc{echo(400)}, call: func(ctx context.Context, r *canaryRun) error {
		var answer *call.Response
		err := createOrderWith(ctx, r, call.Capture(&answer))
		if answer != nil {
			fmt.Fprintf(&r.errors, "%s", answer.Body)
		}
		return errors.Join(err, mustHave(answer))
	}, logged: "createOrder POST 400 status 1"},
	{name: "an argument that is refused", call: func(ctx context.Context, r *canaryRun) error {
		_, err := r.client.Call(ctx, "GET", canaryPath, nil, carried()...)
		return err
	}},

	{name: "a login that is refused, and repeats the password", login: []xsaletest.Fault{xsaletest.Status(403,
		`{"error":"invalid_grant","error_description":"`+xsaletest.Password+` of `+xsaletest.Username+` is wrong"}`)}, call: loginAgain, logged: "getMe GET 401 login 1"},
	{name: "a login that is refused, with a code that repeats everything", login: []xsaletest.Fault{xsaletest.Status(400,
		`{"error":"`+xsaletest.Username+` `+xsaletest.Password+` `+xsaletest.ClientSecret+`","error_description":{"client_secret":"`+xsaletest.ClientSecret+`"}}`)}, call: loginAgain, logged: "getMe GET 401 login 1"},
	{name: "a login that needs a person", login: []xsaletest.Fault{xsaletest.Status(403,
		`{"error":"mfa_required","error_description":"`+canaryEmail+`","mfa_token":"`+canaryMFA+`"}`)}, call: loginAgain, logged: "getMe GET 401 login 1"},
	{name: "a login that gets a page", login: []xsaletest.Fault{xsaletest.Status(404,
		`<html>`+xsaletest.Password)}, call: loginAgain, logged: "getMe GET 401 login 1"},
}

// carried returns options with canaries, and further options.
func carried(options ...call.Option) []call.Option {
	return append(options, call.Query("q", canaryQuery), call.Query("nip", canaryNIP), call.Header("X-Canary", canaryHeader))
}

func callMe(ctx context.Context, r *canaryRun) error {
	_, err := r.client.Me(ctx, call.Header("X-Canary", canaryHeader))
	return err
}

func createOrder(ctx context.Context, r *canaryRun) error { return createOrderWith(ctx, r) }

func createOrderWith(ctx context.Context, r *canaryRun, options ...call.Option) error {
	order := xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")}},
	}
	if err := order.Set("Buyer", canaryPerson); err != nil {
		return err
	}
	_, err := r.shop.Orders.Create(ctx, order, append(options, call.Header("X-Canary", canaryHeader))...)
	return err
}

func listOrders(ctx context.Context, r *canaryRun) error {
	_, err := call.Collect(r.shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"Nowe", canaryStatus}}, call.Header("X-Canary", canaryHeader)))
	return err
}

func getSampleOrders(ctx context.Context, r *canaryRun) error {
	_, err := r.sample.GetOrders(ctx, &sample.GetOrdersParams{Names: []string{canaryFirstName, canaryStatus}, XTrace: new(canaryEmail), Session: new(canaryPhone)}, carried()...)
	return err
}

func createSampleOrder(ctx context.Context, r *canaryRun) error {
	_, err := r.sample.CreateOrder(ctx, sample.Order{Email: canaryEmail, Number: canaryNIP, Total: wire.MustDecimal("1")}, carried()...)
	return err
}

func callPath(ctx context.Context, r *canaryRun) error {
	_, err := r.client.Call(ctx, "POST", "/contractors/"+canaryPath+"?email="+canaryEmail, canaryPerson, carried()...)
	return err
}

// loginAgain makes the client log in.
func loginAgain(ctx context.Context, r *canaryRun) error {
	time.Sleep(time.Minute) // or the API's refusal would not be taken seriously
	r.sandbox.RevokeTokens()
	err := callMe(ctx, r)
	r.client.TokenSource().Reset()
	return err
}

func mustHave(answer *call.Response) error {
	if answer == nil {
		return errors.New("nothing was captured")
	}
	return nil
}

func canaryResponses(status int, contentType, body string) []http.HandlerFunc {
	return []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Canary", canaryResponse)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}}
}

// echo responds with everything it received, tokens included.
func echo(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Canary", canaryResponse)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":%q,"message":%q,"details":[{"field":"Authorization","message":%q},{"field":%q,"message":%q}],"buyer":%s,"Items":[]}`,
			canaryResponse, "no "+request.Header.Get("Authorization")+" "+canaryEmail, request.Header.Get("Authorization"),
			request.URL.Path, request.Header.Get("X-Id-Token"), canaryPerson)
	}
}

func redirect(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set("Location", "https://"+canaryResponse+".example/"+canaryEmail+"?token="+request.Header.Get("X-Id-Token"))
		w.WriteHeader(status)
	}
}

// hijack writes to the connection and cuts it.
func hijack(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		fmt.Fprint(connection, text)
		connection.Close()
	}
}

// cutAnswer is a truncated success.
func cutAnswer(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		status := "200 OK"
		if request.Method == http.MethodPost {
			status = "201 Created"
		}
		hijack("HTTP/1.1 "+status+"\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(text)+100)+"\r\n\r\n"+text)(w, request)
	}
}
