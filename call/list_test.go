package call_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/wire"
)

func listOf(t *testing.T, body string, options ...xsale.Option) ([]xsale.Status, error) {
	t.Helper()
	recorder := &stub.CloseRecorder{Reader: iotest.HalfReader(strings.NewReader(body))}
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "")
		response.Body = recorder
		return response, nil
	}, options...)
	statuses, err := call.Collect(client.Organization("").Statuses.List(t.Context()))
	if !recorder.Closed {
		t.Error("the body is left open")
	}
	return statuses, err
}

func TestListReadsArraysAndEnvelopes(t *testing.T) {
	for _, body := range []string{
		`[{"Id":1},{"Id":2,"Colour":"#fff"}]`,
		` [ {"Id":1} , {"Id":2} ] ` + "\n",
		`{"Items":[{"Id":1},{"Id":2}]}`,
		`{"Total":2,"Page":{"Number":1,"Tags":["a",["b"]]},"Next":null,"Data":[{"Id":1},{"Id":2}],"More":[1,{"x":[]}],"End":true}`,
	} {
		statuses, err := listOf(t, body)
		if err != nil || len(statuses) != 2 || statuses[0].ID != 1 || statuses[1].ID != 2 {
			t.Errorf("%s: %+v, %v", body, statuses, err)
		}
	}
	for _, body := range []string{`[]`, `{"Data":[]}`} {
		if statuses, err := listOf(t, body); err != nil || len(statuses) != 0 {
			t.Errorf("%s: %+v, %v", body, statuses, err)
		}
	}
}

func TestListGivesTheElementsBeforeAnError(t *testing.T) {
	for _, test := range []struct {
		body     string
		elements int
		cause    error
	}{
		{`[{"Id":1},{"Id":2},{"Id":`, 2, io.ErrUnexpectedEOF},
		{`[{"Id":1},{"Id":2}`, 2, io.ErrUnexpectedEOF},
		{`{"Data":[{"Id":1}]`, 1, io.ErrUnexpectedEOF},
		{`{"Data":[{"Id":1}],"Total":`, 1, io.ErrUnexpectedEOF},
		{`[{"Id":1}] [{"Id":2}]`, 1, call.ErrDecode},
		{`[{"Id":1} {"Id":2}]`, 1, call.ErrDecode},
		{``, 0, call.ErrDecode},
		{`"text"`, 0, call.ErrDecode},
		{`{}`, 0, call.ErrDecode},
		{`{"Data":{"Deep":[]}}`, 0, call.ErrDecode},
		{`<html>`, 0, call.ErrDecode},
	} {
		statuses, err := listOf(t, test.body)
		e, ok := errors.AsType[*call.Error](err)
		if !ok || !errors.Is(err, call.ErrDecode) || !errors.Is(err, test.cause) || len(statuses) != test.elements {
			t.Errorf("%s: %d elements, %v", test.body, len(statuses), err)
			continue
		}
		if e.StatusCode != 200 || e.Operation != "listStatuses" || !strings.HasPrefix(test.body, string(e.Body)) {
			t.Errorf("%s: the error lost the response: %#v", test.body, e)
		}
	}
}

func TestListBoundsEachElementAndNotTheWhole(t *testing.T) {
	short := `{"Id":1,"Name":"` + strings.Repeat("x", 600) + `"}`
	if statuses, err := listOf(t, "["+strings.Repeat(short+",", 99)+short+"]", xsale.WithMaxResponseBytes(4096)); err != nil || len(statuses) != 100 {
		t.Errorf("%d elements, %v", len(statuses), err)
	}
	long := `{"Id":2,"Name":"` + strings.Repeat("x", 10000) + `"}`
	if statuses, err := listOf(t, "["+short+","+long+"]", xsale.WithMaxResponseBytes(4096)); len(statuses) != 1 || !errors.Is(err, call.ErrTooLarge) {
		t.Errorf("%d elements, %v", len(statuses), err)
	}
}

