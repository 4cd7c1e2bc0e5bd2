package call_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
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
		{`[{"Id":1},{"Id":"two"},{"Id":3}]`, 1, call.ErrDecode},
		{`{"Data":[{"Id":1}]`, 1, io.ErrUnexpectedEOF},
		{`{"Data":[{"Id":1}],"Total":`, 1, io.ErrUnexpectedEOF},
		{`[{"Id":1}] [{"Id":2}]`, 1, call.ErrDecode},
		{`[{"Id":1} {"Id":2}]`, 1, call.ErrDecode},
		{``, 0, call.ErrDecode},
		{`"text"`, 0, call.ErrDecode},
		{`null`, 0, call.ErrDecode},
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
