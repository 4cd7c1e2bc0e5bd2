package main

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

func TestRunPrintsSpansAndMetrics(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"Name":"import"`, `"Name":"getMe"`, `"Name":"listOrders"`, `"Name":"listTranslations"`, `"Name":"GET"`, `"Name":"xsale.retry"`,
		`"Name":"http.client.request.duration"`, `"Name":"xsale.client.call.duration"`, `"Name":"xsale.client.attempts"`, `"Name":"xsale.client.retries"`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %s", want)
		}
	}
	for _, secret := range []string{xsaletest.Organization, xsaletest.Username, xsaletest.Password, xsaletest.ClientSecret, "Nowe", "Bearer"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the output contains %s", secret)
		}
	}
}
