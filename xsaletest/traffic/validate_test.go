package traffic_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// transport is a function as RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

const validOrder = `{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"2024-10-25","BuyerId":7,"RecipientId":8,"PayerId":9,
	"Items":[{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}]}`

// responding responds to every request alike.
func responding(status int, contentType, body string) transport {
	return func(request *http.Request) (*http.Response, error) {
		if request.Body != nil {
			_, _ = io.Copy(io.Discard, request.Body)
			request.Body.Close()
		}
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Request: request,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1,
		}, nil
	}
}

// failures records the failures of a test.
type failures struct {
	testing.TB
	lines []string
}

func (f *failures) Helper() {}

func (f *failures) Error(arguments ...any) { f.lines = append(f.lines, fmt.Sprint(arguments...)) }

func (f *failures) Errorf(format string, arguments ...any) {
	f.lines = append(f.lines, fmt.Sprintf(format, arguments...))
}

func (f *failures) Fatal(arguments ...any) { f.Error(arguments...) }

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func findingsOf(v *traffic.Validator) []string {
	var lines []string
	for _, finding := range v.Findings() {
		lines = append(lines, finding.String())
	}
	return lines
}

// roundTrip sends a request and returns the response body.
func roundTrip(t *testing.T, through http.RoundTripper, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://shop.example"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Authorization", "Bearer canary-access")
	response, err := through.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestValidateADay(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(20))
	validator := traffic.ValidateFor(t, sandbox.HTTPClient().Transport)
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: validator}))
	runADay(t, client)
	lines := findingsOf(validator)
	for _, line := range lines {
		if !strings.HasPrefix(line, "notice: ") || !strings.HasSuffix(line, "but the spec lists no field of this name") && !strings.Contains(line, " times)") {
			t.Errorf("unexpected: %s", line)
		}
	}
	if want := "notice: createOrder (POST /{organizationName}/orders), request at /BuyerNip: string, but the spec lists no field of this name"; !slices.Contains(lines, want) {
		t.Errorf("missing: %s", want)
	}
	var report struct {
		Calls, UncheckedBodies int
		Findings               []traffic.Finding
	}
	data, err := json.Marshal(validator)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &report); err != nil || report.Calls != sandbox.Calls() || report.UncheckedBodies != 1 || len(report.Findings) != len(lines) {
		t.Errorf("%d calls, %s %v", sandbox.Calls(), data, err)
	}
}

// runADay makes calls of all kinds and breaks off the last list.
func runADay(t testing.TB, client *xsale.Client) {
	t.Helper()
	ctx := context.Background()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	me, err := client.Me(ctx)
	check(err)
	shop := client.Organization(me.Organizations[0].Name)
	_, err = shop.Integrations.Create(ctx, xsale.CreateIntegration{Name: "sklep-kowalski.pl", IntegrationType: 28})
	check(err)
	order := xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, 10, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2.50"), PriceGross: wire.MustDecimal("149.90")}},
	}
	for name, value := range map[string]string{
		"BuyerName": `"Jan Kowalski"`, "BuyerNip": `"5250001090"`, "BuyerPhone": `"+48 600 100 200"`, "BuyerEmail": `"jan@kowalski.pl"`,
		"Address": `{"Street":"Krakowska 12/3","City":"Warszawa","Postal":"00-950"}`, "PayerNip": `5250001090`,
	} {
		check(order.UnknownFields.Set(name, json.RawMessage(value)))
	}
	_, err = shop.Orders.Create(ctx, order)
	check(err)
	check(shop.Articles.SetTranslation(ctx, 16519, xsale.Translation{LanguageID: 2, Name: wire.Some("Desk of Kowalski")}))
	_, err = call.Collect(shop.Articles.ListTranslations(ctx, 16519))
	check(err)
	_, err = call.Collect(shop.Statuses.List(ctx))
	check(err)
	orders, err := call.Collect(shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}))
	check(err)
	if len(orders) == 0 {
		t.Fatal("no orders")
	}
	_, err = call.Collect(shop.Articles.ListTranslations(ctx, 999))
	if !errors.Is(err, xsale.ErrNotFound) {
		t.Fatalf("unknown article: got %v", err)
	}
	for _, err := range shop.Orders.List(ctx, xsale.ListOrdersParams{}) {
		check(err)
		break
	}
}

