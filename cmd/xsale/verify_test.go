package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/spec/overlay"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/verify"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

// respondWith starts a server that responds to each listed method and path with the given JSON, and
// to all others with 404. Logins go to a sandbox.
func respondWith(t *testing.T, responses map[string]string) *xsaletest.Sandbox {
	t.Helper()
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := responses[r.Method+" "+r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	t.Setenv("XSALE_BASE_URL", server.URL)
	t.Setenv("XSALE_ORGANIZATION", "")
	return sandbox
}

// richResponses contain everything verify can learn: nested fields, null, mixed types, dates, and
// objects whose names are data. Every value and each such name contains a canary.
var richResponses = map[string]string{
	"GET /me": `{"Id":7391846,"Name":"Canary Kowalska","Nickname":"canarka","Email":"canary@example.pl","EmailVerified":true,
		"Organizations":[{"Id":8264951,"ShortName":"Canary","Name":"canary_org","Nip":"5272525995","Since":"1987-06-05"}],
		"Rights":{"canarka":{"Level":1},"canarek":{"Level":2}},"Last":null,"O'Neill's":1,"Größe":2}`,
	"GET /canary_org/statuses": `[{"Id":73918461,"Name":"canary new","Color":"#canary"},{"Id":73918462,"Name":"canary old","Color":null}]`,
	"GET /canary_org/orders": `[
		{"Id":6354271,"Items":[{"OrderItemArticles":[{"ArticleId":9182736,"Stock":{"canary@example.pl":1.25,"anna":3}}],"Price":918273.64}],
			"Created":"1987-06-05T04:03:02Z","Changed":"1987-06-05","Totals":{"5272525995":918273.64},"Buyer":{"Name":"Canary Nowak","Contacts":[{"Phone":"+48 601 000 000","IsMain":true}]},
			"Code":6354279,"Tags":["canary",6354278],"Empty":[],"Nothing":{},"ByDay":{"1987-06-05":[6354277]},"Matrix":[[6354276],[1.5]]},
		{"Id":6354272,"Items":[],"Created":"1987-06-05T04:03:02+02:00","Changed":"05.06.1987","Totals":{"5272525996":6354273},"Buyer":null,
			"Code":"canary-code","Tags":null,"Empty":[],"Nothing":{},"ByDay":{},"Matrix":[]}]`,
	"GET /canary_org/articles/16519/translations": `[{"LanguageId":6354274,"Name":null,"Description":"<p>canary</p>"}]`,
}

// canaries are parts of the responses, in lower case.
var canaries = []string{
	"canar", "kowalska", "nowak", "527252", "918273", "635427", "739184", "826495", "1987", "05.06.", "601 000", "anna", "o'neill", "größe",
}

// unstable matches durations, whose digits can be those of a canary by chance.
var unstable = regexp.MustCompile(`[0-9.]+(µs|ms|s)\b`)

// The output of verify, in every format, at debug level and for failures, contains no values and no
// names that are values.
func TestVerifyPrintsNoData(t *testing.T) {
	failing := map[string]string{"GET /me": richResponses["GET /me"], "GET /canary_org/statuses": `[{"Id":6354271,"canary@example.pl":[tru`}
	wrong := map[string]string{
		"GET /me": strings.Replace(strings.Replace(richResponses["GET /me"], `true`, `"canary"`, 1), `[{`, `[6354271,{`, 1), "GET /canary_org/statuses": `{"canary@example.pl":[{"Id":"canary","Name":6354271}]}`,
		"GET /canary_org/orders": `[{"Id":"canary","Items":{"canary@example.pl":6354271}},"canary",6354271]`, "GET /canary_org/articles/16519/translations": `"canary"`,
	}
	for name, responses := range map[string]map[string]string{"rich": richResponses, "failing": failing, "wrong": wrong} {
		t.Run(name, func(t *testing.T) {
			respondWith(t, responses)
			var written strings.Builder
			file := filepath.Join(t.TempDir(), "learned.yaml")
			for _, output := range []string{"table", "json", "ndjson"} {
				r := execute(t, "", "verify", "--rate", "10000", "--param", "id=16519", "-o", output, "--overlay", file, "--debug")
				written.WriteString(r.stdout + r.stderr)
			}
			learned, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			written.Write(learned)
			output := strings.ToLower(unstable.ReplaceAllString(strings.ReplaceAll(written.String(), file, ""), ""))
			if len(output) < 5000 || !strings.Contains(output, "xsale call") {
				t.Fatalf("only %d bytes or no log written: the test checks nothing", len(output))
			}
			for _, canary := range canaries {
				if i := strings.Index(output, canary); i >= 0 {
					t.Errorf("%q was written: %s", canary, output[max(0, i-100):min(len(output), i+100)])
				}
			}
		})
	}
}

// A server that rejects a call may repeat the request, and more.
func TestVerifyPrintsNoDataOfFailures(t *testing.T) {
	deviate(t, nil, only("listStatuses", func(e *exchange) {
		e.status = 409
		e.header.Set("X-Request-Id", "canary-request")
		e.value = map[string]any{"title": "canary", "errors": map[string]any{"canary@example.pl": []any{"canary"}}}
	}))
	r := execute(t, "", append(verifyArguments, "--debug", "-o", "table")...).expect(t, exitRejected, "409 Conflict")
	for _, canary := range []string{"canary", "Futuriti_bb7b2a13"} {
		if strings.Contains(r.stdout+r.stderr, canary) {
			t.Errorf("%q was written: %s%s", canary, r.stdout, r.stderr)
		}
	}
}

// ignoredFilters are the findings about a server that ignores the query.
var ignoredFilters = []string{
	`contradicted listOrders query statusidin "" ×0: a key for each element → ignored: two values each return the whole list`,
	`contradicted listOrders query statusnamein "" ×0: a key for each element → ignored: two values each return the whole list`,
}

func TestVerifyLearns(t *testing.T) {
	respondWith(t, richResponses)
	got := verified(t, exitFailed, nil, verify.Contradicted, verify.Failed, verify.New)
	want := []string{
		`new getMe status "" ×0: 2XX → 200`,
		`new getMe field "/*" ×2:  → fields whose names are data: integer`,
		`new getMe field "/Last" ×1:  → null`,
		`new getMe field "/Organizations/0/Nip" ×1:  → string`,
		`new getMe field "/Organizations/0/Since" ×1:  → string of the format date`,
		`new getMe field "/Rights" ×1:  → object`,
		`new getMe field "/Rights/*" ×2:  → fields whose names are data: object`,
		`new getMe field "/Rights/*/Level" ×2:  → integer`,
		`new listTranslations status "" ×0: 2XX → 200`,
		ignoredFilters[0], ignoredFilters[1],
		`new listOrders status "" ×0: 2XX → 200`,
		`new listOrders field "/0/Items/0/OrderItemArticles/0/ArticleId" ×1:  → integer`,
		`new listOrders field "/0/Items/0/OrderItemArticles/0/Stock" ×1:  → object`,
		`new listOrders field "/0/Items/0/OrderItemArticles/0/Stock/*" ×2:  → fields whose names are data: number`,
		`new listOrders field "/0/Items/0/Price" ×1:  → number`,
		`new listOrders field "/0/Buyer" ×2:  → object, nullable`,
		`new listOrders field "/0/Buyer/Contacts" ×1:  → array of object`,
		`new listOrders field "/0/Buyer/Contacts/0/IsMain" ×1:  → boolean`,
		`new listOrders field "/0/Buyer/Contacts/0/Phone" ×1:  → string`,
		`new listOrders field "/0/Buyer/Name" ×1:  → string`,
		`new listOrders field "/0/ByDay" ×2:  → object`,
		`new listOrders field "/0/ByDay/*" ×1:  → fields whose names are data: array of integer`,
		`new listOrders field "/0/Changed" ×2:  → string`,
		`new listOrders field "/1/Code" ×2:  → integer or string`,
		`new listOrders field "/0/Created" ×2:  → string of the format date-time`,
		`new listOrders field "/0/Empty" ×2:  → empty array`,
		`new listOrders field "/0/Matrix" ×2:  → array of array of number`,
		`new listOrders field "/0/Nothing" ×2:  → object`,
		`new listOrders field "/0/Tags" ×2:  → array of integer or string, nullable`,
		`new listOrders field "/0/Totals" ×2:  → object`,
		`new listOrders field "/0/Totals/*" ×2:  → fields whose names are data: number`,
		`new listStatuses status "" ×0: 2XX → 200`,
		`new listStatuses field "/0/Color" ×2:  → string, nullable`,
	}
	expectLines(t, got, want)
}

// The overlay applies to the spec in normal form and as written. The result is valid, its code
// compiles, and a second run finds nothing new.
func TestVerifyOverlayIsValid(t *testing.T) {
	respondWith(t, richResponses)
	file := filepath.Join(t.TempDir(), "learned.yaml")
	execute(t, "", append(verifyArguments, "--overlay", file)...).expect(t, exitFailed, "wrote "+file)
	if got := verified(t, exitFailed, []string{"--apply", file}, verify.Contradicted, verify.New); !slices.Equal(got, ignoredFilters) {
		t.Errorf("the second run finds\n%s", strings.Join(got, "\n"))
	}
	learned, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	result, err := pipeline.Run(openapi.Spec(), pipeline.Options{Overlays: []pipeline.Overlay{{Name: "go", Data: openapi.GoOverlay()}, {Name: "learned", Data: learned}}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(result.Document, codegen.Options{Package: "learned"}, result.Report)
	if err != nil {
		t.Fatal(err)
	}
	var code bytes.Buffer
	for _, file := range files {
		code.Write(file.Content)
	}
	for _, part := range []string{"NIP ", "IsMain ", "Matrix ", "ArticleID "} {
		if !strings.Contains(code.String(), part) {
			t.Errorf("the code has no %s", part)
		}
	}

	document, err := tree.Read(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	if document, err = overlay.Apply(document, "learned", learned, &tree.Report{}); err != nil {
		t.Fatal(err)
	}
	data, err := tree.JSON(document)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	for _, pointer := range []string{
		"/components/schemas/Order/properties/Id", "/components/schemas/Status/properties/Name", "/components/schemas/OrderItem/properties/OrderItemArticles",
		"/paths/~1{organizationName}~1orders/get/responses/2XX", "/paths/~1{organizationName}~1statuses/get/responses/2XX",
	} {
		place, _ := tree.Lookup(document, pointer)
		object, _ := place.(tree.Object)
		if object["x-evidence"] != "observed" || strings.Contains(tree.String(object["description"]), "Inferred") {
			t.Errorf("%s is still inferred: %v", pointer, object)
		}
	}
}

func TestVerifyReportsMissingParameters(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests())
	r := execute(t, "", "verify", "--rate", "10000").expect(t, exitOK, "not called: needs --param id=…, because no response contained one")
	if strings.Contains(r.stdout, "16519") {
		t.Errorf("verify invented an id: %s", r.stdout)
	}
	responses := map[string]string{"GET /me": `{"Organizations":[{"Name":"one"},{"Name":"two"}]}`}
	respondWith(t, responses)
	execute(t, "", "verify", "--rate", "10000").expect(t, exitOK, "not called: needs --organization, because the user has several")
	responses["GET /me"] = `{}`
	execute(t, "", "verify", "--rate", "10000").expect(t, exitOK, "not called: needs --organization, because GET /me contained none")
	if sandbox.Logins() > 2 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}

// If the user passes the organization, a 404 may mean that the organization is wrong.
func TestVerifyUnknownOrganization(t *testing.T) {
	useSandbox(t, xsaletest.WithInvalidRequests())
	t.Setenv("XSALE_ORGANIZATION", "another")
	got := verified(t, exitRejected, nil, verify.Contradicted, verify.Failed)
	want := []string{
		`failed listTranslations status "" ×0: 2XX → 404 Not Found`,
		`failed listOrders status "" ×0: 2XX → 404 Not Found`,
		`failed listStatuses status "" ×0: 2XX → 404 Not Found`,
	}
	expectLines(t, got, want)
}

// Ids come from the list above the path of an operation, or from a field named like the variable.
func TestVerifyFindsIDs(t *testing.T) {
	spec := writeFile(t, `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{
		"/buyers":{"get":{"operationId":"listBuyers","responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"type":"array","items":{"type":"object"}}}}}}}},
		"/buyers/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"get":{"operationId":"getBuyer","responses":{"200":{"description":"OK"}}}},
		"/buyers/{id}/offers/{offerId}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}},{"name":"offerId","in":"path","required":true,"schema":{"type":"string"}}],
			"get":{"operationId":"getOffer","responses":{"200":{"description":"OK"}}}},
		"/search":{"get":{"operationId":"search","parameters":[{"name":"text","in":"query","required":true,"schema":{"type":"string"}}],"responses":{"200":{"description":"OK"}}}}}}`)
	respondWith(t, map[string]string{"GET /buyers": `[{"Id":12}]`, "GET /buyers/12": `{"Name":"x"}`, "GET /search": `[1]`, "GET /buyers/12/offers/a b": `{}`})
	got := verified(t, exitOK, []string{"--spec", spec}, verify.New, verify.Open, verify.Failed)
	want := []string{
		`new listBuyers field "/0/Id" ×1:  → integer`,
		`new getBuyer response "" ×1: no body → object of Name string`,
		`open getOffer operation "" ×0:  → not called: needs --param offerId=…, because no response contained one`,
		`open search operation "" ×0:  → not called: needs --param text=…`,
	}
	expectLines(t, got, want)
	respondWith(t, map[string]string{"GET /buyers": `[{"Id":12,"Offers":[{"OfferId":"a b"}]}]`, "GET /buyers/12": `{}`, "GET /buyers/12/offers/a b": `{}`, "GET /search": `[1]`})
	got = verified(t, exitOK, []string{"--spec", spec}, verify.Open, verify.Failed)
	expectLines(t, got, []string{`open search operation "" ×0:  → not called: needs --param text=…`})
	got = verified(t, exitRejected, []string{"--spec", spec, "--param", "getBuyer.id=13"}, verify.Open, verify.Failed, verify.Contradicted)
	expectLines(t, got, []string{`open search operation "" ×0:  → not called: needs --param text=…`, `failed getBuyer status "" ×0: 200 → 404 Not Found`})
	got = verified(t, exitOK, []string{"--spec", spec, "--param", "search.text=a b"}, verify.New, verify.Open, verify.Failed)
	if !slices.Contains(got, `new search response "" ×1: no body → array of integer`) {
		t.Errorf("with a parameter: got\n%s", strings.Join(got, "\n"))
	}
}

func TestVerifyWritesOnlyOnRequest(t *testing.T) {
	methods := make(chan string, 100)
	deviate(t, func(e *exchange) { methods <- e.request.Method + " " + e.request.URL.Path }, nil)
	execute(t, "", verifyArguments...).expect(t, exitOK)
	for range len(methods) {
		if call := <-methods; !strings.HasPrefix(call, "GET ") {
			t.Errorf("verify sent %s", call)
		}
	}

	file := writeFile(t, orderJSON)
	got := verified(t, exitOK, []string{"--write", "createOrder", "--body", "createOrder=" + file}, verify.New, verify.Confirmed, verify.Open)
	for _, want := range []string{`new createOrder status "" ×0: 2XX → 201`, `confirmed createOrder field "/Id" ×1: integer of the format int64 → integer`} {
		if !slices.Contains(got, want) {
			t.Errorf("missing: %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	writes := 0
	for range len(methods) {
		if call := <-methods; !strings.HasPrefix(call, "GET ") {
			writes++
		}
	}
	if writes != 1 {
		t.Errorf("%d writes", writes)
	}

	file = writeFile(t, `{"LanguageId":2,"Name":"x"}`)
	got = verified(t, exitOK, []string{"--write", "createParameter", "--body", "createParameter=" + file}, verify.Open)
	if want := `open createParameter operation "" ×0:  → not called: needs --param categoryId=…, because it may write`; !slices.Contains(got, want) {
		t.Errorf("missing: %s in\n%s", want, strings.Join(got, "\n"))
	}
	for range len(methods) {
		if call := <-methods; !strings.HasPrefix(call, "GET ") {
			t.Errorf("verify sent %s to an id that the user did not pass", call)
		}
	}
	got = verified(t, exitOK, []string{"--write", "setTranslation", "--body", "setTranslation=" + file}, verify.New, verify.Confirmed)
	for _, want := range []string{`new setTranslation status "" ×0: 2XX → 204`, `confirmed setTranslation response "" ×0: no body → no body`} {
		if !slices.Contains(got, want) {
			t.Errorf("missing: %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	for range len(methods) {
		<-methods
	}

	for arguments, want := range map[string]string{
		"--write createOrder":                      "--write createOrder: the operation needs a body: pass --body createOrder=FILE",
		"--write getMe":                            "the operation only reads",
		"--write deleteOrder":                      "the spec has no such operation that writes; it has setTranslation, createIntegration, createParameter, createOrder",
		"--body createOrder=" + file:               "also pass --write createOrder",
		"--body createOrder":                       "write it as name=value",
		"--rate 0":                                 "--rate 0, --timeout 30s: want positive values",
		"--timeout 0s":                             "want positive values",
		"--apply missing.yaml":                     "--apply missing.yaml",
		"--param id=1 --param id=2":                "--param sets id twice",
		"--param statusin=1":                       "--param statusin: no call takes it; the calls take id, listOrders.organizationName, listOrders.statusidin, listOrders.statusnamein, listStatuses.organizationName, listTranslations.id, listTranslations.organizationName, statusidin, statusnamein",
		"--param listOrder.statusidin=1":           "--param listOrder.statusidin: no call takes it",
		"--param setTranslation.id=1":              "--param setTranslation.id: no call takes it", // without --write
		"--param organizationName=x":               "--param organizationName: no call takes it",  // see --organization
		"--write createOrder --body createOrder=x": noSuchFile(t),
		"--write createOrder --body createOrder=" + writeFile(t, "{"): "want one JSON value",
	} {
		execute(t, "", append([]string{"verify"}, strings.Fields(arguments)...)...).expect(t, exitUsage, want)
	}
	if len(methods) > 0 {
		t.Errorf("verify sent %s despite an invalid flag", <-methods)
	}
}

// An accepted body that violates the spec contradicts it.
func TestVerifyAcceptedBody(t *testing.T) {
	respondWith(t, map[string]string{"GET /me": richResponses["GET /me"], "POST /canary_org/integrations": `{"Id":1}`})
	file := writeFile(t, `{"Name":7,"canary@example.pl":1}`)
	got := verified(t, exitFailed, []string{"--write", "createIntegration", "--body", "createIntegration=" + file}, verify.Contradicted)
	want := []string{
		`contradicted createIntegration request "/IntegrationType" ×1: integer of the format int64 → accepted: missing`,
		`contradicted createIntegration request "/Name" ×1: string → accepted: integer`,
	}
	expectLines(t, slices.DeleteFunc(got, func(line string) bool { return strings.Contains(line, "404") }), want)
}

func TestVerifyLearnsListFormat(t *testing.T) {
	deviate(t, only("listOrders", func(e *exchange) {
		for name, values := range e.query {
			e.query[name] = strings.Split(values[0], ",")
		}
	}), nil)
	file := filepath.Join(t.TempDir(), "learned.yaml")
	execute(t, "", append(verifyArguments, "--overlay", file)...).expect(t, exitFailed, "the API contradicts 2 details of the spec")
	got := verified(t, exitOK, []string{"--apply", file}, verify.Contradicted, verify.New, verify.Failed)
	expectLines(t, got, nil)
}

// The service's own spec is fetched with the tokens of the calls.
func TestVerifySpecOfService(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithOrders(60), xsaletest.WithInvalidRequests())
	t.Setenv("XSALE_TOKEN_STORE", "memory")
	execute(t, "", append(verifyArguments, "--auth", "--spec", sandbox.URL()+"/swagger/v1/swagger.json")...).expect(t, exitOK, `"confirmed"`)
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}

// Nothing is sent to the production address before the user agrees, including the login.
func TestVerifyAsksBeforeProduction(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests())
	for _, address := range []string{"https://api.xsale.ai", "https://API.xsale.ai.:443/v1"} {
		t.Setenv("XSALE_BASE_URL", address)
		execute(t, "yes\n", "verify").expect(t, exitUsage, "is the production address", "--yes", "XSALE_BASE_URL")
		execute(t, "", "verify", "--auth", "--spec", sandbox.URL()+"/swagger/v1/swagger.json").expect(t, exitUsage, "is the production address")
	}
	if sandbox.TokenRequests() != 0 {
		t.Errorf("%d token requests", sandbox.TokenRequests())
	}

	planned := []verify.Planned{{Method: "GET", Path: "/{organizationName}/orders", Filters: []string{"statusidin"}}}
	for input, agreed := range map[string]bool{"yes\n": true, " yes \r\n": true, "yes": true, "y\n": false, "\n": false, "": false, "no\nyes\n": false} {
		var out strings.Builder
		err := askToCall(strings.NewReader(input), &out, "https://api.xsale.ai", planned)
		if (err == nil) != agreed || err != nil && exitCode(t.Context(), err) != exitUsage {
			t.Errorf("%q: %v", input, err)
		}
		if want := "GET /{organizationName}/orders, and up to 12 more times with each of statusidin"; !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
	}
}

// An interrupt ends the calls; the findings so far are reported.
func TestVerifyInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	sandbox := deviate(t, nil, only("listStatuses", func(e *exchange) {
		interrupt()
		<-e.request.Context().Done()
	}))
	var stdout, stderr bytes.Buffer
	file := filepath.Join(t.TempDir(), "learned.yaml")
	code := run(ctx, append(slices.Clone(verifyArguments), "--overlay", file), strings.NewReader(""), &stdout, &stderr)
	r := result{code, stdout.String(), stderr.String()}
	r.expect(t, exitInterrupted, "interrupted: the findings are incomplete")
	var findings []verify.Finding
	if err := json.Unmarshal(stdout.Bytes(), &findings); err != nil {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	reported := map[string]bool{}
	for _, f := range findings {
		reported[fmt.Sprint(f.Verdict, " ", f.Operation, " ", f.Response)] = true
	}
	for _, want := range []string{"confirmed getMe object", "failed listStatuses interrupted", "open listTranslations not called: interrupted"} {
		if !reported[want] {
			t.Errorf("%q is missing in %v", want, reported)
		}
	}
	if learned, err := os.ReadFile(file); err != nil || !strings.Contains(string(learned), "$.paths['/me']") {
		t.Errorf("the overlay is %s, %v", learned, err)
	}
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}

// A failed login ends the run, so it costs one attempt.
func TestVerifyLogsInOnce(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests())
	t.Setenv("XSALE_PASSWORD", "canary-wrong-password")
	execute(t, "", verifyArguments...).expect(t, exitLogin, "wrong user name or password", "not called: the login failed: ")
	if sandbox.TokenRequests() != 1 {
		t.Errorf("%d token requests", sandbox.TokenRequests())
	}
}

// If the overlay goes to standard output, the findings go to standard error.
func TestVerifyOverlayOnStandardOutput(t *testing.T) {
	useSandbox(t, xsaletest.WithInvalidRequests())
	r := execute(t, "", append(slices.Clone(verifyArguments), "--overlay", "-", "-o", "table")...).expect(t, exitOK)
	if value, err := tree.Read([]byte(r.stdout)); err != nil || value["overlay"] != "1.0.0" {
		t.Errorf("%v: %s", err, r.stdout)
	}
	if !strings.Contains(r.stderr, "VERDICT") {
		t.Errorf("standard error lacks the findings: %s", r.stderr)
	}
}

// Orders that change while the filters are tried do not contradict the spec.
func TestVerifyChangingList(t *testing.T) {
	var filtered atomic.Int32
	deviate(t, nil, only("listOrders", func(e *exchange) {
		if list, ok := e.value.([]any); ok && len(e.query) > 0 {
			n := int(filtered.Add(1))
			e.value = append(list, slices.Repeat([]any{map[string]any{"Id": 1, "Items": []any{}}}, n*n)...)
		}
	}))
	got := verified(t, exitOK, nil, verify.Contradicted, verify.Open)
	if want := `open listOrders query statusidin "" ×0: a key for each element → undecided: the orders changed in the meantime`; !slices.Contains(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// Each call is sent once, even if a client would retry it, and within the rate.
func TestVerifyIsGentle(t *testing.T) {
	sent := make(chan string, 100)
	deviate(t, func(e *exchange) { sent <- e.operation }, only("getMe", func(e *exchange) { e.status = 503 }))
	start := time.Now()
	execute(t, "", "verify", "--rate", "40", "--param", "id=16519").expect(t, exitUnavailable, "503 Service Unavailable")
	took := time.Since(start)
	close(sent)
	calls := map[string]int{}
	for operation := range sent {
		calls[operation]++
	}
	if want := map[string]int{"getMe": 1, "listTranslations": 1, "listStatuses": 1, "listOrders": 9}; !maps.Equal(calls, want) {
		t.Errorf("calls: %v", calls)
	}
	if least := 11 * time.Second / 40; took < least {
		t.Errorf("the calls took %v, less than %v", took, least)
	}
	if rate := newVerifyCommand(&app{}).Flags().Lookup("rate").DefValue; rate != "2" {
		t.Errorf("the default rate is %s", rate)
	}
}
