package traffic_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// replayed records a GET of /things and replays it. It requires that the checks accept the traffic.
func replayed(t *testing.T, spec, query, body string) string {
	t.Helper()
	document, err := contract.Load([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	c := document.Call(httptest.NewRequest("GET", "/things"+query, nil))
	accepted := append(c.CheckRequest(nil), c.CheckResponse(200, http.Header{"Content-Type": {"application/json"}}, []byte(body))...)
	if len(accepted) > 0 {
		t.Fatalf("%s %s: %v", query, body, accepted)
	}
	dir := t.TempDir()
	recorder, err := traffic.Record(responding(200, "application/json", body), dir, traffic.WithSpec([]byte(spec)))
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, recorder, "GET", "/things"+query, "")
	replayer, err := traffic.Replay(dir, traffic.WithSpec([]byte(spec)), traffic.WithStrict())
	if err != nil {
		t.Fatalf("%s %s: %v", query, body, err)
	}
	return roundTrip(t, replayer, "GET", "/things"+query, "")
}

// thingsSpec has one operation.
func thingsSpec(parameters, schema, schemas string) string {
	return `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/things":{"get":{"operationId":"list","parameters":[` + parameters +
		`],"responses":{"200":{"description":"","content":{"application/json":{"schema":` + schema + `}}}}}}},"components":{"schemas":{` + schemas + `}}}`
}

// The values are such that a placeholder of a random value would hardly ever follow the rules.
func TestPlaceholdersFollowRules(t *testing.T) {
	numbers := func(low, high int, format string) string {
		var elements []string
		for i := low; i <= high; i++ {
			elements = append(elements, fmt.Sprintf(format, i))
		}
		return strings.Join(elements, ",")
	}
	property := func(name, schema string) string {
		return `{"type":"object","properties":{"` + name + `":` + schema + `}}`
	}
	for name, test := range map[string]struct{ schema, body string }{
		"fraction":           {property("AccountShare", `{"type":"number","minimum":0.5,"maximum":0.9}`), `{"AccountShare":0.75}`},
		"fraction of a step": {property("AccountShare", `{"type":"number","minimum":0.5,"maximum":1,"multipleOf":0.25}`), `{"AccountShare":0.75}`},
		"only the maximum":   {property("Phone", `{"type":"integer","minimum":5,"exclusiveMinimum":true,"maximum":6}`), `{"Phone":6}`},
		"one value":          {property("Phone", `{"type":"integer","minimum":7,"maximum":7}`), `{"Phone":7}`},
		"negative":           {property("Phone", `{"type":"integer","minimum":-9,"maximum":-8}`), `{"Phone":-8}`},
		"decimals of a set":  {property("Lines", `{"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"Phone":{"type":"number","minimum":0.5,"maximum":0.9}}}}`), `{"Lines":[` + numbers(51, 59, `{"Phone":0.%d}`) + `,` + numbers(61, 69, `{"Phone":0.%d}`) + `,` + numbers(71, 79, `{"Phone":0.%d}`) + `,` + numbers(5, 9, `{"Phone":0.%d}`) + `]}`},
		"negative set":       {property("Phones", `{"type":"array","uniqueItems":true,"items":{"type":"integer","minimum":-9,"maximum":-5}}`), `{"Phones":[` + numbers(-9, -5, "%d") + `]}`},
		"exponent":           {property("Phone", `{"type":"number","minimum":1,"maximum":9e8}`), `{"Phone":6.001e8}`},
		"negative zero":      {property("Phone", `{"type":"number"}`), `{"Phone":-0}`},
		"all of a range":     {property("Phones", `{"type":"array","uniqueItems":true,"items":{"type":"integer","minimum":5,"maximum":40}}`), `{"Phones":[` + numbers(5, 40, "%d") + `]}`},
		"dates of a set":     {property("Birthdays", `{"type":"array","uniqueItems":true,"items":{"type":"string","format":"date"}}`), `{"Birthdays":[` + numbers(10, 28, `"1980-05-%d"`) + `]}`},
		"objects of a set":   {property("Lines", `{"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"Phone":{"type":"integer","minimum":5,"maximum":40}}}}`), `{"Lines":[` + numbers(5, 40, `{"Phone":%d}`) + `]}`},
		"lists of a set":     {property("Lines", `{"type":"array","uniqueItems":true,"items":{"type":"array","items":{"type":"string","maxLength":1}}}`), `{"Lines":[["x"],["y"],["z"],["ą"],["ę"],["ż"],["ó"],["ł"],["ć"],["ś"],["-"]]}`},
		"kept after masked":  {property("Tags", `{"type":"array","uniqueItems":true,"items":{"type":"string","pattern":"^[a-c]$","minLength":1}}`), `{"Tags":["a","b","c"]}`},
		"names after others": {`{"type":"object","additionalProperties":{"type":"integer"}}`, `{` + numbers('!', '-', `"\u00%x":1`) + `,` + `"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1}`},
		"all letters":        {property("Codes", `{"type":"array","uniqueItems":true,"items":{"type":"string","pattern":"^[a-z0-9]$"}}`), `{"Codes":["` + strings.Join(strings.Split("zyxwvutsrqponmlkjihgfedcba9876543210", ""), `","`) + `"]}`},
		"many short names":   {`{"type":"object","additionalProperties":{"type":"integer"}}`, `{` + numbers(0x105, 0x17f, `"\u0%x":1`) + `}`},
		"null":               {`{"type":"array","nullable":true,"items":{"type":"string"}}`, `null`},
		"depth":              {`{}`, strings.Repeat(`[`, 300) + strings.Repeat(`]`, 300)},
		"depth of objects":   {`{"$ref":"#/components/schemas/Node"}`, strings.Repeat(`{"Next":`, 300) + `{}` + strings.Repeat(`}`, 300)},
		"byte":               {property("Data", `{"type":"string","format":"byte"}`), `{"Data":"SmFuIEtvd2Fsc2tpLCB1bC4gRMWCdWdhIDUvNw=="}`},
		"one of":             {property("Nip", `{"oneOf":[{"type":"string","pattern":"^[0-9]{10}$"},{"type":"string","pattern":"^PL[0-9]{10}$"}]}`), `{"Nip":"PL5260250274"}`},
	} {
		t.Run(name, func(t *testing.T) {
			const schemas = `"Node":{"type":"object","properties":{"Next":{"$ref":"#/components/schemas/Node"}}}`
			got := replayed(t, thingsSpec("", test.schema, schemas), "", test.body)
			if colons := strings.Count(test.body, ":"); strings.Count(got, ":") != colons {
				t.Errorf("%d fields are left of %d: %.500s", strings.Count(got, ":"), colons, got)
			}
		})
	}
}

func TestMasksKeepDiscriminators(t *testing.T) {
	const schemas = `"Pet":{"type":"object","properties":{"kind":{"type":"string"}},"discriminator":{"propertyName":"kind"}},
		"Big Cat":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","properties":{"lives":{"type":"integer"}}}]}`
	spec := strings.ReplaceAll(thingsSpec("", `{"type":"array","items":{"$ref":"#/components/schemas/Pet"}}`, schemas), "Big Cat", "BigCat")
	if got, want := replayed(t, spec, "", `[{"kind":"BigCat"}]`), `[{"kind":"BigCat"}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMasksOfNumbersKeepDecimals(t *testing.T) {
	spec := thingsSpec("", `{"type":"object","properties":{"AccountShare":{"type":"number","minimum":5,"maximum":6}}}`, "")
	for range 3 {
		if got := replayed(t, spec, "", `{"AccountShare":5.50}`); len(got) != len(`{"AccountShare":5.50}`) {
			t.Error(got)
		}
	}
}

func TestParametersReplay(t *testing.T) {
	list := func(items string) string { return `{"type":"array","uniqueItems":true,"items":` + items + `}` }
	enum := `{"type":"string","enum":["Paid order","New, open","C"]}`
	object := `{"type":"object","properties":{"status":` + enum + `,"phone":{"type":"integer","minimum":5,"maximum":40},
		"inner":{"type":"object","properties":{"status":` + enum + `}},"statuses":{"type":"array","items":` + enum + `}}}`
	for name, test := range map[string]struct{ parameter, query string }{
		"set":             {`{"name":"phone","in":"query","schema":` + list(`{"type":"integer","minimum":5,"maximum":8}`) + `}`, "?phone=5&phone=6&phone=7&phone=8"},
		"set with commas": {`{"name":"phone","in":"query","explode":false,"schema":` + list(`{"type":"integer","minimum":5,"maximum":8}`) + `}`, "?phone=5,6,7,8"},
		"comma":           {`{"name":"status","in":"query","schema":` + enum + `}`, "?status=New,+open"},
		"comma in a list": {`{"name":"status","in":"query","schema":` + list(enum) + `}`, "?status=New,+open&status=C"},
		"pipes":           {`{"name":"status","in":"query","style":"pipeDelimited","explode":false,"schema":` + list(enum) + `}`, "?status=Paid+order%7CC"},
		"spaces":          {`{"name":"phone","in":"query","style":"spaceDelimited","explode":false,"schema":` + list(`{"type":"integer","minimum":5,"maximum":8}`) + `}`, "?phone=5%206"},
		"deep object":     {`{"name":"filter","in":"query","style":"deepObject","explode":true,"schema":` + object + `}`, "?filter%5Bstatus%5D=Paid+order&filter%5Bphone%5D=7"},
		"deeper":          {`{"name":"filter","in":"query","style":"deepObject","explode":true,"schema":` + object + `}`, "?filter%5Binner%5D%5Bstatus%5D=Paid+order&filter%5Bstatuses%5D%5B0%5D=Paid+order"},
		"fields":          {`{"name":"filter","in":"query","schema":` + object + `}`, "?status=Paid+order&phone=7"},
		"name":            {`{"name":"statusidin[]","in":"query","schema":` + list(`{"type":"integer"}`) + `}`, "?statusidin%5B%5D=1&statusidin%5B%5D=2"},
		"boolean":         {`{"name":"flag","in":"query","schema":{"type":"boolean"}}`, "?flag=True"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				replayed(t, thingsSpec(test.parameter, `{}`, ""), test.query, `[]`)
			}
		})
	}
}

// Every program writes another boundary.
func TestMultipartReplays(t *testing.T) {
	dir := t.TempDir()
	recorder, err := traffic.Record(responding(200, `application/json; charset=utf-8; name="Kowalski.json"`, `{}`), dir)
	if err != nil {
		t.Fatal(err)
	}
	send := func(through http.RoundTripper, content string) error {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		if err := form.WriteField("file", content); err != nil {
			t.Fatal(err)
		}
		form.Close()
		request := httptest.NewRequest("POST", "/afy/files", &body)
		request.Header.Set("Content-Type", form.FormDataContentType()+`; filename="Kowalski.pdf"`)
		response, err := through.RoundTrip(request)
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	if err := send(recorder, "Kowalski\xff"); err != nil {
		t.Fatal(err)
	}
	for name, content := range filesOf(t, dir) {
		if strings.Contains(content, "Kowalski") {
			t.Errorf("%s: %s", name, content)
		}
	}
	replayer, err := traffic.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := send(replayer, "Kowalski\xfe"); err == nil {
		t.Error("another file is replayed")
	}
	if err := send(replayer, "Kowalski\xff"); err != nil {
		t.Error(err)
	}
}

// Responses of other kinds than JSON with 200 replay as well.
func TestOtherResponsesReplay(t *testing.T) {
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		header             http.Header
	}{
		"no content":    {"DELETE", "/afy/orders/1", "", 204, http.Header{}},
		"null":          {"GET", "/afy/orders", "null", 200, http.Header{"Content-Type": {"application/json"}}},
		"HEAD":          {"HEAD", "/afy/orders", "", 200, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"120"}}},
		"binary":        {"GET", "/afy/files/1", "%PDF-1.7\x00\xff\xfe", 200, http.Header{"Content-Type": {"application/pdf"}}},
		"not UTF-8":     {"GET", "/afy/files?name=%ff7&status=%fe", "[]", 200, http.Header{"Content-Type": {"application/json"}, "Link": {"</\xb3>; rel=next", "</b>; rel=last"}}},
		"unlisted":      {"GET", "/afy/orders?jan%40kowalski.pl=1&a-1=2&a-2=3", "[]", 200, http.Header{"Content-Type": {"application/json"}}},
		"no media type": {"GET", "/afy/orders", "x", 502, http.Header{}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			next := transport(func(request *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: test.status, Header: test.header, Body: io.NopCloser(strings.NewReader(test.body)), Request: request}, nil
			})
			recorder, err := traffic.Record(next, dir, traffic.WithHeaders("Link"), traffic.WithUnmasked("", "query status"))
			if err != nil {
				t.Fatal(err)
			}
			request := func() *http.Request {
				target, err := url.Parse("http://shop.example" + test.path)
				if err != nil {
					t.Fatal(err)
				}
				return &http.Request{Method: test.method, URL: target, Header: http.Header{}}
			}
			if _, err := recorder.RoundTrip(request()); err != nil {
				t.Fatal(err)
			}
			replayer, err := traffic.Replay(dir, traffic.WithIgnored("", "", "errors"), traffic.WithIgnored("", "header Content-Type", "errors"))
			if err != nil {
				t.Fatal(err)
			}
			response, err := replayer.RoundTrip(request())
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != test.status || (len(body) > 0) != (test.body != "") || len(response.Header.Values("Link")) != len(test.header.Values("Link")) {
				t.Errorf("%d %q %v, %v", response.StatusCode, body, response.Header, err)
			}
		})
	}
}

// Record fails before Replay would have to.
func TestRecordRejectsWhatCannotBeMasked(t *testing.T) {
	spec := thingsSpec(`{"name":"code","in":"query","style":"form","explode":false,"schema":{"type":"object","properties":{"kind":{"type":"string","enum":["Paid order"]}}}}`,
		`{"type":"object","properties":{"Phone":{"type":"integer","allOf":[{"multipleOf":1000003},{"multipleOf":7}]}}}`, "")
	const want = "traffic: record GET /things: no placeholder fits: "
	for _, test := range []struct{ query, body, operation, location string }{
		{"?code=kind,Paid+order", `{}`, "list", "query code"},
		{"", `{"Phone":7000021}`, "list", "/Phone"},
	} {
		recorder, err := traffic.Record(responding(200, "application/json", test.body), t.TempDir(), traffic.WithSpec([]byte(spec)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = recorder.RoundTrip(httptest.NewRequest("GET", "/things"+test.query, nil))
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), test.location) || strings.Contains(err.Error(), "Paid") || strings.Contains(err.Error(), "7000021") {
			t.Errorf("%v", err)
		}
		recorder, err = traffic.Record(responding(200, "application/json", test.body), t.TempDir(), traffic.WithSpec([]byte(spec)), traffic.WithUnmasked(test.operation, test.location))
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, recorder, "GET", "/things"+test.query, "")
	}
}

// A placeholder in a path could be the name of another path.
func TestMaskedPathsStayPaths(t *testing.T) {
	var others []string
	for letter := 'a'; letter <= 'z'; letter++ {
		others = append(others, fmt.Sprintf(`"/codes/%c":{"get":{"responses":{"204":{"description":""}}}}`, letter))
	}
	spec := strings.Replace(thingsSpec("", `{}`, ""), `"/things":{`, strings.Join(others, ",")+`,"/codes/{code}":{"parameters":[{"name":"code","in":"path","required":true,"schema":{"type":"string"}}],`, 1)
	dir := t.TempDir()
	recorder, err := traffic.Record(responding(200, "application/json", `[]`), dir, traffic.WithSpec([]byte(spec)))
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, recorder, "GET", "/codes/%C5%BC", "")
	replayer, err := traffic.Replay(dir, traffic.WithSpec([]byte(spec)), traffic.WithStrict())
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, replayer, "GET", "/codes/%C5%BC", "")
}

// A client sends what it read: the original when it records, and the placeholder when it replays.
func TestPlaceholdersThatAreSentBackReplay(t *testing.T) {
	random := newRandom(t)
	for range fewer.UnderRace(5, 1) {
		spec := []byte(randomSpec(random))
		document, err := contract.Load(spec)
		if err != nil {
			t.Fatal(err)
		}
		traffics := &randomTraffic{random, document}
		var created []randomExchange
		for i := range 16 {
			if e, ok := traffics.next(fmt.Sprintf("/things%d/{id}", i%4), "POST"); ok {
				created = append(created, e)
			}
		}
		current := 0
		server := transport(func(request *http.Request) (*http.Response, error) {
			if request.Method == "GET" {
				return responding(200, "application/json", "["+created[current].requestBody+"]")(request)
			}
			return created[current].response(), nil
		})
		// client copies each thing.
		client := func(through http.RoundTripper) {
			for current = range created {
				path, _, _ := strings.Cut(created[current].target, "?")
				read := roundTrip(t, through, "GET", path, "")
				roundTrip(t, through, "POST", path, strings.TrimSuffix(strings.TrimPrefix(read, "["), "]"))
			}
		}
		dir := t.TempDir()
		recorder, err := traffic.Record(server, dir, traffic.WithSpec(spec))
		if err != nil {
			t.Fatal(err)
		}
		client(recorder)
		replayer, err := traffic.Replay(dir, traffic.WithSpec(spec), traffic.WithIgnored("", "query *", "not sent"))
		if err != nil {
			t.Fatal(err)
		}
		client(replayer)
	}
}

// A number of a body is a string in a query.
func TestNumbersThatAreSentBackReplay(t *testing.T) {
	spec := thingsSpec(`{"name":"nip","in":"query","schema":{"type":"string"}}`, `{"type":"array","items":{"type":"object","properties":{"Nip":{"type":"integer"}}}}`, "")
	dir := t.TempDir()
	client := func(through http.RoundTripper) {
		var things []struct{ Nip json.Number }
		if err := json.Unmarshal([]byte(roundTrip(t, through, "GET", "/things", "")), &things); err != nil {
			t.Fatal(err)
		}
		for _, thing := range things {
			roundTrip(t, through, "GET", "/things?nip="+thing.Nip.String(), "")
		}
	}
	recorder, err := traffic.Record(responding(200, "application/json", `[{"Nip":5260250274},{"Nip":7740001454},{"Nip":6340125442}]`), dir, traffic.WithSpec([]byte(spec)))
	if err != nil {
		t.Fatal(err)
	}
	client(recorder)
	replayer, err := traffic.Replay(dir, traffic.WithSpec([]byte(spec)))
	if err != nil {
		t.Fatal(err)
	}
	client(replayer)
}
