package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/verify"
	"github.com/xsale-go/xsale/xsaletest"
)

// exchange is a request to the API with the sandbox's response. A deviation changes either.
type exchange struct {
	operation string // getMe, listOrders, listStatuses or listTranslations
	request   *http.Request
	query     url.Values
	status    int
	header    http.Header
	value     any    // the JSON of the response
	body      []byte // sent instead of value unless nil
	abort     bool   // cuts the connection in the body
}

// operationsByPath contains the operations that only read, by the last segment of their path.
var operationsByPath = map[string]string{"me": "getMe", "orders": "listOrders", "statuses": "listStatuses", "translations": "listTranslations"}

// deviate starts a server in front of a sandbox that changes requests and responses, and points the
// environment at it. Either function may be nil.
func deviate(t *testing.T, before, after func(*exchange)) *xsaletest.Sandbox {
	t.Helper()
	sandbox := useSandbox(t, xsaletest.WithOrders(60), xsaletest.WithInvalidRequests())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &exchange{operation: operationsByPath[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]], request: r, query: r.URL.Query()}
		if before != nil {
			before(e)
		}
		forwarded, err := http.NewRequestWithContext(r.Context(), r.Method, sandbox.URL()+r.URL.EscapedPath()+"?"+e.query.Encode(), r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		maps.Copy(forwarded.Header, r.Header)
		forwarded.Header.Del("Accept-Encoding")
		response, err := sandbox.HTTPClient().Do(forwarded)
		if err != nil {
			return // the caller is gone
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Error(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		decoder.Decode(&e.value)
		e.status, e.header = response.StatusCode, http.Header{"Content-Type": response.Header["Content-Type"]}
		if after != nil {
			after(e)
		}
		e.respond(w)
	}))
	t.Cleanup(server.Close)
	t.Setenv("XSALE_BASE_URL", server.URL)
	return sandbox
}

func (e *exchange) respond(w http.ResponseWriter) {
	if e.body == nil && e.value != nil {
		e.body, _ = json.Marshal(e.value)
	}
	maps.Copy(w.Header(), e.header)
	if e.abort {
		w.Header().Set("Content-Length", fmt.Sprint(len(e.body)))
		e.body = e.body[:len(e.body)/2]
	}
	w.WriteHeader(e.status)
	w.Write(e.body)
}

// each calls change with every element of an operation's responses.
func each(operation string, change func(i int, element map[string]any)) func(*exchange) {
	return func(e *exchange) {
		if e.operation != operation || e.status != http.StatusOK {
			return
		}
		list, ok := e.value.([]any)
		if !ok {
			list = []any{e.value}
		}
		for i, element := range list {
			change(i, element.(map[string]any))
		}
	}
}

// eachLine calls change with every line of every order.
func eachLine(change func(order, line map[string]any)) func(*exchange) {
	return each("listOrders", func(_ int, order map[string]any) {
		for _, line := range order["Items"].([]any) {
			change(order, line.(map[string]any))
		}
	})
}

// only calls change with the responses of an operation.
func only(operation string, change func(*exchange)) func(*exchange) {
	return func(e *exchange) {
		if e.operation == operation {
			change(e)
		}
	}
}

func rename(element map[string]any, from, to string) {
	element[to] = element[from]
	delete(element, from)
}

// verifyArguments run verify without waits between calls, with an article of the sandbox.
var verifyArguments = []string{"verify", "--rate", "10000", "--param", "id=16519", "-o", "json"}

// verified runs verify and returns the findings with the given verdicts, one per line.
func verified(t *testing.T, code int, arguments []string, verdicts ...verify.Verdict) []string {
	t.Helper()
	r := execute(t, "", append(slices.Clone(verifyArguments), arguments...)...).expect(t, code)
	var findings []verify.Finding
	if err := json.Unmarshal([]byte(r.stdout), &findings); err != nil {
		t.Fatalf("%v in %s%s", err, r.stdout, r.stderr)
	}
	lines := []string{}
	for _, f := range findings {
		if slices.Contains(verdicts, f.Verdict) {
			lines = append(lines, fmt.Sprintf("%s %s %s %q ×%d: %s → %s", f.Verdict, f.Operation, f.Detail, f.Pointer, f.Count, f.Spec, f.Response))
		}
	}
	return lines
}

