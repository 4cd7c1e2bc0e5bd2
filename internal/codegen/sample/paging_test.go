package sample

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"
)

// shelves has five orders, two on a page.
type shelves struct {
	Unimplemented
	asked []int32
}

func (s *shelves) GetOrders(_ context.Context, request GetOrdersRequestObject) (GetOrdersResponseObject, error) {
	page := *request.Params.Page
	s.asked = append(s.asked, page)
	orders := []Order{}
	for id := page*2 - 1; id <= min(page*2, 5); id++ {
		var order Order
		if err := json.Unmarshal(fmt.Appendf(nil, `{"Id":%d}`, id), &order); err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	return GetOrders200JSONResponse{Body: PagedResultOfOrder{Items: orders, Total: 5}}, nil
}

func TestElementsOfAllPages(t *testing.T) {
	for _, test := range []struct {
		params *GetOrdersParams
		want   string
	}{
		{nil, `[{"Id":1} {"Id":2} {"Id":3} {"Id":4} {"Id":5}] [1 2 3]`},
		{&GetOrdersParams{Page: new(int32(2))}, `[{"Id":3} {"Id":4} {"Id":5}] [2 3 4]`}, // a total says nothing about the rest
	} {
		shelves := &shelves{}
		server := httptest.NewServer(NewFake(shelves))
		defer server.Close()
		client, err := NewWithDoer(server.URL, server.Client())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for order, err := range client.GetOrdersSeq(t.Context(), test.params) {
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(order)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(text))
		}
		if got := fmt.Sprint(got, " ", shelves.asked); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
