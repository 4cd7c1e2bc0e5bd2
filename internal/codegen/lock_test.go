package codegen

import (
	"regexp"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// generateWith returns the code for a spec with the given schemas and paths, which are JSON without
// braces, and the changes of names.
func generateWith(t *testing.T, lock *Lock, schemas, paths string) (code string, renamed []tree.Change) {
	t.Helper()
	document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{` + paths + `},"components":{"schemas":{` + schemas + `}}}`))
	if err != nil {
		t.Fatal(err)
	}
	report := &tree.Report{}
	files, err := Generate(document, Options{Package: "api", Lock: lock}, report)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range report.Changes {
		if change.Rule == "go-names" {
			renamed = append(renamed, change)
		}
	}
	code = strings.Join(strings.Fields(string(files[0].Content)), " ")
	for _, method := range methodOfID.FindAllStringSubmatch(code, -1) {
		code += " method " + method[2] + "=" + method[1] + " "
	}
	return code, renamed
}

var methodOfID = regexp.MustCompile(`func \(c \*Client\) (\w+)\(ctx [^{]*{.*?ID: "([^"]*)"`)

func object(properties ...string) string {
	var fields []string
	for _, property := range properties {
		fields = append(fields, `"`+property+`":{"type":"string"}`)
	}
	return `{"type":"object","properties":{` + strings.Join(fields, ",") + `}}`
}

func param(schema string) string {
	return `"/a":{"get":{"operationId":"a","parameters":[{"name":"kind","in":"query","schema":` + schema + `}],"responses":{"204":{"description":""}}}}`
}

func get(path, id string) string {
	return `"` + path + `":{"get":{"operationId":"` + id + `","responses":{"204":{"description":""}}}}`
}

func byVariable(variable, id string) string {
	return `"/orders/{` + variable + `}":{"get":{"operationId":"` + id + `","parameters":[{"in":"path","name":"` + variable + `","required":true,"schema":{}}],"responses":{"204":{"description":""}}}}`
}

// Each case generates twice. What the second spec adds must not change what the first one has
// named.
func TestLockKeepsNames(t *testing.T) {
	for _, test := range []struct {
		name                                                  string
		schemas, paths, laterSchemas, laterPaths, kept, added string
	}{
		{"a path of the same shape", "", byVariable("b", "ByB"), "", byVariable("a", "ByA") + "," + byVariable("b", "ByB"), "method ByB=ByB ", "method ByA=ByA "},
		{"two paths of one shape", "", byVariable("a", "ByA") + "," + byVariable("b", "ByB"), "", byVariable("a", "ByA") + "," + byVariable("b", "ByB"), "method ByA=ByA ", "method ByB=ByB "},
		{"a namespace that becomes ambiguous", `"Acme.Api.Order":` + object("a"), "", `"Acme.Api.Order":` + object("a") + `,"Other.Order":` + object("b"), "",
			"type Order struct { A string", "type OtherOrder struct { B string"},
		{"a repaired name before an exact one", `"Order-Item":` + object("a"), "", `"Order-Item":` + object("a") + `,"OrderItem":` + object("b"), "",
			"type OrderItem struct { A string", "type OrderItemModel struct { B string"},
		{"a removed schema", `"Order-Item":` + object("a"), "", `"OrderItem":` + object("b"), "", "type OrderItemModel struct { B string", ""},
		{"a field", `"A":` + object("order-no"), "", `"A":` + object("order-no", "OrderNo", "orderNo"), "", "OrderNo string `json:\"order-no", "OrderNoField string `json:\"OrderNo"},
		{"a removed field", `"A":` + object("order-no", "b"), "", `"A":` + object("OrderNo", "b"), "", "OrderNoField string `json:\"OrderNo", ""},
		{"a constant", `"A":{"type":"string","enum":["new-one"]}`, "", `"A":{"type":"string","enum":["NewOne","new-one","new_one"]}`, "", `ANewOne A = "new-one"`, `ANewUnderscoreOne A = "new_one"`},
		{"a member that comes first", `"A":{"type":"integer","enum":[0,1],"x-enum-varnames":["New","Old"]}`, "", `"A":{"type":"integer","enum":[0,1,2],"x-enum-varnames":["None","New","Old"]}`, "", `ANew A = 1`, `ANone A = 0`},
		{"fields whose inline objects become components", `"A":{"type":"object","properties":{"b-c":` + object("x") + `}},"D":{"type":"object","properties":{"b-c":` + object("y") + `}}`, "",
			`"X":` + object("x") + `,"Y":` + object("y") + `,"A":{"type":"object","properties":{"b-c":{"$ref":"#/components/schemas/X"},"BC":{"type":"string"}}},"D":{"type":"object","properties":{"b-c":{"$ref":"#/components/schemas/Y"}}}`, "",
			"BC *ABC `json:\"b-c,omitempty\"`", "BCField string"},
		{"an operation", "", get("/b", "order-list"), "", get("/a", "OrderList") + "," + get("/b", "order-list"), "method order-list=OrderList ", "method OrderList=OrderList2 "},
		{"an operation that moves", "", get("/v1/b", "getOrder"), "", get("/v2/b", "getOrder"), "Client) GetOrder(", ""},
		{"an operation with another id", "", get("/b", "getOrder"), "", get("/b", "fetchOrder"), "Client) GetOrder(", ""},
		{"a schema whose name a new operation needs", `"ListAParams":` + object("a"), "", `"ListAParams":` + object("a"), get("/a", "listA"), "type ListAParams struct { A string", "Client) ListA2("},
		{"an inline object", `"A":{"type":"object","properties":{"b":` + object("x") + `}}`, "", `"A":{"type":"object","properties":{"b":` + object("x") + `}},"AB":` + object("y"), "",
			"type AB struct { X string", "type ABModel struct { Y string"},
		{"an inline object that becomes a component", `"A":{"type":"object","properties":{"b":` + object("x", "y-z") + `}}`, "", `"A":{"type":"object","properties":{"b":{"$ref":"#/components/schemas/AB"}}},"AB":` + object("x", "y-z", "YZ"), "",
			"B *AB `json:\"b,omitempty\"`", "YZ string `json:\"y-z"},
		{"an inline enum that becomes a component", "", param(`{"type":"string","enum":["a"]}`), `"State":{"type":"string","enum":["a"]}`, param(`{"$ref":"#/components/schemas/State"}`),
			"Kind *Kind `", "type Kind string"},
		{"one of two inline enums that becomes a component", `"A":{"type":"object","properties":{"b":{"type":"string","enum":["a"]},"c":{"type":"string","enum":["a"]}}}`, "",
			`"AB":{"type":"string","enum":["a","b"]},"A":{"type":"object","properties":{"b":{"$ref":"#/components/schemas/AB"},"c":{"type":"string","enum":["a"]}}}`, "", "C AB `json", "B ABModel `json"},
		{"elements of a union in another order", `"U":{"oneOf":[` + object("a", "b") + "," + object("c") + `]}`, "", `"U":{"oneOf":[` + object("x") + "," + object("c", "d") + "," + object("a", "b") + `]}`, "",
			"type UOption1 struct { A string `json:\"a,omitzero\"` B", "type UOption2 struct { C string `json:\"c,omitzero\"` D"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := &Lock{}
			generateWith(t, lock, test.schemas, test.paths)
			read, err := parseLock(lock.bytes())
			if err != nil {
				t.Fatal(err)
			}
			code, _ := generateWith(t, read, test.laterSchemas, test.laterPaths)
			if _, err := parseLock(read.bytes()); err != nil {
				t.Error(err)
			}
			for _, want := range []string{test.kept, test.added} {
				if !strings.Contains(code, want) {
					t.Errorf("%q is missing in\n%s", want, code)
				}
			}
			again, _ := generateWith(t, read, test.laterSchemas, test.laterPaths)
			if again != code {
				t.Error("the next run gives other code")
			}
			generateWith(t, read, test.schemas, test.paths)
			code, _ = generateWith(t, read, test.laterSchemas, test.laterPaths)
			if again != code {
				t.Error("removing and adding a part changes its name")
			}
		})
	}
}

// Without a lock file, too, a name that is already a Go name takes precedence over a repaired one.
func TestExactNamesWinInEveryScope(t *testing.T) {
	code, renamed := generateWith(t, nil, `"Order-Item":`+object("order-no", "OrderNo")+`,"OrderItem":`+object("id")+`,"S":{"type":"string","enum":["a-b","AB"]}`,
		`"/a":{"get":{"operationId":"x-y","parameters":[{"name":"a-b","in":"query","schema":{"type":"string"}},{"name":"AB","in":"query","schema":{"type":"string"}}],"responses":{"204":{"description":""}}}},`+get("/b", "XY"))
	for _, want := range []string{
		"type OrderItem struct { ID string", "OrderNo string `json:\"OrderNo", `SAB S = "AB"`, `SADashB S = "a-b"`,
		`query:"AB"`, "method XY=XY ", "method x-y=XY2 ", `ABParam *string`,
	} {
		if !strings.Contains(code, want) {
			t.Errorf("%q is missing in\n%s", want, code)
		}
	}
	if len(renamed) != 5 {
		t.Errorf("got %d changes of names: %v", len(renamed), renamed)
	}
}

func TestLockErrors(t *testing.T) {
	for lines, want := range map[string]string{
		"type /a = Order\nhello":       "line 2 is not a name",
		"type /a Order":                "line 1 is not a name",
		"types /a = Order":             "line 1 is not a name",
		"# comment\n\ntype /a = order": `line 3 has "order", which is not an exported Go name`,
		"type /a = A B":                "not an exported Go name",
		"<<<<<<< HEAD\ntype /a = A":    "line 1 is a conflict of a merge",
		"type /a = A\ntype /a = B":     "line 2 names the same as line 1",
		"field /s/properties/a = A\nfield /s/properties/b = A":           "line 2 has the name of line 1",
		"parameter /p/query/a = A\nparameter /p/header/b = A":            "line 2 has the name of line 1",
		"type /components/schemas/a = A\ntype /components/schemas/b = A": "line 2 has the name of line 1",
		"constant A b = AB\ntype /components/schemas/b = AB":             "line 2 has the name of line 1",
		`type "/a = A`: "line 1 contains an invalid string",
		"operation /a = A\r\noperation /b = A\r\n": "line 2 has the name of line 1",
	} {
		if _, err := parseLock([]byte(lines)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", lines, err, want)
		}
	}
	valid := "type /a = A\r\ntype /a = A\r\nfield /s/properties/a = A\r\nfield /t/properties/a = A\r\nparameter /p/query/a = A\r\nparameter /p/path/a = A\r\noperation-id a = A\r\noperation-id b = A\r\n"
	lock, err := parseLock([]byte(valid))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(lock.bytes()), "\r") {
		t.Error("the lock file has lines of Windows")
	}
}

