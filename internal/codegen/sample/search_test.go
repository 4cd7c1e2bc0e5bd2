package sample

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
)

// searches records the requests of Search.
type searches struct {
	Unimplemented
	request SearchRequestObject
}

func (s *searches) Search(_ context.Context, request SearchRequestObject) (SearchResponseObject, error) {
	s.request = request
	return Search204Response{}, nil
}

// A fake reads what its client has sent, in every style and with any characters, or the client
// rejects it and names the parameter.
func TestSearchArrivesAsSent(t *testing.T) {
	fake := &searches{}
	server := httptest.NewServer(NewFake(fake))
	defer server.Close()
	client, err := NewWithDoer(server.URL, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 6))
	text := func() string {
		return []string{"a", "b c", "x,y", "", "&admin=1", "a=b", "%2C", "+", "ż", "|", ";", "#", "\"", "{}", "/", "..", "a.b"}[random.IntN(17)]
	}
	texts := func() []string {
		var list []string
		for range random.IntN(3) {
			list = append(list, text())
		}
		return list
	}
	accepted := 0
	for range 500 {
		want := SearchRequestObject{
			Kinds: []SortOrder{SortOrderDesc, SortOrder("x" + text())}, IDs: []int32{random.Int32(), -1}, File: "f" + text() + "/g" + text(),
			Point:  map[string]wire.Decimal{"x" + text(): wire.MustDecimal("1.50"), "y": wire.MustDecimal("-2")},
			Params: SearchParams{Level: random.Int32(), Words: texts(), Pipes: texts(), XIDs: texts(), Flags: texts()},
		}
		if random.IntN(2) == 0 {
			want.Params.Prices = []wire.Decimal{wire.MustDecimal("1.5"), wire.MustDecimal("2")}
			want.Params.Days = []wire.DateTime{wire.NewDate(2024, 10, 25), wire.NewDate(2024, 10, 26)}
			want.Params.Labels = map[string]string{text(): text(), "k": text()}
			want.Params.Range = &Range{From: wire.NewDate(2024, 1, 2), Parts: []int64{7, 8}, Inner: &OrderFilter{City: "c" + text()}}
			want.Params.JSON = &OrderFilter{City: "c" + text(), Limit: 1 + random.Int32N(9)}
			want.Params.Path = new(text())
		}
		form, filter := SearchRequest{Prices: []wire.Decimal{wire.MustDecimal("1.10")}, Day: wire.NewDate(2024, 3, 1), Filter: &OrderFilter{City: "c" + text(), Limit: 3}, Kinds: []SortOrder{SortOrderAsc, SortOrder("k" + text())}}, OrderFilter{City: "c" + text()}
		if random.IntN(2) == 0 {
			want.FormdataBody = &form
			err = client.SearchWithFormdataBody(t.Context(), want.Kinds, want.IDs, want.Point, want.File, &want.Params, form)
		} else {
			want.JSONBody = &filter
			err = client.Search(t.Context(), want.Kinds, want.IDs, want.Point, want.File, &want.Params, filter)
		}
		if err != nil {
			if !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), " parameter ") {
				t.Fatal(err)
			}
			continue
		}
		accepted++
		encoded, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		equalJSON(t, fake.request, string(encoded))
	}
	if accepted < 50 {
		t.Errorf("only %d requests could be sent", accepted)
	}
}

// A fake rejects what does not fit the spec.
func TestSearchRejects(t *testing.T) {
	server := httptest.NewServer(NewFake(&searches{}))
	defer server.Close()
	const path = "/api/v1/search/asc/;ids=1;ids=2/.x,1/a/b"
	for _, test := range []struct {
		url, contentType, body string
		status                 int
		says                   string
	}{
		{path + "?level=1", "", "", 204, ""},
		{path, "", "", 400, "query parameter level: it has no value"},
		{path + "?level=2147483648", "", "", 400, "is not an integer of 32 bits"},
		{path + "?level=1&days=2024-10-25,tomorrow", "", "", 400, "query parameter days: element 1"},
		{"/api/v1/search/asc/;ids=1;ids=x/.x,1/a?level=1", "", "", 400, "path parameter ids: element 1"},
		{"/api/v1/search/asc/1/.x,1/a?level=1", "", "", 400, "does not start with ;ids="},
		{path + "?level=1", "application/vnd.search+json", `{"limit":"many"}`, 400, "body: "},
		{path + "?level=1", "application/vnd.search+json; charset=utf-8", `{"limit":1}`, 204, ""},
		{path + "?level=1", "application/x-www-form-urlencoded", "prices=1&prices=x", 400, "body: "},
	} {
		request, err := http.NewRequest(http.MethodPut, server.URL+test.url, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", test.contentType)
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var problem struct{ Detail string }
		if response.StatusCode != 204 {
			err = json.NewDecoder(response.Body).Decode(&problem)
		}
		response.Body.Close()
		if err != nil || response.StatusCode != test.status || !strings.Contains(problem.Detail, test.says) {
			t.Errorf("%s %s: got %d %s, %v", test.url, test.body, response.StatusCode, problem.Detail, err)
		}
	}
}

// The raw client sends the same requests and returns any status.
func TestRawClient(t *testing.T) {
	server := httptest.NewServer(NewFake(&service{}))
	defer server.Close()
	edit := func(_ context.Context, request *http.Request) error {
		request.Header.Set("X-Edited", fmt.Sprint(len(request.Header["X-Edited"])+1))
		return nil
	}
	client, err := NewClient(server.URL, server.Client(), edit)
	if err != nil {
		t.Fatal(err)
	}
	var raw ClientInterface = client
	response, err := raw.GetOrder(t.Context(), 7, edit)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound || response.Request.Header.Get("X-Edited") != "2" || response.Request.Header.Get("Accept") != "application/json" {
		t.Errorf("got %d %v", response.StatusCode, response.Request.Header)
	}
	if _, err := raw.GetArticlesByCode(t.Context(), ".."); !errors.Is(err, call.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	request, err := NewGetOrdersRequest("https://shop.example/", &GetOrdersParams{StatusIDs: []int32{1, 2}})
	if err != nil || request.URL.String() != "https://shop.example/api/v1/orders?statusIds=1,2" {
		t.Errorf("got %v, %v", request, err)
	}
	typed, err := NewWithDoer(server.URL, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	if response, err = typed.Raw().Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if !slices.Equal(response.Request.Header["Accept"], []string{"text/plain"}) {
		t.Errorf("got %v", response.Request.Header)
	}
}