func TestCheckFailsTheTest(t *testing.T) {
	body := `{"Id":1,"Name":7,"Email":null,"Kowalski Jan":1,"Note":"Kowalski","Organizations":[{"Id":"Kowalski"},{},{"Id":"Kowalski"}]}`
	validator := traffic.Validate(responding(200, "application/json", body))
	if got := roundTrip(t, validator, "GET", "/me?page=canary", ""); got != body {
		t.Errorf("the caller got %s", got)
	}
	roundTrip(t, validator, "POST", "/Kowalski/orders", strings.Replace(validOrder, `2.50`, `"2,50"`, 1))
	roundTrip(t, validator, "POST", "/Kowalski/secrets/", `{}`)
	f := &failures{TB: t}
	validator.Check(f)
	wantLines(t, f.lines,
		"error: POST *, request: /*/*/, want a path of the spec",
		"error: getMe (GET /me), response 200 at /Email: null, want string",
		"error: getMe (GET /me), response 200 at /Name: integer, want string",
		"error: getMe (GET /me), response 200 at /Organizations/0/Id: string, want integer of the format int64 (2 times)",
		"error: createOrder (POST /{organizationName}/orders), request at /Items/0/Quantity: string, want number",
	)
	var report bytes.Buffer
	if err := validator.WriteReport(&report); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"notice: getMe (GET /me), request at query page: a query parameter, want none of this name\n",
		"notice: getMe (GET /me), response 200 at /*: integer, but the spec lists no field of this name\n",
		"calls: 3, unchecked bodies: 0, errors: 5, notices: ",
	} {
		if !strings.Contains(report.String(), line) {
			t.Errorf("the report does not contain %q:\n%s", line, &report)
		}
	}
	data, err := json.Marshal(validator)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{report.String(), string(data), fmt.Sprintf("%+v", validator.Findings())} {
		for _, canary := range []string{"Kowalski", "canary", "2,50"} {
			if strings.Contains(text, canary) {
				t.Errorf("the report contains %s:\n%s", canary, text)
			}
		}
	}
}

func TestStrictAndIgnored(t *testing.T) {
	validator := traffic.Validate(responding(200, "application/json", `[{"Id":"x","Items":[{"Note":1},{"Note":1}],"Further":1}]`),
		traffic.WithStrict(),
		traffic.WithIgnored("listOrders", "/*/Items/*/Note", "the vendor adds it"),
		traffic.WithIgnored("", "/*/Id", "texts"),
		traffic.WithIgnored("getMe", "/*/Further", "of another operation"))
	roundTrip(t, validator, "GET", "/shop/orders", "")
	f := &failures{TB: t}
	validator.Check(f)
	wantLines(t, f.lines, "error: listOrders (GET /{organizationName}/orders), response 200 at /0/Further: integer, but the spec lists no field of this name")
	wantLines(t, findingsOf(validator), append(f.lines,
		"error: listOrders (GET /{organizationName}/orders), response 200 at /0/Id: string, want integer of the format int64 (ignored: texts)",
		"error: listOrders (GET /{organizationName}/orders), response 200 at /0/Items/0/Note: integer, but the spec lists no field of this name (2 times) (ignored: the vendor adds it)")...)
}

func TestInvalidOptions(t *testing.T) {
	for name, test := range map[string]struct {
		option traffic.ValidateOption
		want   string
	}{
		"no spec":      {traffic.WithSpec(nil), "traffic: Validate: WithSpec: the spec cannot be read as OpenAPI 3.0"},
		"bad spec":     {traffic.WithSpec([]byte(`{"swagger":"2.0"}`)), "use the file that 'xsale spec pull --normal' writes"},
		"no limit":     {traffic.WithBodyLimit(0), "WithBodyLimit: 0 is not positive"},
		"no reason":    {traffic.WithIgnored("", "/Id", " "), "WithIgnored: the reason is missing"},
		"bad location": {traffic.WithIgnored("", "/[", "x"), "WithIgnored: location \"/[\" is not a pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &failures{TB: t}
			validator := traffic.Validate(responding(200, "application/json", `{}`), test.option)
			validator.Check(f)
			_, err := validator.RoundTrip(httptest.NewRequest("GET", "/me", nil))
			if len(f.lines) != 1 || !strings.Contains(f.lines[0], test.want) || err == nil || err.Error() != f.lines[0] {
				t.Errorf("%q, %v", f.lines, err)
			}
		})
	}
}