// The error names the reason why reading stopped, whatever was read before.
func TestListSaysWhyReadingStopped(t *testing.T) {
	for _, body := range []string{"", "[", `[{"Id":1},`} {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			response := stub.Response(200, "", "Content-Type", "text/html")
			response.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(context.DeadlineExceeded)))
			return response, nil
		})
		if _, err := call.Collect(client.Organization("").Statuses.List(t.Context())); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestListStopsReadingAtABreak(t *testing.T) {
	recorder := &stub.CloseRecorder{Reader: strings.NewReader(`[{"Id":1},{"Id":2}`)}
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "")
		response.Body = recorder
		return response, nil
	})
	for status, err := range client.Organization("").Statuses.List(t.Context()) {
		if err != nil || status.ID != 1 {
			t.Error(status, err)
		}
		break
	}
	if !recorder.Closed {
		t.Error("the body is left open")
	}
}

func TestListIsSentWhenRangedOver(t *testing.T) {
	sent := 0
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		sent++
		return stub.Response(200, `[]`), nil
	})
	statuses := client.Organization("").Statuses.List(t.Context())
	if sent != 0 {
		t.Error("sent before it was ranged over")
	}
	for range 2 {
		if _, err := call.Collect(statuses); err != nil {
			t.Fatal(err)
		}
	}
	if sent != 2 {
		t.Errorf("sent %d times for 2 ranges", sent)
	}
}

func TestListReportsAFailedCall(t *testing.T) {
	client := newTestClient(t, func(*http.Request) (*http.Response, error) { return stub.Response(403, "no"), nil })
	if statuses, err := call.Collect(client.Organization("").Statuses.List(t.Context())); !errors.Is(err, call.ErrForbidden) || len(statuses) != 0 {
		t.Errorf("%v, %v", statuses, err)
	}
}

// An element as long as the limit leaves no room for the comma after it.
func TestListAllowsElementsAsLongAsTheLimit(t *testing.T) {
	const limit = 1000
	for length := limit - 3; length <= limit; length++ {
		frame := `{"Id":1,"Name":""}`
		element := `{"Id":1,"Name":"` + strings.Repeat("x", length-len(frame)) + `"}`
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			response := stub.Response(200, "")
			response.Body = io.NopCloser(iotest.OneByteReader(strings.NewReader("[" + element + "," + element + "," + element + "]")))
			return response, nil
		}, xsale.WithMaxResponseBytes(limit))
		statuses, err := call.Collect(client.Organization("").Statuses.List(t.Context()))
		if err != nil || len(statuses) != 3 {
			t.Errorf("%d bytes: %d elements, %v", length, len(statuses), err)
		}
	}
}

// ordersOf ranges over a response to a list of orders to its end. It returns the ids, with "!" and
// the pointer for an order that does not fit, and the error that ended the list.
func ordersOf(t *testing.T, status int, body string, options ...call.Option) ([]string, error) {
	t.Helper()
	client := newTestClient(t, func(*http.Request) (*http.Response, error) { return stub.Response(status, body), nil })
	var got []string
	for order, err := range client.Organization("").Orders.List(t.Context(), xsale.ListOrdersParams{}, options...) {
		bad, ok := errors.AsType[*call.ElementError](err)
		switch {
		case ok:
			if !errors.Is(err, call.ErrDecode) || bad.Index != len(got) {
				t.Errorf("element %d: %v", bad.Index, err)
			}
			got = append(got, "!"+bad.Pointer+string(bad.JSON))
		case err != nil:
			return got, err
		default:
			got = append(got, strconv.FormatInt(order.ID, 10))
		}
	}
	return got, nil
}

func TestListIsNeverGuessed(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   string
		err    string
	}{
		{200, `[{"Id":1},null,{"Id":3}]`, "1 !/1null 3", ""},
		{200, `[{"Id":1},{"Id":2,"Items":{}},{"Id":3},{"Id":4}]`, `1 !/1/Items{"Id":2,"Items":{}} 3 4`, ""},
		{200, `[{"Id":1,"Items":[null]},{"Id":2}]`, `!/0/Items/0{"Id":1,"Items":[null]} 2`, ""},
		{200, `{"$values":[{"Id":11},{"$ref":"2"}]}`, `11 !/$values/1{"$ref":"2"}`, ""},
		{200, `{"Warnings":[],"Orders":[{"Id":1}]}`, "1", ""},
		{200, `{"Links":[{"Rel":"self"}],"Orders":[{"Id":1},{"Id":2}]}`, "1 2", ""},
		{200, `{"Items":[{"Id":1}],"TotalCount":300,"Page":1,"PageSize":1}`, "1", ""},
		{200, `{"Orders":null}`, "", ""},
		{200, `null`, "", ""},
		{204, ``, "", ""},
		{200, `{"Success":false,"Message":"a","Errors":[]}`, "", "a; the response reports a failure (Success)"},
		{200, `{"Id":7,"Items":[{"OfferId":1}]}`, "", "want a list, got an object (Id, Items)"},
		{200, `{"Orders":[{"Id":1}],"Archive":[{"Id":2}]}`, "1", "want one list, got a second one after /Orders"},
		{200, ``, "", "the response has no body"},
	} {
		got, err := ordersOf(t, test.status, test.body)
		if strings.Join(got, " ") != test.want || (err == nil) != (test.err == "") || err != nil && !strings.HasSuffix(err.Error(), test.err) {
			t.Errorf("%d %s: %s, %v", test.status, test.body, got, err)
		}
	}
}

