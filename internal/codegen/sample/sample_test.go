package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
)

// fullOrder sets every field and one that the spec does not list.
const fullOrder = `{"Buyer":{"Name":"Ala","Nip":null,"Parent":{"Name":"Ola"}},"Discount":null,"Email":"not an address","Extra":[1.10,{}],` +
	`"Get":"g","Id":7,"Items":[{"Quantity":2.50,"Sku":"A"}],"Number":"7/2024","OrderNo":"b","Paid":false,` +
	`"Placed":"2024-10-25T08:15:00.1234567","Status":1,"Tags":{"a":"b"},"Total":1234567890123456.789,"order-no":"a","Newer":12.30}`

func readOrder(t *testing.T, text string) Order {
	t.Helper()
	var order Order
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		t.Fatal(err)
	}
	return order
}

// equalJSON compares JSON values regardless of the order of fields, but numbers digit by digit.
func equalJSON(t *testing.T, value any, want string) {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	read := func(text string) (tree any) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&tree); err != nil {
			t.Fatal(err)
		}
		return tree
	}
	if !reflect.DeepEqual(read(string(encoded)), read(want)) {
		t.Errorf("got  %s\nwant %s", encoded, want)
	}
}

func TestCreateReadReplaceDelete(t *testing.T) {
	service := &service{}
	client, _ := start(t, service)
	ctx := t.Context()
	created, err := client.CreateOrder(ctx, readOrder(t, fullOrder))
	if err != nil {
		t.Fatal(err)
	}
	equalJSON(t, service.order, fullOrder) // as it was sent
	equalJSON(t, created, fullOrder)       // as it was read
	read, err := client.GetOrder(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	if total := read.Total.String(); total != "1234567890123456.789" {
		t.Errorf("the total became %s", total)
	}
	if newer, ok := read.UnknownFields.Get("Newer"); !ok || string(newer) != "12.30" {
		t.Errorf("the unknown field became %s", newer)
	}
	if err := client.ReplaceOrder(ctx, 7, read); err != nil {
		t.Fatal(err)
	}
	equalJSON(t, service.order, fullOrder) // written back
	if err := client.DeleteOrder(ctx, 7); err != nil || service.order != nil {
		t.Fatal(err, service.order)
	}
	_, err = client.GetOrder(ctx, 7)
	failure, ok := errors.AsType[*xsale.Error](err)
	if !ok || !errors.Is(err, xsale.ErrNotFound) || failure.Route != "/api/v1/orders/{id}" || failure.Operation != "GetOrder" || !strings.Contains(failure.Message, "No such order") {
		t.Errorf("got %#v", err)
	}
}

func TestParametersArriveAsSent(t *testing.T) {
	for name, params := range map[string]GetOrdersParams{
		"none": {},
		"all": {
			StatusIDs: []int32{1, 2}, Names: []string{"a,b", "c&d=e", "ż"}, From: new(parseTime(t, "2024-10-25T08:15:00+02:00")),
			MinTotal: new(wire.MustDecimal("1.10")), Page: new(int32(0)), Archived: new(false), Sort: new(SortOrderDesc),
			Filter: &OrderFilter{City: "Łódź", Limit: 3}, XTrace: new("trace"), Session: new("cookie"),
		},
		"zero values": {Page: new(int32(0)), Archived: new(false), XTrace: new("")},
	} {
		t.Run(name, func(t *testing.T) {
			service := &service{order: &Order{}}
			client, _ := start(t, service)
			result, err := client.GetOrders(t.Context(), &params)
			if err != nil || result.Total != 1 || len(result.Items) != 1 {
				t.Fatal(result, err)
			}
			sent, err := json.Marshal(params)
			if err != nil {
				t.Fatal(err)
			}
			equalJSON(t, service.params, string(sent))
		})
	}
}

func parseTime(t *testing.T, text string) wire.DateTime {
	t.Helper()
	date, err := wire.ParseDateTime(text)
	if err != nil {
		t.Fatal(err)
	}
	return date
}

// An empty list is not a filter. Sent as an empty value, it would be a list of one empty string.
func TestEmptyListsAreNotSent(t *testing.T) {
	service := &service{order: &Order{}}
	client, _ := start(t, service)
	params := GetOrdersParams{StatusIDs: []int32{}, Names: []string{}}
	if _, err := client.GetOrders(t.Context(), &params); err != nil {
		t.Fatal(err)
	}
	if service.params.StatusIDs != nil || service.params.Names != nil {
		t.Errorf("arrived: %#v", service.params)
	}
	if params.Names == nil {
		t.Error("the caller's parameters were changed")
	}
}

// Absent, null and zero differ in requests.
func TestChangeDistinguishesAbsentNullAndZero(t *testing.T) {
	var null, zero OrderChange
	null.SendNull("Note", "Paid")
	zero.SendZero("Note", "Paid", "Priority", "Status")
	for _, test := range []struct {
		change OrderChange
		want   string
	}{
		{OrderChange{}, `{}`},
		{null, `{"Note":null,"Paid":null}`},
		{zero, `{"Note":"","Paid":false,"Priority":0,"Status":0}`},
		{OrderChange{Due: wire.NewDate(2024, 10, 25)}, `{"Due":"2024-10-25"}`},
	} {
		service := &service{}
		client, _ := start(t, service)
		response, err := client.ChangeOrder(t.Context(), 7, test.change)
		if err != nil {
			t.Fatal(err)
		}
		equalJSON(t, service.change, test.want)
		equalJSON(t, response, test.want)
	}
}

func TestFiles(t *testing.T) {
	service := &service{}
	client, _ := start(t, service)
	content := bytes.Repeat([]byte{0, 1, 0xff, '\n'}, 50_000)
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		part, err := form.CreateFormFile("file", "faktura ż.pdf")
		if err == nil {
			_, err = part.Write(content)
		}
		writer.CloseWithError(errors.Join(err, form.Close()))
	}()
	for name, add := range map[string]func() (AddInvoiceResponse, error){
		"a reader": func() (AddInvoiceResponse, error) {
			return client.AddInvoiceWithBody(t.Context(), 7, form.FormDataContentType(), reader)
		},
		"a struct": func() (AddInvoiceResponse, error) {
			return client.AddInvoice(t.Context(), 7, AddInvoiceMultipartBody{File: call.File{Name: "faktura ż.pdf", Content: bytes.NewReader(content)}, Number: new("7/2024")})
		},
	} {
		service.file, service.fileName = nil, ""
		added, err := add()
		if err != nil || added.ID != 9 || added.Size != int64(len(content)) || !bytes.Equal(service.file, content) || service.fileName != "faktura ż.pdf" {
			t.Fatalf("%s: %+v %q %v", name, added, service.fileName, err)
		}
	}
	if _, err := client.AddInvoice(t.Context(), 7, AddInvoiceMultipartBody{}); !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), "form parameter file: it has no value") {
		t.Errorf("without a file: %v", err)
	}
	response, err := client.GetInvoice(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if read, err := io.ReadAll(response.Body); err != nil || !bytes.Equal(read, content) || response.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%d bytes of %s: %v", len(read), response.Header.Get("Content-Type"), err)
	}
}