// expectLines compares findings in any order.
func expectLines(t *testing.T, got, want []string) {
	t.Helper()
	rest := slices.Clone(want)
	for _, line := range got {
		if i := slices.Index(rest, line); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			t.Errorf("unexpected: %s", line)
		}
	}
	for _, line := range rest {
		t.Errorf("missing: %s", line)
	}
}

// learnedOverlay returns an overlay that adds the details of the unchanged sandbox to the spec.
func learnedOverlay(t *testing.T) string {
	t.Helper()
	useSandbox(t, xsaletest.WithOrders(60), xsaletest.WithInvalidRequests())
	file := filepath.Join(t.TempDir(), "learned.yaml")
	execute(t, "", append(slices.Clone(verifyArguments), "--overlay", file)...).expect(t, exitOK)
	return file
}

func TestDeviatingSandboxes(t *testing.T) {
	learned := learnedOverlay(t)
	for _, test := range []struct {
		name          string
		before, after func(*exchange)
		arguments     []string
		code          int
		want          []string
	}{
		{name: "nothing"},
		{name: "field in another case", after: each("listStatuses", func(_ int, s map[string]any) { rename(s, "Name", "name") }), code: exitFailed, want: []string{
			`contradicted listStatuses field "/0/Name" ×0: string → string at /0/name`,
			`new listStatuses field "/0/name" ×8:  → string`,
		}},
		{name: "field with another name", after: each("getMe", func(_ int, me map[string]any) { rename(me, "Nickname", "Alias") }), want: []string{
			`new getMe field "/Alias" ×1:  → string`,
			`open getMe field "/Nickname" ×0: string → in 0 of 1 objects`,
		}},
		{name: "id as string", after: each("listOrders", func(_ int, order map[string]any) { order["Id"] = fmt.Sprint(order["Id"]) }), code: exitFailed, want: []string{
			`contradicted listOrders field "/0/Id" ×60: integer of the format int64 → string`,
		}},
		{name: "price as string in one line", after: each("listOrders", func(i int, order map[string]any) {
			if line := order["Items"].([]any)[0].(map[string]any); i == 2 {
				line["PriceGross"] = fmt.Sprint(line["PriceGross"])
			}
		}), code: exitFailed, want: []string{
			`contradicted listOrders field "/2/Items/0/PriceGross" ×1: number → string`,
		}},
		{name: "boolean as number", after: each("getMe", func(_ int, me map[string]any) { me["EmailVerified"] = 1 }), code: exitFailed, want: []string{
			`contradicted getMe field "/EmailVerified" ×1: boolean → integer`,
		}},
		{name: "null", after: each("listStatuses", func(i int, s map[string]any) {
			if i > 5 {
				s["Name"] = nil
			}
		}), code: exitFailed, want: []string{
			`contradicted listStatuses field "/6/Name" ×2: string → null`,
		}},
		{name: "required field missing", after: each("listTranslations", func(_ int, translation map[string]any) { delete(translation, "LanguageId") }), code: exitFailed, want: []string{
			`contradicted listTranslations field "/0/LanguageId" ×1: integer of the format int64 → missing`,
		}},
		{name: "envelope", after: only("listOrders", func(e *exchange) { e.value = map[string]any{"Items": e.value, "TotalCount": 60} }), code: exitFailed, want: []string{
			`contradicted listOrders response "" ×1: array of object → object with the list in a field: object of Items array of object, TotalCount integer`,
		}},
		{name: "envelope, and more inside", after: only("listOrders", func(e *exchange) {
			orders, _ := e.value.([]any) // nil if the query was rejected
			if orders == nil {
				return
			}
			for _, order := range orders {
				order := order.(map[string]any)
				order["Id"] = fmt.Sprint(order["Id"])
				order["Totals"] = map[string]any{"jan@example.pl": 1}
			}
			e.value = map[string]any{"Data": orders}
		}), code: exitFailed, want: []string{
			`contradicted listOrders response "" ×1: array of object → object with the list in a field: object of Data array of object`,
			`contradicted listOrders field "/Data/0/Id" ×60: integer of the format int64 → string`,
			`new listOrders field "/Data/0/Totals" ×60:  → object`,
			`new listOrders field "/Data/0/Totals/*" ×60:  → fields whose names are data: integer`,
		}},
		{name: "single object", after: only("listOrders", func(e *exchange) { e.value = e.value.([]any)[0] }), code: exitFailed, want: []string{
			`contradicted listOrders response "" ×1: array of object → a single element instead of a list`,
			`open listOrders field "/Items/0/PriceNet" ×0: number → in 0 of 1 objects`,
			`open listOrders query statusidin "" ×0: a key for each element → not called: the response contains no list`,
			`open listOrders query statusnamein "" ×0: a key for each element → not called: the response contains no list`,
		}},
		{name: "201", after: only("getMe", func(e *exchange) { e.status = 201 }), want: []string{
			`new getMe status "" ×0: 2XX → 201`,
		}},
		{name: "204", after: only("listStatuses", func(e *exchange) { e.status, e.value = 204, nil }), code: exitFailed, want: []string{
			`contradicted listStatuses response "" ×0: array of object → no body`,
			`new listStatuses status "" ×0: 2XX → 204`,
			`open listOrders query statusidin "" ×0: a key for each element → not called: no response contained two statuses`,
			`open listOrders query statusnamein "" ×0: a key for each element → not called: no response contained two statuses`,
		}},
		{name: "HTML", after: only("listStatuses", func(e *exchange) {
			e.header.Set("Content-Type", "text/html; charset=utf-8")
			e.body = []byte("<!doctype html><title>Log in</title>")
		}), code: exitFailed, want: []string{
			`contradicted listStatuses content type "" ×0: application/json → text/html`,
			`contradicted listStatuses response "" ×0: array of object → a page, not JSON`,
			`open listOrders query statusidin "" ×0: a key for each element → not called: no response contained two statuses`,
			`open listOrders query statusnamein "" ×0: a key for each element → not called: no response contained two statuses`,
		}},
		{name: "wrong content type", after: only("listStatuses", func(e *exchange) { e.header.Set("Content-Type", "text/plain") }), code: exitFailed, want: []string{
			`contradicted listStatuses content type "" ×0: application/json → text/plain`,
		}},
		{name: "no content type", after: only("listStatuses", func(e *exchange) { e.header["Content-Type"] = nil }), code: exitFailed, want: []string{
			`contradicted listStatuses content type "" ×0: application/json → none`,
		}},
		{name: "more at depth", after: eachLine(func(_, line map[string]any) {
			line["Tax"] = map[string]any{"Rate": 23, "Parts": []any{map[string]any{"Code": "A", "Since": "2024-01-31"}, map[string]any{"Code": nil}}}
		}), want: []string{
			`new listOrders field "/0/Items/0/Tax" ×153:  → object`,
			`new listOrders field "/0/Items/0/Tax/Parts" ×153:  → array of object`,
			`new listOrders field "/0/Items/0/Tax/Parts/0/Code" ×306:  → string, nullable`,
			`new listOrders field "/0/Items/0/Tax/Parts/0/Since" ×153:  → string of the format date`,
			`new listOrders field "/0/Items/0/Tax/Rate" ×153:  → integer`,
		}},
		{name: "lists with commas", before: only("listOrders", func(e *exchange) {
			for name, values := range e.query {
				e.query[name] = strings.Split(values[0], ",") // and of several keys the first
			}
		}), code: exitFailed, want: []string{
			`contradicted listOrders query statusidin "" ×0: a key for each element → one key, separated by commas`,
			`contradicted listOrders query statusnamein "" ×0: a key for each element → one key, separated by commas`,
		}},
		{name: "one element of a list", before: only("listOrders", func(e *exchange) {
			for name, values := range e.query {
				e.query[name] = values[:1]
			}
		}), code: exitFailed, want: []string{
			`contradicted listOrders query statusidin "" ×0: a key for each element → neither a key for each element nor one key, separated by commas`,
			`contradicted listOrders query statusnamein "" ×0: a key for each element → neither a key for each element nor one key, separated by commas`,
		}},
		{name: "filter ignored", before: only("listOrders", func(e *exchange) { e.query.Del("statusnamein") }), code: exitFailed, want: []string{
			`contradicted listOrders query statusnamein "" ×0: a key for each element → ignored: two values each return the whole list`,
		}},
		{name: "filter rejected", after: only("listOrders", func(e *exchange) {
			if e.query.Has("statusidin") {
				e.status = 400
			}
		}), code: exitRejected, want: []string{
			`failed listOrders query statusidin "" ×0: a key for each element → 400 Bad Request`,
		}},
		{name: "date in another form", after: each("listOrders", func(i int, order map[string]any) {
			if i%2 == 1 {
				order["PurchaseDate"] = "31.01.2025"
			}
		}), code: exitFailed, want: []string{
			`contradicted listOrders field "/1/PurchaseDate" ×30: string of the format date, such as 2024-10-25 → string of another format`,
		}},
		{name: "articles next to the lines", after: eachLine(func(order, line map[string]any) {
			order["OrderItemArticles"] = line["OrderItemArticles"]
			delete(line, "OrderItemArticles")
		}), code: exitFailed, want: []string{
			`contradicted listOrders field "/0/Items/0/OrderItemArticles" ×0: array of object → array of object at /0/OrderItemArticles`,
			`new listOrders field "/0/OrderItemArticles" ×60:  → array of object`,
			`new listOrders field "/0/OrderItemArticles/0/SandboxArticleId" ×66:  → integer`,
			`new listOrders field "/0/OrderItemArticles/0/SandboxQuantity" ×66:  → integer`,
		}},
		{name: "404", after: only("listOrders", func(e *exchange) { e.status = 404 }), code: exitFailed, want: []string{
			`contradicted listOrders status "" ×0: 2XX → 404 Not Found`,
			`open listOrders query statusidin "" ×0: a key for each element → not called: no list without the filter`,
			`open listOrders query statusnamein "" ×0: a key for each element → not called: no list without the filter`,
		}},
		{name: "404 of an article passed by the user", after: only("listTranslations", func(e *exchange) { e.status = 404 }), code: exitRejected, want: []string{
			`failed listTranslations status "" ×0: 2XX → 404 Not Found`,
		}},
		{name: "403", after: only("listTranslations", func(e *exchange) { e.status = 403 }), code: exitRejected, want: []string{
			`failed listTranslations status "" ×0: 2XX → 403 Forbidden`,
		}},
		{name: "429", after: only("listOrders", func(e *exchange) {
			if e.query.Has("statusnamein") { // in the last calls, because the client waits after it
				e.status = 429
			}
		}), code: exitRateLimited, want: []string{
			`failed listOrders query statusnamein "" ×0: a key for each element → 429 Too Many Requests`,
		}},
		{name: "500", after: only("getMe", func(e *exchange) { e.status = 500 }), code: exitUnavailable, want: []string{
			`failed getMe status "" ×0: 2XX → 500 Internal Server Error`,
		}},
		{name: "list cut in the middle", after: only("listStatuses", func(e *exchange) { e.body = []byte(`[{"Id":1,"Name":"Nowe"},{"Id":2,"Na`) }), code: exitFailed, want: []string{
			`contradicted listStatuses response "/1/Id" ×0: array of object → truncated or malformed JSON`,
			`open listOrders query statusidin "" ×0: a key for each element → not called: no response contained two statuses`,
			`open listOrders query statusnamein "" ×0: a key for each element → not called: no response contained two statuses`,
		}},
		{name: "connection cut in the middle", after: only("listTranslations", func(e *exchange) { e.abort = true }), code: exitUnavailable, want: []string{
			`failed listTranslations response "" ×0:  → response cut off`,
		}},
		{name: "slow", after: only("listTranslations", func(e *exchange) { <-e.request.Context().Done() }), arguments: []string{"--timeout", "1s"}, code: exitUnavailable, want: []string{
			`failed listTranslations response "" ×0:  → no response within --timeout`,
		}},
		{name: "header", after: only("listOrders", func(e *exchange) {
			e.header.Set("X-Total-Count", "60")
			e.header.Set("Link", "</next>; rel=next")
			e.header.Set("Server", "common")
		}), want: []string{
			`new listOrders header Link "" ×0:  → string`,
			`new listOrders header X-Total-Count "" ×0:  → integer`,
		}},
		{name: "mixed types", after: each("listOrders", func(i int, order map[string]any) {
			order["Reference"] = any(i)
			if i > 0 {
				order["Reference"] = "a"
			}
		}), want: []string{
			`new listOrders field "/1/Reference" ×60:  → integer or string`,
		}},
		{name: "integers and numbers", after: each("listOrders", func(i int, order map[string]any) {
			order["Weight"] = json.Number([]string{"1", "1.5"}[i%2])
		}), want: []string{
			`new listOrders field "/1/Weight" ×60:  → number`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			deviate(t, test.before, test.after)
			got := verified(t, test.code, append(test.arguments, "--apply", learned), verify.Contradicted, verify.Failed, verify.New, verify.Open)
			got = slices.DeleteFunc(got, func(line string) bool { return strings.Contains(line, "listTranslations null") }) // also in the unchanged sandbox
			expectLines(t, got, test.want)
		})
	}
}