// The compiler rejects an option that does not fit: the type that its function returns decides.
func TestOptionsFitWhatTheyAreFor(t *testing.T) {
	for name, test := range map[string]struct {
		option any
		fits   string
	}{
		"WithSpec":      {traffic.WithSpec, "Validate Record Replay "},
		"WithBodyLimit": {traffic.WithBodyLimit, "Validate Record "},
		"WithStrict":    {traffic.WithStrict, "Validate Replay "},
		"WithIgnored":   {traffic.WithIgnored, "Validate Replay "},
		"WithUnmasked":  {traffic.WithUnmasked, "Record "},
		"WithMaskKey":   {traffic.WithMaskKey, "Record Replay "},
	} {
		returned := reflect.TypeOf(test.option).Out(0)
		fits := ""
		for _, of := range []struct {
			name   string
			option reflect.Type
		}{
			{"Validate", reflect.TypeFor[traffic.ValidateOption]()},
			{"Record", reflect.TypeFor[traffic.RecordOption]()},
			{"Replay", reflect.TypeFor[traffic.ReplayOption]()},
		} {
			if returned.Implements(of.option) {
				fits += of.name + " "
			}
		}
		if fits != test.fits {
			t.Errorf("%s fits %s, want %s", name, fits, test.fits)
		}
	}
}

func TestCheckFailsWithoutCalls(t *testing.T) {
	f := &failures{TB: t}
	validator := traffic.Validate(responding(200, "application/json", `{"access_token":7}`))
	roundTrip(t, validator, "POST", "/oauth/token", `{"password":"canary"}`)
	roundTrip(t, validator, "POST", "/login", `{"grant_type":"password","password":"canary"}`)
	roundTrip(t, validator, "POST", "/login", `grant_type=password&password=canary`)
	validator.Check(f)
	wantLines(t, f.lines, "traffic: no call went through the validator: make it the Transport of the client for xsale.WithHTTPClient")
}

func TestValidateWithSpec(t *testing.T) {
	description := bytes.Replace(openapi.Spec(), []byte("operationId: getMe"), []byte("operationId: whoAmI"), 1)
	validator := traffic.Validate(responding(200, "application/json", `{"Id":true}`), traffic.WithSpec(description))
	roundTrip(t, validator, "GET", "/me", "")
	wantLines(t, findingsOf(validator), "error: whoAmI (GET /me), response 200 at /Id: boolean, want integer of the format int64")
}

// Reads a response whose second half is sent after the first was read.
func TestBodiesAreStreamed(t *testing.T) {
	reader, writer := io.Pipe()
	validator := traffic.Validate(transport(func(request *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: reader, ContentLength: -1}, nil
	}))
	response, err := validator.RoundTrip(httptest.NewRequest("GET", "/shop/orders", nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`[{"Id":1},`, `{"Id":"x"}]`} {
		go writer.Write([]byte(part))
		got := make([]byte, len(part))
		if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != part {
			t.Fatalf("%q %v", got, err)
		}
	}
	if lines := findingsOf(validator); lines != nil {
		t.Errorf("findings before the end: %q", lines)
	}
	response.Body.Close() // before the end
	wantLines(t, findingsOf(validator), "error: listOrders (GET /{organizationName}/orders), response 200 at /1/Id: string, want integer of the format int64")
}

func TestUncheckedBodies(t *testing.T) {
	long := `{"Id":"` + strings.Repeat("x", 100) + `"}`
	for name, test := range map[string]struct {
		next transport
		body string
	}{
		"long":         {responding(200, "application/json", long), ""},
		"long request": {responding(404, "", ""), long},
	} {
		t.Run(name, func(t *testing.T) {
			validator := traffic.Validate(test.next, traffic.WithBodyLimit(50))
			path, method := "/me", "GET"
			if test.body != "" {
				path, method = "/shop/integrations", "POST"
			}
			roundTrip(t, validator, method, path, test.body)
			wantLines(t, findingsOf(validator))
			data, err := validator.MarshalJSON()
			if err != nil || string(data) != `{"calls":1,"uncheckedBodies":1,"droppedFindings":0,"findings":[]}` {
				t.Errorf("%s %v", data, err)
			}
		})
	}
	for contentType, want := range map[string][]string{"application/json": nil, "text/html": {"error: getMe (GET /me), response 200 at header Content-Type: text/html, want application/json"}} {
		t.Run("compressed "+contentType, func(t *testing.T) {
			validator := traffic.Validate(transport(func(request *http.Request) (*http.Response, error) {
				response, err := responding(200, contentType, "zip")(request)
				response.Header.Set("Content-Encoding", "gzip")
				return response, err
			}))
			roundTrip(t, validator, "GET", "/me", "")
			wantLines(t, findingsOf(validator), want...)
		})
	}
}

