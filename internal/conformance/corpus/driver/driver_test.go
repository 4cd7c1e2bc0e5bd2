package driver

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/call"
)

// shop is a handwritten client. Its fault is what a generator could get wrong.
type shop struct {
	server string
	doer   call.Doer
	fault  string
}

type GetOrderParams struct {
	Filter *string  `query:"a&b"`
	Codes  []string `query:"codes"`
	Trace  *string  `header:"X-Trace"`
}

type order struct {
	No    string `json:"no"`
	Price int    `json:"price,omitempty"`
}

func (s shop) PutOrder(ctx context.Context, id string, params *GetOrderParams, body order, _ ...call.Option) (order, error) {
	path, query := "/orders/a%2Fb", "a%26b=x+%2By&codes=1,2%2C3"
	method, content, kind, accept, trace := http.MethodPut, `{"no":"7","price":1}`, "application/json", "application/json", "t"
	switch s.fault {
	case "method":
		method = http.MethodPost
	case "path":
		path = "/orders/a/b"
	case "query key":
		query = "a&b=x+%2By&codes=1,2%2C3"
	case "query value":
		query = "a%26b=x+y&codes=1,2%2C3"
	case "delimiter":
		query = "a%26b=x+%2By&codes=1,2,3"
	case "extra query":
		query += "&c=1"
	case "body":
		content = `{"no":"7"}`
	case "trailing data":
		content += "{}"
	case "content type":
		kind = "text/plain"
	case "accept":
		accept = "text/xml"
	case "header":
		trace = "u"
	}
	request, err := http.NewRequestWithContext(ctx, method, s.server+path+"?"+query, strings.NewReader(content))
	if err != nil {
		return order{}, err
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Accept", accept)
	request.Header.Set("X-Trace", trace)
	switch s.fault {
	case "extra header":
		request.Header.Set("X-Other", "1")
	case "cookie":
		request.Header.Set("Cookie", "a=b")
	}
	response, err := s.doer.Do(request)
	if err != nil {
		return order{}, err
	}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return order{}, err
	}
	var result order
	err = json.Unmarshal(data, &result)
	if s.fault == "response" {
		result.Price++
	}
	return result, err
}

func TestEachFaultOfAClientIsReported(t *testing.T) {
	plan := []Document{{Name: "shop", Operations: []Operation{{
		Method: http.MethodPut, Route: "/orders/{id}", Variables: []string{"id"},
		Calls: []Call{{
			Arguments: map[string]map[string]json.RawMessage{"path": {"id": json.RawMessage(`"a/b"`)}, "query": {"a&b": json.RawMessage(`"x +y"`), "codes": json.RawMessage(`["1","2,3"]`)}, "header": {"X-Trace": json.RawMessage(`"t"`)}},
			Body:      json.RawMessage(`{"no":"7","price":1}`),
			FieldWise: true,
			Request: Request{
				Path:   Text{Raw: "/orders/a%2Fb", Delimiters: "/"},
				Query:  []Pair{{Name: "a&b", Value: Text{Raw: "x%20%2By"}}, {Name: "codes", Value: Text{Raw: "1,2%2C3", Delimiters: ","}}},
				Header: map[string]string{"X-Trace": "t"},
				Bodies: map[string]Body{"application/json": {JSON: json.RawMessage(`{"price":1.0,"no":"7"}`)}},
				Accept: []string{"application/json"},
				Types:  []string{"application/*+json"},
			},
			Response: Response{Status: 200, Type: "application/json", Body: `{"no":"8","price":2}`, JSON: true},
		}},
	}}}}
	for _, fault := range []string{"", "method", "path", "query key", "query value", "delimiter", "extra query", "body", "trailing data", "content type", "accept", "header", "extra header", "cookie", "response"} {
		t.Run(fault, func(t *testing.T) {
			result := Run([]Package{{
				Document: "shop",
				New:      func(server string, doer call.Doer) (any, error) { return shop{server, doer, fault}, nil },
				NewFake: func(Serve) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"no":"8","price":2}`) })
				},
				Methods: map[string][]string{"PUT /orders/{id}": {"PutOrder"}},
			}}, plan)
			if result.Calls != 3 || (len(result.Differences) > 0) != (fault != "") {
				t.Errorf("%d calls, differences %+v", result.Calls, result.Differences)
			}
		})
	}
}

func TestAnOperationWithoutMethodIsReported(t *testing.T) {
	result := Run([]Package{{Document: "shop"}}, []Document{{Name: "shop", Operations: []Operation{{Method: "GET", Route: "/"}}}})
	if len(result.Differences) != 1 {
		t.Error(result.Differences)
	}
}