// An array in the spec is an array: translations are known to be one.
func TestListOfTheSpecIsAnArray(t *testing.T) {
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		return stub.Response(200, `{"Items":[{"LanguageId":1}]}`), nil
	})
	translations, err := call.Collect(client.Organization("").Articles.ListTranslations(t.Context(), 1))
	if !errors.Is(err, call.ErrDecode) || len(translations) != 0 {
		t.Errorf("%v, %v", translations, err)
	}
}

func TestEnvelopeIsStored(t *testing.T) {
	var envelope wire.UnknownFields
	got, err := ordersOf(t, 200, `{"@odata.count":300,"value":[{"Id":1}],"@odata.nextLink":"https://a/?$skip=1"}`, call.Envelope(&envelope))
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	total, _, err := envelope.GetInt("@odata.count")
	next, _, nextErr := envelope.GetString("@odata.nextLink")
	if total != 300 || next != "https://a/?$skip=1" || err != nil || nextErr != nil {
		t.Errorf("total %d, next %q", total, next)
	}
	if _, err := ordersOf(t, 200, `{"Success":false,"Items":[1]}`, call.Envelope(&envelope)); err == nil {
		t.Error("no error")
	}
	if success, ok := envelope.Get("success"); string(success) != "false" {
		t.Errorf("without a list: %s, %v", success, ok)
	}
	if _, err := ordersOf(t, 200, `[]`, call.Envelope(&envelope)); err != nil || envelope.Len() != 0 {
		t.Errorf("of an array: %d fields, %v", envelope.Len(), err)
	}
	if _, err := ordersOf(t, 200, `[]`, call.Envelope(nil)); !errors.Is(err, call.ErrInvalid) {
		t.Errorf("nil pointer: %v", err)
	}
}

// Whichever order is bad, a caller who goes on gets all the others.
func TestListGoesOnAfterABadElementInEachPosition(t *testing.T) {
	const length = 50
	for bad := range length {
		elements := make([]string, length)
		for i := range elements {
			elements[i] = fmt.Sprintf(`{"Id":%d}`, i+1)
		}
		elements[bad] = `{"Id":"x"}`
		got, err := ordersOf(t, 200, "["+strings.Join(elements, ",")+"]")
		want := make([]string, length)
		for i := range want {
			want[i] = strconv.Itoa(i + 1)
		}
		want[bad] = fmt.Sprintf(`!/%d/Id{"Id":"x"}`, bad)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("bad element %d: %s, %v", bad, got, err)
		}
	}
}

// The call ends with the first error of its list, for hooks.
func TestHooksLearnOfABadElement(t *testing.T) {
	var done call.Event
	hooks := call.Hooks{CallDone: func(_ context.Context, event call.Event) { done = event }}
	if _, err := listOf(t, `[{"Id":1},{"Id":"two"},{"Id":3}]`, xsale.WithHooks(hooks)); err == nil {
		t.Fatal("no error")
	}
	if bad, ok := errors.AsType[*call.ElementError](done.Err); !ok || bad.Index != 1 || done.Class != "response" {
		t.Errorf("class %q, %v", done.Class, done.Err)
	}
}

// A list that is read whole is empty in the same cases.
func TestFetchOfAnEmptyList(t *testing.T) {
	for status, body := range map[int]string{204: "", 200: "null"} {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) { return stub.Response(status, body), nil })
		api, err := gen.New(client)
		if err != nil {
			t.Fatal(err)
		}
		if orders, err := api.ListOrders(t.Context(), "a", nil); err != nil || len(orders) != 0 {
			t.Errorf("%d: %d orders, %v", status, len(orders), err)
		}
	}
}
