package xsaletest_test

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/xsaletest"
)

// Common readers of specs fail on 2XX, so the served spec lists the statuses that the sandbox responds
// with, and no others.
func TestServedSpecListsStatuses(t *testing.T) {
	c := newCaller(t, xsaletest.WithInvalidRequests())
	_, body := getWithoutTokens(t, c.sandbox, "/swagger/v1/swagger.json")
	served, err := openapi3.NewLoader().LoadFromData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	tooLarge := strings.Repeat(" ", 10<<20+1)
	const integration, translation = `{"Name":"shop","IntegrationType":28}`, `{"LanguageId":2}`
	for id, calls := range map[string][][3]string{
		"getMe":             {{"GET", "/me", ""}},
		"listOrders":        {{"GET", ":/orders", ""}, {"GET", ":/orders?statusidin=x", ""}, {"GET", "/unknown/orders", ""}},
		"createOrder":       {{"POST", ":/orders", validOrder}, {"POST", ":/orders", "{}"}, {"POST", "/unknown/orders", validOrder}, {"POST", ":/orders", tooLarge}},
		"listStatuses":      {{"GET", ":/statuses", ""}, {"GET", "/unknown/statuses", ""}},
		"createIntegration": {{"POST", ":/integrations", integration}, {"POST", ":/integrations", "{}"}, {"POST", "/unknown/integrations", integration}, {"POST", ":/integrations", tooLarge}},
		"createParameter":   {{"POST", ":/integrations/1/categories/1/parameters", "{}"}, {"POST", ":/integrations/x/categories/1/parameters", "{}"}, {"POST", ":/integrations/999/categories/1/parameters", "{}"}, {"POST", ":/integrations/1/categories/1/parameters", tooLarge}},
		"listTranslations":  {{"GET", ":/articles/16519/translations", ""}, {"GET", ":/articles/x/translations", ""}, {"GET", ":/articles/1/translations", ""}},
		"setTranslation":    {{"PUT", ":/articles/16519/translations", translation}, {"PUT", ":/articles/16519/translations", "{}"}, {"PUT", ":/articles/1/translations", translation}, {"PUT", ":/articles/16519/translations", tooLarge}},
	} {
		operation := operationByID(t, served, id)
		var got []string
		for _, call := range calls {
			got = append(got, strconv.Itoa(c.call(call[0], call[1], call[2]).status))
		}
		withoutTokens := send(t, c.sandbox, calls[0][0], strings.Replace(calls[0][1], ":", "/"+xsaletest.Organization, 1), calls[0][2], http.Header{})
		got = append(got, strconv.Itoa(withoutTokens.status))
		slices.Sort(got)
		if listed := slices.Sorted(maps.Keys(operation.Responses.Map())); !slices.Equal(got, listed) {
			t.Errorf("%s: the sandbox responds with %q, and the spec lists %q", id, got, listed)
		}
		for status, response := range operation.Responses.Map() {
			if !strings.Contains(*response.Value.Description, "the sandbox's choice") {
				t.Errorf("%s: status %s is not marked: %s", id, status, *response.Value.Description)
			}
			if problem := response.Value.Content["application/problem+json"] != nil; problem == strings.HasPrefix(status, "2") {
				t.Errorf("%s: status %s: problem details: %t", id, status, problem)
			}
		}
	}
}

// The sandboxes of a process share the module's spec.
func TestServedSpecIsACopy(t *testing.T) {
	_, first := getWithoutTokens(t, xsaletest.New(t), "/swagger/v1/swagger.json")
	_, second := getWithoutTokens(t, xsaletest.New(t), "/swagger/v1/swagger.json")
	if strings.Count(first, "choice") != strings.Count(second, "choice") {
		t.Error("a sandbox changes the spec of the next one")
	}
}

func operationByID(t *testing.T, document *openapi3.T, id string) *openapi3.Operation {
	t.Helper()
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.OperationID == id {
				return operation
			}
		}
	}
	t.Fatalf("no operation %s", id)
	return nil
}