// The unchanged sandbox adds details to the spec and contradicts none.
func TestVerifyUnchangedSandbox(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(60), xsaletest.WithInvalidRequests())
	got := verified(t, exitOK, nil, verify.Contradicted, verify.Failed, verify.New, verify.Open)
	want := []string{
		`new getMe status "" ×0: 2XX → 200`,
		`new listTranslations status "" ×0: 2XX → 200`,
		`open listTranslations null "/0/Description" ×0: may be null → never null`,
		`open listTranslations null "/0/Name" ×0: may be null → never null`,
		`new listOrders status "" ×0: 2XX → 200`,
		`new listOrders field "/0/Items/0/OfferId" ×153:  → integer`,
		`new listOrders field "/0/Items/0/OrderItemArticles/0/SandboxArticleId" ×164:  → integer`,
		`new listOrders field "/0/Items/0/OrderItemArticles/0/SandboxQuantity" ×164:  → integer`,
		`new listOrders field "/0/Items/0/PriceGross" ×153:  → number`,
		`new listOrders field "/1/Items/1/PriceNet" ×54:  → number`,
		`new listOrders field "/0/Items/0/Quantity" ×153:  → integer`,
		`new listOrders field "/0/Items/0/VariantId" ×153:  → integer`,
		`new listOrders field "/0/BuyerId" ×60:  → integer`,
		`new listOrders field "/0/IntegrationId" ×60:  → integer`,
		`new listOrders field "/0/PayerId" ×60:  → integer`,
		`new listOrders field "/0/PaymentFormId" ×60:  → integer`,
		`new listOrders field "/0/PurchaseDate" ×60:  → string of the format date`,
		`new listOrders field "/0/RecipientId" ×60:  → integer`,
		`new listStatuses status "" ×0: 2XX → 200`,
	}
	expectLines(t, got, want)
	confirmed := verified(t, exitOK, nil, verify.Confirmed)
	wantConfirmed := []string{
		`confirmed getMe response "" ×1: object → object`,
		`confirmed listTranslations response "" ×1: array of object → array of object`,
		`confirmed listOrders query statusidin "" ×0: a key for each element → a key for each element`,
		`confirmed listOrders query statusnamein "" ×0: a key for each element → a key for each element`,
		`confirmed listOrders response "" ×1: array of object → array of object`,
		`confirmed listOrders field "/0/Id" ×60: integer of the format int64 → integer`,
		`confirmed listOrders field "/0/Items/0/OrderItemArticles" ×153: array of object → array of object`,
		`confirmed listStatuses response "" ×1: array of object → array of object`,
		`confirmed listStatuses field "/0/Id" ×8: integer of the format int64 → integer`,
		`confirmed listStatuses field "/0/Name" ×8: string → string`,
	}
	expectLines(t, confirmed, wantConfirmed)
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins for two runs", sandbox.Logins())
	}
}

// Once the overlay of a first run is applied, a second run finds nothing new.
func TestVerifyLearnsOnce(t *testing.T) {
	useSandbox(t, xsaletest.WithInvalidRequests())
	file := filepath.Join(t.TempDir(), "learned.yaml")
	execute(t, "", append(slices.Clone(verifyArguments), "--overlay", file)...).expect(t, exitOK, "wrote "+file)
	again := filepath.Join(t.TempDir(), "again.yaml")
	execute(t, "", append(slices.Clone(verifyArguments), "--apply", file, "--overlay", again)...).expect(t, exitOK, "nothing new: no overlay written")
	if _, err := os.Stat(again); err == nil {
		t.Error("a second overlay was written")
	}
}
