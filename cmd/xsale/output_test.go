package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// Objects print as they came: null, "", 0 and empty lists, unknown fields, the digits of numbers,
// the names and the order of fields.
func TestJSONIsWhatCame(t *testing.T) {
	const (
		user  = `{"Organizations":[],"Zeta":1.50,"Id":0,"EmailVerified":false,"Name":"","Nickname":null,"Extra":{"A":1e2,"B":[null,-0,""]}}`
		order = `{"PurchaseDate":null,"id":7,"Items":[{"OrderItemArticles":[],"Quantity":1.50,"Note":"Łódź <&>"},{}],"Tags":[],"Sum":1e2}`
		text  = `{"Description":null,"LanguageId":2,"Name":"","Seo":null}`
	)
	for name, test := range map[string]struct {
		operation, response string
		arguments           []string
		want                string // as ndjson
	}{
		"user":              {"getMe", user, []string{"me"}, user},
		"orders":            {"listOrders", "[" + order + "]", []string{"orders", "list"}, order},
		"no orders":         {"listOrders", "[]", []string{"orders", "list"}, ""},
		"orders, duplicate": {"listOrders", `[{"Id":5,"ID":6}]`, []string{"orders", "list"}, `{"Id":5,"ID":6}`},
		"statuses":          {"listStatuses", `[{"Name":null,"Color":"#fff","Id":3}]`, []string{"statuses", "list"}, `{"Name":null,"Color":"#fff","Id":3}`},
		"translations":      {"listTranslations", "[" + text + "]", []string{"articles", "translations", "get", "16519"}, text},
		"created":           {"createOrder", `{"Number":"A\u002BB","Id":null}`, []string{"orders", "create", "-f", "-"}, `{"Number":"A+B","Id":null}`},
		"half a pair":       {"createOrder", `{"Id":1,"Extra":"\ud800","Note":"\u0119"}`, []string{"orders", "create", "-f", "-"}, `{"Id":1,"Extra":"\ud800","Note":"\u0119"}`},
		"created, camel":    {"createOrder", `{"id":12.0e0,"ok":true}`, []string{"orders", "create", "-f", "-"}, ""},
		"integration":       {"createIntegration", `{"id":9,"Warnings":[]}`, []string{"integrations", "create", "--name", "x"}, `{"id":9,"Warnings":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := useSandbox(t, xsaletest.WithOrders(0))
			status := http.StatusOK
			if err := sandbox.Fail(test.operation, xsaletest.Status(status, test.response).WithHeader("Content-Type", "application/json").Always()); err != nil {
				t.Fatal(err)
			}
			r := execute(t, orderJSON, append(test.arguments, "-o", "ndjson")...)
			if strings.TrimSpace(r.stdout) != test.want {
				t.Errorf("exit code %d\ngot  %swant %s\n%s", r.code, r.stdout, test.want, r.stderr)
			}
			if r.code != exitOK {
				return
			}
			var indented any
			all := execute(t, orderJSON, append(test.arguments, "-o", "json")...).expect(t, exitOK)
			if err := json.Unmarshal([]byte(all.stdout), &indented); err != nil {
				t.Fatal(err)
			}
			if got := strings.Trim(withoutSpace(all.stdout), "[]"); got != strings.Trim(withoutSpace(test.want), "[]") {
				t.Errorf("indented: %s", all.stdout)
			}
		})
	}
}

func withoutSpace(s string) string { return strings.Join(strings.Fields(s), "") }

// One element that does not fit must not hide the others, nor pass unnoticed.
func TestListsGoOnAfterAnElementThatDoesNotFit(t *testing.T) {
	sandbox := useSandbox(t)
	const response = `[{"Id":1},{"Id":2,"Items":{"Buyer":"canary-name"}},{"Id":3},null,{"Id":5}]`
	if err := sandbox.Fail("listOrders", xsaletest.Status(http.StatusOK, response).WithHeader("Content-Type", "application/json").Always()); err != nil {
		t.Fatal(err)
	}
	for output, want := range map[string]string{
		"ndjson": "{\"Id\":1}\n{\"Id\":3}\n{\"Id\":5}\n",
		"json":   "[\n  {\n    \"Id\": 1\n  },\n  {\n    \"Id\": 3\n  },\n  {\n    \"Id\": 5\n  }\n]\n",
		"table":  "ID  DATE  LINES\n1         0\n3         0\n5         0\n",
	} {
		r := execute(t, "", "orders", "list", "-o", output).expect(t, exitFailed,
			"xsale: element 1: /1/Items: want an array, got an object\n", "xsale: element 3: /3: ", "left out: 2; 'xsale api' prints the whole list\n")
		if r.stdout != want || strings.Contains(r.stderr, "canary") {
			t.Errorf("%s: got %s%s", output, r.stdout, r.stderr)
		}
	}
}

// A list that breaks off is not valid JSON, and the error is on its own line.
func TestListThatBreaksOff(t *testing.T) {
	sandbox := useSandbox(t)
	if err := sandbox.Fail("listOrders", xsaletest.Cut(xsaletest.InBody).Always()); err != nil {
		t.Fatal(err)
	}
	for _, output := range []string{"table", "json", "ndjson"} {
		r := execute(t, "", "orders", "list", "-o", output)
		if r.code == exitOK || !strings.HasSuffix(r.stdout, "\n") || !strings.HasPrefix(r.stderr, "xsale: ") {
			t.Errorf("%s: exit code %d, end %q, errors %q", output, r.code, r.stdout[max(0, len(r.stdout)-20):], r.stderr)
		}
		if output == "json" && json.Valid([]byte(r.stdout)) {
			t.Error("half a list is valid JSON")
		}
	}
}

// A flag about output never passes without an effect.
func TestOutputFlagsHaveAnEffect(t *testing.T) {
	for _, arguments := range [][]string{{"token", "path"}, {"spec", "show"}, {"generate"}, {"orders", "retry", "1"}} {
		r := execute(t, "", append(arguments, "-o", "json")...).expect(t, exitUsage, "--output has no effect on")
		if r.stdout != "" {
			t.Errorf("%v: got %s", arguments, r.stdout)
		}
	}
	r := execute(t, "", "version", "-o", "ndjson").expect(t, exitOK)
	if want := `{"version":"` + xsale.Version + `",`; !strings.HasPrefix(r.stdout, want) || strings.Count(r.stdout, "\n") != 1 {
		t.Errorf("got %s, want %s…", r.stdout, want)
	}
}

func TestOutputFlagsAreCompleted(t *testing.T) {
	execute(t, "", "__complete", "me", "-o", "").expect(t, exitOK, "table\njson\nndjson\ncsv\n")
	execute(t, "", "__complete", "me", "--csv=").expect(t, exitOK, "excel-pl\n")
}