func TestForm(t *testing.T) {
	service := &service{}
	client, _ := start(t, service)
	body := LoginRequest{User: "ala&ola=ż", Remember: true, Limit: wire.MustDecimal("1.10")}
	response, err := client.Login(t.Context(), body)
	if err != nil || response["token"] != "t" {
		t.Fatal(response, err)
	}
	equalJSON(t, service.login, `{"user":"ala&ola=ż","remember":true,"limit":1.10}`)
}

func TestText(t *testing.T) {
	client, _ := start(t, &service{})
	if text, err := client.Ping(t.Context()); err != nil || text != `"pong"` {
		t.Errorf("%q %v", text, err)
	}
	if text, err := client.Echo(t.Context(), "zażółć\n"); err != nil || text != "zażółć\n" {
		t.Errorf("%q %v", text, err)
	}
}

func TestPathValues(t *testing.T) {
	for _, code := range []string{"plain", "a/b", "a b", "%2F", "ż?#", "a.b", "..a", "{x}"} {
		service := &service{}
		client, _ := start(t, service)
		response, err := client.GetArticlesByCode(t.Context(), code)
		if err != nil || response != code || service.code != code {
			t.Errorf("%q arrived as %q and came back as %q: %v", code, service.code, response, err)
		}
	}
	for _, code := range []string{"", ".", ".."} {
		client, requests := start(t, &service{})
		if _, err := client.GetArticlesByCode(t.Context(), code); !errors.Is(err, xsale.ErrInvalid) || requests.Load() != 0 {
			t.Errorf("%q: %v, %d requests", code, err, requests.Load())
		}
	}
}

