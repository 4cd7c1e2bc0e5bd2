package call_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
)

func TestCallKeepsWhatItCannotRead(t *testing.T) {
	for _, test := range []struct {
		name, contentType, body, says string
	}{
		{"a login page", "text/html; charset=utf-8", "<html>log in</html>", "text/html, not JSON"},
		{"nothing", "application/json", "", "no body"},
		{"white space", "application/json", " \n", "no body"},
		{"half", "application/json", `{"Id": 1, "Na`, "unexpected EOF"},
		{"another type", "application/json", `{"Id": "one"}`, "Id"},
		{"an array", "application/json", `[]`, "array"},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := newTestClient(t, func(*http.Request) (*http.Response, error) {
				return stub.Response(200, test.body, "Content-Type", test.contentType, "X-Request-Id", "r-1"), nil
			})
			_, err := client.Me(t.Context())
			e, ok := errors.AsType[*call.Error](err)
			if !ok || !errors.Is(err, call.ErrDecode) {
				t.Fatalf("got %v", err)
			}
			if e.StatusCode != 200 || string(e.Body) != test.body || e.RequestID != "r-1" || e.Operation != "getMe" {
				t.Errorf("lost: %#v", e)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not contain %q", err, test.says)
			}
		})
	}
}

func TestCallReadsEveryContentType(t *testing.T) {
	for _, contentType := range []string{"application/json", "Application/JSON; charset=UTF-8", "text/json", "", "application/problem+json"} {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			return stub.Response(200, `{"Id": 5, "Extra": 1.50}`, "Content-Type", contentType), nil
		})
		me, err := client.Me(t.Context())
		if extra, _ := me.Get("Extra"); err != nil || me.ID != 5 || string(extra) != "1.50" {
			t.Errorf("%q: %+v, %v", contentType, me, err)
		}
	}
}