// Identities can contain anything.
func TestLockKeepsOddIdentities(t *testing.T) {
	lock := &Lock{names: map[lockKey]string{}}
	for i, id := range []string{"", " ", "a = b", "\n", `"`, `"a"`, "\x00", "zażółć", "\\", "A  x = ", "\u2028", "=", " = "} {
		lock.names[lockKey{operationIDKey, id}] = "A" + string(rune('a'+i))
	}
	read, err := parseLock(lock.bytes())
	if err != nil {
		t.Fatal(err)
	}
	if string(read.bytes()) != string(lock.bytes()) || len(read.names) != len(lock.names) {
		t.Errorf("got\n%s, want\n%s", read.bytes(), lock.bytes())
	}
}

// A name in an overlay takes precedence over the lock file, which then follows.
func TestChosenNamesReplaceLockedOnes(t *testing.T) {
	lock := &Lock{}
	generateWith(t, lock, `"Order":`+object("a")+`,"Item":`+object("b"), "")
	_, renamed := generateWith(t, lock, `"Order":`+object("a")+`,"Item":{"x-go-name":"Order","type":"object","properties":{"b":{"type":"string"}}}`, "")
	if len(renamed) != 2 || renamed[0].Reason != "x-go-name replaces the name Item of the lock file" && renamed[1].Reason != "x-go-name replaces the name Item of the lock file" {
		t.Errorf("got %v", renamed)
	}
	for _, want := range []string{"type /components/schemas/Item = Order\n", "type /components/schemas/Order = OrderModel\n"} {
		if !strings.Contains(string(lock.bytes()), want) {
			t.Errorf("%q is missing in\n%s", want, lock.bytes())
		}
	}
}

// An overlay may give a name that something else had, which the spec no longer has.
func TestChosenNamesReplaceRemovedOnes(t *testing.T) {
	lock := &Lock{}
	generateWith(t, lock, `"Order":`+object("a", "b")+`,"Item":`+object("b"), "")
	generateWith(t, lock, `"Item":{"x-go-name":"Order","type":"object","properties":{"c":{"type":"string","x-go-name":"B"}}}`, "")
	if _, err := parseLock(lock.bytes()); err != nil {
		t.Errorf("%v in\n%s", err, lock.bytes())
	}
	for _, want := range []string{"type /components/schemas/Item = Order\n", "field /components/schemas/Item/properties/c = B\n"} {
		if !strings.Contains(string(lock.bytes()), want) {
			t.Errorf("%q is missing in\n%s", want, lock.bytes())
		}
	}
	code, _ := generateWith(t, lock, `"Order":`+object("a")+`,"Item":`+object("b", "c"), "")
	for _, want := range []string{"type OrderModel struct { A string", "type Order struct { BField string"} {
		if !strings.Contains(code, want) {
			t.Errorf("%q is missing in\n%s", want, code)
		}
	}
}
