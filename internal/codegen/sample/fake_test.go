package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// service is a fake that records requests and responds with what they contained.
type service struct {
	Unimplemented
	params   *GetOrdersParams
	order    *Order
	change   *OrderChange
	login    *LoginRequest
	file     []byte
	fileName string
	settings json.RawMessage
	code     string
	job      StartJobResponseObject
}

func (s *service) GetOrders(_ context.Context, request GetOrdersRequestObject) (GetOrdersResponseObject, error) {
	s.params = &request.Params
	return GetOrders200JSONResponse{Body: PagedResultOfOrder{Items: []Order{*s.order}, Total: 1}}, nil
}

func (s *service) CreateOrder(_ context.Context, request CreateOrderRequestObject) (CreateOrderResponseObject, error) {
	s.order = request.Body
	if s.order.ID != 0 {
		return nil, errors.New("the server assigns ids")
	}
	s.order.ID = 7
	return CreateOrder201JSONResponse{Body: *request.Body, Header: http.Header{"Location": {"/api/v1/orders/7"}}}, nil
}

func (s *service) GetOrder(_ context.Context, request GetOrderRequestObject) (GetOrderResponseObject, error) {
	if s.order == nil || request.ID != 7 {
		return GetOrder404JSONResponse{Body: ProblemDetails{Title: "No such order", Status: 404}}, nil
	}
	return GetOrder200JSONResponse{Body: *s.order}, nil
}

func (s *service) ReplaceOrder(_ context.Context, request ReplaceOrderRequestObject) (ReplaceOrderResponseObject, error) {
	s.order = request.Body
	s.order.ID = request.ID
	return ReplaceOrder204Response{}, nil
}

func (s *service) ChangeOrder(_ context.Context, request ChangeOrderRequestObject) (ChangeOrderResponseObject, error) {
	s.change = request.Body
	return ChangeOrder200JSONResponse{Body: *request.Body}, nil
}

func (s *service) DeleteOrder(context.Context, DeleteOrderRequestObject) (DeleteOrderResponseObject, error) {
	s.order = nil
	return DeleteOrder204Response{}, nil
}

func (s *service) AddInvoice(_ context.Context, request AddInvoiceRequestObject) (AddInvoiceResponseObject, error) {
	part, err := request.Body.NextPart()
	if err != nil {
		return nil, err
	}
	s.fileName = part.FileName()
	if s.file, err = io.ReadAll(part); err != nil {
		return nil, err
	}
	return AddInvoice200JSONResponse{Body: AddInvoiceResponse{ID: 9, Size: int64(len(s.file))}}, nil
}

func (s *service) GetInvoice(context.Context, GetInvoiceRequestObject) (GetInvoiceResponseObject, error) {
	return GetInvoice200ApplicationPDFResponse{Body: bytes.NewReader(s.file)}, nil
}

func (s *service) GetArchive(_ context.Context, request GetArchiveRequestObject) (GetArchiveResponseObject, error) {
	return GetArchive200JSONResponse{Body: []Order{{ID: int64(request.Year)}}}, nil
}

func (s *service) GetArticlesByCode(_ context.Context, request GetArticlesByCodeRequestObject) (GetArticlesByCodeResponseObject, error) {
	s.code = request.Code
	return GetArticlesByCode200JSONResponse{Body: request.Code}, nil
}

func (s *service) Login(_ context.Context, request LoginRequestObject) (LoginResponseObject, error) {
	s.login = request.Body
	return Login200JSONResponse{Body: map[string]string{"token": "t"}}, nil
}

func (s *service) Ping(context.Context, PingRequestObject) (PingResponseObject, error) {
	return Ping200TextResponse{Body: `"pong"`}, nil
}

func (s *service) Echo(_ context.Context, request EchoRequestObject) (EchoResponseObject, error) {
	return Echo200TextResponse{Body: *request.Body}, nil
}

func (s *service) GetSettings(context.Context, GetSettingsRequestObject) (GetSettingsResponseObject, error) {
	return GetSettings200JSONResponse{Body: map[string]json.RawMessage{"ratio": json.RawMessage("1.10")}}, nil
}

func (s *service) PutSettings(_ context.Context, request PutSettingsRequestObject) (PutSettingsResponseObject, error) {
	s.settings = *request.Body
	return PutSettings200JSONResponse{Body: s.settings}, nil
}

func (s *service) StartJob(context.Context, StartJobRequestObject) (StartJobResponseObject, error) {
	return s.job, nil
}

func (s *service) ListEvents(context.Context, ListEventsRequestObject) (ListEventsResponseObject, error) {
	var placed, paid ListEventsResponseItem
	if err := placed.FromOrderPlaced(OrderPlaced{OrderID: 7}); err != nil {
		return nil, err
	}
	err := paid.UnmarshalJSON([]byte(`{"Kind":"paid","Amount":1.10,"Extra":true}`))
	return ListEvents200JSONResponse{Body: []ListEventsResponseItem{placed, paid}}, err
}

func (s *service) GetCategories(context.Context, GetCategoriesRequestObject) (GetCategoriesResponseObject, error) {
	return GetCategories204Response{}, nil
}

// start serves the fake behind the tokens of a sandbox, and returns a generated client that logs
// in there. Each request is checked for both tokens, and counted.
func start(t *testing.T, implementation StrictServerInterface) (*Client, *atomic.Int64) {
	t.Helper()
	var requests atomic.Int64
	handler := NewFake(implementation)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") || r.Header.Get("X-Id-Token") == "" {
			t.Errorf("%s %s came without its tokens", r.Method, r.URL.Path)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	sandbox := xsaletest.New(t)
	account, err := xsale.New(xsale.WithBaseURL(server.URL), xsale.WithTokenURL(sandbox.TokenURL()), xsale.WithCredentials(sandbox.Credentials()), xsale.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { account.Close() })
	client, err := New(account)
	if err != nil {
		t.Fatal(err)
	}
	return client, &requests
}