// A connection that breaks in the response is retried where that is safe.
func TestCallIsRepeatedWhenTheAnswerBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			sent++
			response := stub.Response(200, "", "X-Request-Id", "r-1")
			response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"Id":`), iotest.ErrReader(io.ErrUnexpectedEOF)))
			if request.Method == http.MethodGet && sent == 2 {
				response = stub.Response(200, `{"Id":5}`)
			}
			return response, nil
		})
		me, err := client.Me(t.Context())
		if err != nil || me.ID != 5 || sent != 2 {
			t.Errorf("%+v, %v after %d attempts", me, err, sent)
		}
		sent = 0
		_, err = client.Call(t.Context(), "POST", "/acme/orders", map[string]int{})
		e, ok := errors.AsType[*call.Error](err)
		if !ok || sent != 1 || !errors.Is(err, io.ErrUnexpectedEOF) || e.StatusCode != 200 || string(e.Body) != `{"Id":` || e.RequestID != "r-1" {
			t.Errorf("%#v after %d attempts", err, sent)
		}
	})
}

func TestCallAfterCloseFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) { return stub.Response(200, `{}`), nil })
		client.TokenSource().Close()
		start := time.Now()
		if _, err := client.Me(t.Context()); !errors.Is(err, authn.ErrClosed) || time.Since(start) != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestCallFailsOnABodyThatIsTooLong(t *testing.T) {
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		return stub.Response(200, `{"Id": 5, "Name": "`+strings.Repeat("x", 100)+`"}`), nil
	}, xsale.WithMaxResponseBytes(100))
	if _, err := client.Me(t.Context()); !errors.Is(err, call.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestCreateAcceptsAnAnswerWithoutBody(t *testing.T) {
	for code, body := range map[int]string{200: "", 201: " \n", 202: "", 204: ""} {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) { return stub.Response(code, body), nil })
		created, err := client.Organization("").Integrations.Create(t.Context(), xsale.CreateIntegration{Name: "shop", IntegrationType: xsale.IntegrationTypeOwnShop})
		if err != nil || created.ID != 0 {
			t.Errorf("%d: %+v, %v", code, created, err)
		}
	}
}

func TestCreateReadsTheAnswer(t *testing.T) {
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(request.Body)
		if err != nil || string(body) != `{"IntegrationType":28,"Name":"shop","Later":[1.0]}` {
			t.Errorf("sent %s, %v", body, err)
		}
		return stub.Response(201, `{"Id":77}`), nil
	})
	integration := xsale.CreateIntegration{Name: "shop", IntegrationType: xsale.IntegrationTypeOwnShop}
	integration.Set("Later", []byte("[1.0]"))
	created, err := client.Organization("").Integrations.Create(t.Context(), integration)
	if err != nil || created.ID != 77 {
		t.Errorf("%+v, %v", created, err)
	}
}

func TestSetTranslationIgnoresTheAnswer(t *testing.T) {
	for _, body := range []string{"", "[]", `"ok"`, "canary", `{"Id":1}`} {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) { return stub.Response(200, body), nil })
		if err := client.Organization("").Articles.SetTranslation(t.Context(), 1, xsale.Translation{LanguageID: 2}); err != nil {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestCallOptionsReachTheRequest(t *testing.T) {
	var got *http.Request
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		got = request
		return stub.Response(200, `[]`), nil
	})
	params := xsale.ListOrdersParams{StatusIDs: []int64{3, 4}, StatusNames: []string{"Nowe", "Do obsługi ręcznej"}}
	_, err := call.Collect(client.Organization("").Orders.List(t.Context(), params,
		call.Query("datefrom", "2024-10-25"), call.Query("statusidin", "5"), call.Header("X-Trace", "t-1")))
	if err != nil {
		t.Fatal(err)
	}
	query := got.URL.Query()
	if strings.Join(query["statusidin"], " ") != "3 4 5" || strings.Join(query["statusnamein"], "|") != "Nowe|Do obsługi ręcznej" || query.Get("datefrom") != "2024-10-25" {
		t.Errorf("query %v", query)
	}
	if got.Header.Get("X-Trace") != "t-1" || got.Header.Get("Authorization") != "Bearer access-1" || got.Header.Get("X-Id-Token") != "id-1" {
		t.Errorf("header %v", got.Header)
	}
}

func TestEmptyFiltersAreNotSent(t *testing.T) {
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		if request.URL.RawQuery != "" {
			t.Errorf("query %q", request.URL.RawQuery)
		}
		return stub.Response(200, `[]`), nil
	})
	for _, params := range []xsale.ListOrdersParams{{}, {StatusIDs: []int64{}, StatusNames: []string{}}} {
		if _, err := call.Collect(client.Organization("").Orders.List(t.Context(), params)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInvalidArgumentsAreNotSent(t *testing.T) {
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", request.Method, request.URL)
		return stub.Response(200, ``), nil
	})
	order := xsale.CreateOrder{Items: []xsale.CreateOrderItem{{}}}
	_, err := client.Organization("").Orders.Create(t.Context(), order)
	if want := "invalid argument: IntegrationId, PaymentFormId, PurchaseDate, BuyerId, RecipientId, PayerId, Items[0].OfferId, " +
		"Items[0].VariantId, Items[0].Quantity, Items[0].PriceGross or PriceNet are not set"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	for name, err := range map[string]error{
		"order":              err,
		"order without line": mustFail[xsale.Created](t)(client.Organization("").Orders.Create(t.Context(), xsale.CreateOrder{})),
		"integration":        mustFail[xsale.Created](t)(client.Organization("").Integrations.Create(t.Context(), xsale.CreateIntegration{})),
		"translation":        client.Organization("").Articles.SetTranslation(t.Context(), 1, xsale.Translation{}),
		"language -1":        client.Organization("").Articles.SetTranslation(t.Context(), 1, xsale.Translation{LanguageID: -1}),
		"blank integration":  mustFail[xsale.Created](t)(client.Organization("").Integrations.Create(t.Context(), xsale.CreateIntegration{Name: " ", IntegrationType: 28})),
		"no name of status":  mustFail[[]xsale.Order](t)(call.Collect(client.Organization("").Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{"Nowe", ""}}))),
		"blank status":       mustFail[[]xsale.Order](t)(call.Collect(client.Organization("").Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{" \t"}}))),
		"status 0":           mustFail[[]xsale.Order](t)(call.Collect(client.Organization("").Orders.List(t.Context(), xsale.ListOrdersParams{StatusIDs: []int64{3, 0}}))),
		"organization ..":    mustFail[[]xsale.Order](t)(call.Collect(client.Organization("..").Orders.List(t.Context(), xsale.ListOrdersParams{}))),
		"organization .":     mustFail[[]xsale.Status](t)(call.Collect(client.Organization(".").Statuses.List(t.Context()))),
	} {
		if _, wrapped := errors.AsType[*call.Error](err); !errors.Is(err, call.ErrInvalid) || wrapped {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrganizationIsNeeded(t *testing.T) {
	source, _ := stub.Source(t)
	client, err := xsale.New(xsale.WithTokenSource(source))
	if err != nil {
		t.Fatal(err)
	}
	organization := client.Organization("")
	for name, err := range map[string]error{
		"list": mustFail[[]xsale.Order](t)(call.Collect(organization.Orders.List(t.Context(), xsale.ListOrdersParams{}))),
		"call": mustFail[*call.Response](t)(organization.Call(t.Context(), "GET", "/orders", nil)),
	} {
		if !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), "XSALE_ORGANIZATION") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrganizationNameIsEscaped(t *testing.T) {
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		if got := request.URL.EscapedPath(); got != "/a%2Fb%3Fc%20%C5%82/orders" {
			t.Errorf("path %s", got)
		}
		return stub.Response(200, `[]`), nil
	})
	organization := client.Organization("a/b?c ł")
	if _, err := call.Collect(organization.Orders.List(t.Context(), xsale.ListOrdersParams{})); err != nil {
		t.Error(err)
	}
	if _, err := organization.Call(t.Context(), "GET", "/orders", nil); err != nil {
		t.Error(err)
	}
}