// Two paths that overlap, and a variable inside a path segment.
func TestOddPaths(t *testing.T) {
	client, _ := start(t, &service{})
	orders, err := client.GetArchive(t.Context(), 2024)
	if err != nil || len(orders) != 1 || orders[0].ID != 2024 {
		t.Errorf("%v %v", orders, err)
	}
	_, err = client.GetPrice(t.Context(), 12)
	failure, ok := errors.AsType[*xsale.Error](err)
	if !ok || failure.StatusCode != http.StatusNotImplemented {
		t.Errorf("got %v from an operation that the fake lacks", err)
	}
}

func TestElementsOneByOne(t *testing.T) {
	client, requests := start(t, &service{})
	list := client.GetArchiveSeq(t.Context(), 2024)
	if requests.Load() != 0 {
		t.Error("the call was sent before the range over the list")
	}
	for range 2 {
		orders, err := call.Collect(list)
		if err != nil || len(orders) != 1 || orders[0].ID != 2024 {
			t.Errorf("%v %v", orders, err)
		}
	}
	if requests.Load() != 2 {
		t.Errorf("%d requests", requests.Load())
	}
	events, err := call.Collect(client.ListEventsSeq(t.Context()))
	if err != nil || len(events) != 2 {
		t.Fatal(events, err)
	}
	if paid, err := events[1].AsOrderPaid(); err != nil || paid.Amount.String() != "1.10" {
		t.Errorf("%#v %v", paid, err)
	}
}

func TestAnyJSONIsExact(t *testing.T) {
	service := &service{}
	client, _ := start(t, service)
	settings, err := client.GetSettings(t.Context())
	if err != nil || string(settings["ratio"]) != "1.10" {
		t.Errorf("%s %v", settings, err)
	}
	for _, text := range []string{`[1.10,{"a":12345678901234567890}]`, `"text"`, `7.0`, `null`} {
		response, err := client.PutSettings(t.Context(), json.RawMessage(text))
		if err != nil || string(response) != text || string(service.settings) != text {
			t.Errorf("%s arrived as %s and came back as %s: %v", text, service.settings, response, err)
		}
	}
}

func TestUnion(t *testing.T) {
	client, _ := start(t, &service{})
	events, err := client.ListEvents(t.Context())
	if err != nil || len(events) != 2 {
		t.Fatal(events, err)
	}
	placed, err := events[0].ValueByDiscriminator()
	if value, ok := placed.(OrderPlaced); err != nil || !ok || value.OrderID != 7 || value.Kind != "placed" {
		t.Errorf("%#v %v", placed, err)
	}
	paid, err := events[1].AsOrderPaid()
	if extra, ok := paid.Get("Extra"); err != nil || paid.Amount.String() != "1.10" || !ok || string(extra) != "true" {
		t.Errorf("%#v %v", paid, err)
	}
}

func TestSeveralTypesOfResponse(t *testing.T) {
	for status, job := range map[int]StartJobResponseObject{
		200: StartJob200JSONResponse{Body: Order{Number: "1"}},
		202: StartJob202JSONResponse{Body: StartJobResponse{JobID: "j"}},
	} {
		client, _ := start(t, &service{job: job})
		response, err := client.StartJob(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != status || !json.Valid(body) {
			t.Errorf("%d %s %v", response.StatusCode, body, err)
		}
	}
	client, _ := start(t, &service{})
	if categories, err := client.GetCategories(t.Context()); err != nil || categories.Children != nil {
		t.Errorf("204 became %+v, %v", categories, err)
	}
}

// With another HTTP client, errors are the same and an editor sets the token.
func TestNewWithDoer(t *testing.T) {
	handler := NewFake(&service{order: &Order{}})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer mine" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	for token, want := range map[string]error{"Bearer mine": nil, "Bearer other": xsale.ErrUnauthorized} {
		client, err := NewWithDoer(server.URL, server.Client(), func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", token)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.GetOrder(t.Context(), 7); !errors.Is(err, want) {
			t.Errorf("%s: %v", token, err)
		}
	}
}

func TestCallOptions(t *testing.T) {
	service := &service{order: &Order{}}
	client, _ := start(t, service)
	if _, err := client.GetOrders(t.Context(), nil, call.Query("page", "4"), call.Header("X-Trace", "t")); err != nil {
		t.Fatal(err)
	}
	if service.params.Page == nil || *service.params.Page != 4 || service.params.XTrace == nil || *service.params.XTrace != "t" {
		t.Errorf("arrived: %+v", service.params)
	}
}
