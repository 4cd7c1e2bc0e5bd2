package xsaletest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

type order struct {
	id     int64
	status int64
	body   json.RawMessage // as listed
}

// orderList is the response of ListOrders. The generated one would omit OrderItemArticles,
// because it is empty.
type orderList []json.RawMessage

func (l orderList) VisitListOrdersResponse(w http.ResponseWriter) error {
	writeJSON(w, http.StatusOK, "application/json", l)
	return nil
}

func (s *state) ListOrders(_ context.Context, request sandboxapi.ListOrdersRequestObject) (sandboxapi.ListOrdersResponseObject, error) {
	matching := s.matchingStatuses(request.Params)
	s.mu.Lock()
	defer s.mu.Unlock()
	list := orderList{}
	for _, order := range s.orders {
		if matching[order.status] {
			list = append(list, order.body)
		}
	}
	return list, nil
}

// matchingStatuses returns the ids of the statuses that match every given filter.
func (s *state) matchingStatuses(params sandboxapi.ListOrdersParams) map[int64]bool {
	matching := make(map[int64]bool)
	for _, status := range s.statuses {
		matching[status.ID] = (len(params.StatusIDs) == 0 || slices.Contains(params.StatusIDs, status.ID)) &&
			(len(params.StatusNames) == 0 || slices.Contains(params.StatusNames, status.Name))
	}
	return matching
}

func (s *state) CreateOrder(_ context.Context, request sandboxapi.CreateOrderRequestObject) (sandboxapi.CreateOrderResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.hasIntegration(request.Body.IntegrationID) {
		return nil, newProblem(http.StatusBadRequest, "The order cannot be created.", problemError{"/IntegrationId", "there is no such integration"})
	}
	id, err := s.addOrder(*request.Body, s.statuses[0].ID)
	if err != nil {
		return nil, err
	}
	return sandboxapi.CreateOrder2XXJSONResponse{Body: sandboxapi.Created{ID: id}, StatusCode: http.StatusCreated}, nil
}

// addOrder adds an order and returns its id. The caller holds the lock.
func (s *state) addOrder(created sandboxapi.CreateOrder, status int64) (id int64, err error) {
	id = s.lastOrder + 1
	body, err := listedOrder(id, created)
	if err != nil {
		return 0, err
	}
	s.lastOrder = id
	s.orders = append(s.orders, order{id, status, body})
	return id, nil
}

// listedOrder returns a created order in the form of the list: with an Id, and OrderItemArticles
// in every line. The fields of these articles are not published, so the list is empty. It
// modifies created.
func listedOrder(id int64, created sandboxapi.CreateOrder) (json.RawMessage, error) {
	err := setField(&created.AdditionalProperties, "Id", strconv.FormatInt(id, 10))
	for i := range created.Items {
		err = errors.Join(err, setField(&created.Items[i].AdditionalProperties, "OrderItemArticles", "[]"))
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(created)
}

// setField sets a field and removes fields with the same name in another case, which encoding/json
// would confuse.
func setField(fields *wire.UnknownFields, name, value string) error {
	for field := range fields.All() {
		if strings.EqualFold(field, name) {
			fields.Delete(field)
		}
	}
	return fields.Set(name, json.RawMessage(value))
}
