package xsaletest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

type order struct {
	id     int64
	status int64
	body   json.RawMessage // as listed, without spaces
}

func (s *state) listOrders(c *apiCall) (*response, error) {
	bodies, size := s.matchingOrders(s.matchingStatuses(c.request.URL.Query()))
	r := &response{checked: true} // seeded orders when they came, all others in a test
	r.Header().Set("Content-Type", "application/json")
	r.WriteHeader(http.StatusOK)
	r.body.Grow(size + len(bodies) + len("[]\n"))
	r.body.WriteByte('[')
	for i, body := range bodies {
		if i > 0 {
			r.body.WriteByte(',')
		}
		r.body.Write(body)
	}
	r.body.WriteString("]\n")
	return r, nil
}

// matchingOrders returns the orders in some statuses, and their size.
func (s *state) matchingOrders(statuses map[int64]bool) (bodies []json.RawMessage, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, order := range s.orders {
		if statuses[order.status] {
			bodies = append(bodies, order.body)
			size += len(order.body)
		}
	}
	return bodies, size
}

// matchingStatuses returns the ids of the statuses that match every given filter.
func (s *state) matchingStatuses(query url.Values) map[int64]bool {
	ids, names := query["statusidin"], query["statusnamein"]
	matching := make(map[int64]bool)
	for _, status := range s.statuses {
		matching[status.ID] = (len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool {
			parsed, err := strconv.ParseInt(id, 10, 64)
			return err == nil && parsed == status.ID
		})) && (len(names) == 0 || slices.Contains(names, status.Name))
	}
	return matching
}

func (s *state) createOrder(c *apiCall) (*response, error) {
	var order gen.CreateOrder
	if err := codec.Unmarshal(c.body, &order); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.hasIntegration(order.IntegrationID) {
		return nil, problem.New(http.StatusBadRequest, "The order cannot be created", problem.Field{Pointer: "/IntegrationId", Detail: "there is no such integration"})
	}
	id, err := s.addOrder(order, s.statuses[0].ID)
	if err != nil {
		return nil, err
	}
	return newResponse(http.StatusCreated, gen.Created{ID: id}), nil
}

// addOrder adds an order and returns its id. The caller holds the lock.
func (s *state) addOrder(created gen.CreateOrder, status int64) (id int64, err error) {
	id = s.lastOrder + 1
	body, err := listedOrder(id, created)
	if err != nil {
		return 0, err
	}
	s.store(order{id, status, body})
	return id, nil
}

// store appends an order with an unused id. The caller holds the lock.
func (s *state) store(added order) {
	s.byID[added.id] = len(s.orders)
	s.orders = append(s.orders, added)
	s.lastOrder = max(s.lastOrder, added.id)
}

// withOrder calls a function with an order, under the lock.
func (s *state) withOrder(id int64, do func(*order) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, found := s.byID[id]
	if !found {
		return errors.New("there is no such order")
	}
	return do(&s.orders[index])
}

// listedOrder returns a created order as lists have it: with an Id, and OrderItemArticles in
// every line. It modifies created.
func listedOrder(id int64, created gen.CreateOrder) (json.RawMessage, error) {
	err := setField(&created.UnknownFields, "Id", strconv.FormatInt(id, 10))
	for i, item := range created.Items {
		articles, itemErr := pickList(item)
		err = errors.Join(err, itemErr, setField(&created.Items[i].UnknownFields, "OrderItemArticles", string(articles)))
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
