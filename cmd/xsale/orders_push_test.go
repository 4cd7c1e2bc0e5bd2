package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// pushing returns the arguments of a push with a database of the test.
func pushing(t *testing.T, more ...string) []string {
	t.Helper()
	return append([]string{"orders", "push", "--key-field", "Number", "--database", filepath.Join(t.TempDir(), "orders.db")}, more...)
}

// numbered returns an order with the shop's own number, on one line.
func numbered(number string) string {
	order := strings.Replace(orderJSON, `"BuyerId"`, `"Number":`+number+`,"BuyerId"`, 1)
	return strings.Join(strings.Fields(order), "")
}

// created returns the numbers of the orders that were created, sorted.
func created(t *testing.T) []string {
	t.Helper()
	var orders []struct{ Number any }
	r := execute(t, "", "orders", "list", "-o", "json").expect(t, exitOK)
	if err := json.Unmarshal([]byte(r.stdout), &orders); err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, order := range orders {
		numbers = append(numbers, fmt.Sprint(order.Number))
	}
	slices.Sort(numbers)
	return numbers
}

func TestPushCreatesEachOrderOnce(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(0))
	push := pushing(t, "-", "-o", "ndjson")
	input := strings.Join([]string{
		numbered(`"A1"`),
		`{"Number":"A2"`,
		strings.Replace(numbered(`"A3"`), `"BuyerId":7,`, "", 1),
		"",
		numbered("4"),
		strings.Replace(numbered(`"A5"`), "Number", "Nmber", 1),
		strings.Replace(numbered(`"A1"`), "149.90", "149.9", 1),
		strings.Replace(numbered(`"A7"`), "Quantity", "Quantiti", 1),
		numbered(`"A1"`),
		numbered(`" "`),
	}, "\n")
	r := execute(t, input, push...).expect(t, exitFailed)
	wantErrors := `xsale: standard input:2: invalid JSON at line 1, column 14
xsale: standard input:3: /BuyerId is missing: want integer of the format int64
xsale: standard input:6: the field Number is missing or empty
xsale: standard input:8: /Items/0/Quantiti: the spec has no such field: did you mean Quantity?; /Items/0/Quantity is missing: want number
xsale: standard input:10: the field Number is missing or empty
xsale: standard input:7: key "A1": added before with different content
xsale: 6 orders of the input rejected
`
	notice, errors, _ := strings.Cut(r.stderr, "\n")
	if !strings.HasPrefix(notice, "created the database ") || errors != wantErrors {
		t.Errorf("got\n%s\nwant\n%s", r.stderr, wantErrors)
	}
	want := `{"key":"A1","state":"done","id":1}
{"key":"4","state":"done","id":2}
{"key":"A1","state":"done","id":1}
`
	if got := strings.NewReplacer(`"id":2`, `"id":1`, `"id":1`, `"id":2`).Replace(r.stdout); r.stdout != want && got != want {
		t.Errorf("got\n%s\nwant\n%s", r.stdout, want)
	}
	sent := len(sandbox.Requests("createOrder"))
	corrected := "[\n" + numbered(`"A1"`) + ",\n\n" + numbered(`"A2"`) + ",{}\n]"
	r = execute(t, corrected, push...).expect(t, exitFailed, "xsale: standard input:4: ")
	if got := created(t); !slices.Equal(got, []string{"4", "A1", "A2"}) || len(sandbox.Requests("createOrder")) != sent+1 {
		t.Errorf("created %v, %d requests", got, len(sandbox.Requests("createOrder")))
	}
	execute(t, numbered("4"), pushing(t, "--flow", "push_2", "-")...).expect(t, exitOK, "KEY  STATE  ID  REASON\n4    done   4")
}

// After a lost response the order is looked up, and sent again only if it is not there.
func TestPushLooksUpWhatMayHaveBeenSent(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(0))
	if err := sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse).Processed(), xsaletest.Cut(xsaletest.BeforeResponse)); err != nil {
		t.Fatal(err)
	}
	push := pushing(t, "--settle", "10ms", "--workers", "1", "-")
	execute(t, numbered("1")+"\n"+numbered("2")+"\n"+numbered(`"3"`), push...).expect(t, exitOK, "1    done", "2    done", "3    done")
	if got := created(t); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("created %v", got)
	}
}

// A list that never has the field cannot tell whether an order exists.
func TestPushDoesNotTrustAListWithoutTheNumber(t *testing.T) {
	sandbox := deviate(t, nil, each("listOrders", func(_ int, order map[string]any) { delete(order, "Number") }))
	if err := sandbox.Fail("createOrder", xsaletest.Status(http.StatusServiceUnavailable).Processed()); err != nil {
		t.Fatal(err)
	}
	push := pushing(t, "--settle", "10ms", "-")
	execute(t, numbered("1"), push...).expect(t, exitFailed, "1    parked", "no listed order has the field Number", "1 order parked")
	flow := []string{"--flow", "push", "--database", push[5]}
	execute(t, "", append([]string{"orders", "parked"}, flow...)...).expect(t, exitOK, "may have been sent: send: ")
	execute(t, "", append([]string{"orders", "retry", "1"}, flow...)...).expect(t, exitOK)
	execute(t, numbered("1"), push...).expect(t, exitFailed, "1    parked")
	execute(t, "", append([]string{"orders", "retry", "1"}, flow...)...).expect(t, exitOK)
	other := slices.Clone(push)
	other[3] = "Reference"
	execute(t, "", other[:len(other)-1]...).expect(t, exitFailed, "the field Reference of the order is not its key")
	execute(t, "", append([]string{"orders", "retry", "1", "--resend"}, flow[2:]...)...).expect(t, exitUsage, "--resend needs --flow push")
	if sent := len(sandbox.Requests("createOrder")); sent != 1 {
		t.Errorf("%d requests, want 1", sent)
	}
	execute(t, "", append([]string{"orders", "retry", "1", "--resend"}, flow...)...).expect(t, exitOK)
	execute(t, "", push[:len(push)-1]...).expect(t, exitOK)
	if sent := len(sandbox.Requests("createOrder")); sent != 2 {
		t.Errorf("%d requests, want 2", sent)
	}
}

func TestPushParksWhatTheAPIRejects(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(0))
	if err := sandbox.Fail("createOrder", xsaletest.Status(http.StatusBadRequest, `{"title":"unknown buyer"}`)); err != nil {
		t.Fatal(err)
	}
	push := pushing(t, "--workers", "1", "-")
	r := execute(t, numbered("1")+"\n"+numbered("2"), push...).expect(t, exitFailed, "1    parked      send: ", "unknown buyer", "2    done    1")
	if !strings.HasSuffix(r.stderr, "xsale: 1 order parked: 'xsale orders parked' has the reasons\n") {
		t.Error(r.stderr)
	}
	corrected := strings.Replace(numbered("1"), `"BuyerId":7`, `"BuyerId":8`, 1)
	execute(t, corrected+"\n"+numbered("2"), push...).expect(t, exitOK, "1    done   2", "2    done   1")
}