func TestRequestsArriveUnchanged(t *testing.T) {
	var got string
	validator := traffic.Validate(transport(func(request *http.Request) (*http.Response, error) {
		data, err := io.ReadAll(request.Body)
		if err != nil {
			t.Error(err)
		}
		request.Body.Close()
		got = string(data)
		return responding(200, "application/json", `{}`)(&http.Request{})
	}))
	for name, body := range map[string]io.Reader{"to be read again": strings.NewReader(validOrder), "to be read once": io.MultiReader(strings.NewReader(validOrder))} {
		request, err := http.NewRequest("POST", "http://shop.example/shop/orders", body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		if _, err := validator.RoundTrip(request); err != nil || got != validOrder {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	wantLines(t, findingsOf(validator))
}

func TestValidatorInManyGoroutines(t *testing.T) {
	validator := traffic.Validate(responding(200, "application/json", `{"Id":"x"}`))
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() { roundTrip(t, validator, "GET", "/me", "") })
	}
	group.Wait()
	wantLines(t, findingsOf(validator), "error: getMe (GET /me), response 200 at /Id: string, want integer of the format int64 (16 times)")
}

// A test that reads no response to its end has checked nothing.
func TestCheckFailsIfNoResponseWasChecked(t *testing.T) {
	f := &failures{TB: t}
	validator := traffic.Validate(responding(200, "application/json", `[{"Id":1},{"Id":2}]`))
	for range 2 {
		response, err := validator.RoundTrip(httptest.NewRequest("GET", "/shop/orders", nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := response.Body.Read(make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	validator.Check(f)
	wantLines(t, f.lines, "traffic: no response body was checked: read responses to their end, or raise WithBodyLimit")

	roundTrip(t, validator, "GET", "/shop/orders", "")
	f.lines = nil
	validator.Check(f)
	wantLines(t, f.lines)
}

// logs is a test that keeps its log.
type logs struct {
	failures
	logged []string
}

func (l *logs) Logf(format string, arguments ...any) {
	l.logged = append(l.logged, fmt.Sprintf(format, arguments...))
}

func TestCheckSaysWhatItCouldNotCheck(t *testing.T) {
	spec := `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/users":{"get":{"operationId":"listUsers","parameters":[
		{"name":"host","in":"query","schema":{"type":"string","format":"hostname"}}],"responses":{"200":{"description":"OK","content":{"application/json":{
		"schema":{"type":"array","items":{"type":"object","properties":{"Email":{"type":"string","format":"email"},"Password":{"type":"string","format":"password"},
		"Day":{"type":"string","format":"date"}}}}}}}}}}}}`
	fails := false
	next := transport(func(request *http.Request) (*http.Response, error) {
		if fails {
			return nil, errors.New("no network")
		}
		return responding(200, "application/json", `[{"Email":"?"}]`).RoundTrip(request)
	})
	for name, test := range map[string]struct {
		run    func(*traffic.Validator)
		errors []string
		logged []string
	}{
		"all read": {func(v *traffic.Validator) { roundTrip(t, v, "GET", "/users", "") }, nil, nil},
		"left open": {func(v *traffic.Validator) {
			if _, err := v.RoundTrip(httptest.NewRequest("GET", "/users", nil)); err != nil {
				t.Error(err)
			}
		}, []string{"traffic: no response body was checked: read responses to their end, or raise WithBodyLimit"}, nil},
		"one left open": {func(v *traffic.Validator) {
			roundTrip(t, v, "GET", "/users", "")
			if _, err := v.RoundTrip(httptest.NewRequest("GET", "/users", nil)); err != nil {
				t.Error(err)
			}
		}, nil, []string{"traffic: 1 of 2 response bodies were not checked, because they were not read to their end or are too long"}},
		"no response": {func(v *traffic.Validator) {
			fails = true
			defer func() { fails = false }()
			if _, err := v.RoundTrip(httptest.NewRequest("GET", "/users", nil)); err == nil {
				t.Error("no error")
			}
		}, nil, []string{"traffic: 1 of 1 calls got no response that could be checked"}},
	} {
		validator := traffic.Validate(next, traffic.WithSpec([]byte(spec)))
		test.run(validator)
		l := &logs{failures: failures{TB: t}}
		validator.Check(l)
		wantLines(t, l.lines, test.errors...)
		if want := append(test.logged, "traffic: formats of the spec that are not checked: email, hostname"); !slices.Equal(l.logged, want) {
			t.Errorf("%s: logged %q", name, l.logged)
		}
	}
}
