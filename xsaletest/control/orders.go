package control

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
)

func (a *api) addOrder(r *request) (any, error) {
	var added struct {
		Organization, Status string
		Order                json.RawMessage
	}
	if err := r.decode(&added); err != nil {
		return nil, err
	}
	id, err := a.sandbox.Orders(added.Organization).Add(xsaletest.SeedOrder{Order: added.Order, Status: added.Status})
	if err != nil {
		return nil, err
	}
	return map[string]int64{"id": id}, nil
}

func (a *api) getOrder(r *request) (any, error) {
	order, status, err := a.order(r, r.URL.Query().Get("organization"))
	if err != nil {
		return nil, err
	}
	return struct {
		Order  json.RawMessage `json:"order"`
		Status string          `json:"status"`
	}{order, status}, nil
}

func (a *api) setOrderStatus(r *request) (any, error) {
	var change struct{ Organization, Status string }
	if err := r.decode(&change); err != nil {
		return nil, err
	}
	if _, _, err := a.order(r, change.Organization); err != nil {
		return nil, err
	}
	return nil, problem.At("/status", a.sandbox.Orders(change.Organization).SetStatus(orderID(r), change.Status))
}

// order returns the order in the path, or a problem with status 404.
func (a *api) order(r *request, organization string) (order json.RawMessage, status string, err error) {
	order, status, err = a.sandbox.Orders(organization).Get(orderID(r))
	if err != nil {
		err = problem.New(http.StatusNotFound, strings.TrimPrefix(err.Error(), "xsaletest: "))
	}
	return order, status, err
}

// orderID returns the id in the path, which the spec has checked.
func orderID(r *request) int64 {
	id, _ := strconv.ParseInt(r.variables["id"], 10, 64)
	return id
}
