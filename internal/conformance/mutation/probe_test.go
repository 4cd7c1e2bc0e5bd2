package mutation_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// probe is a valid exchange broken in one location, so that the contract rejects its request or its
// response. Probes detect a missing rule, which no valid exchange can.
type probe struct {
	exchange
	name       string
	ofResponse bool // breaks the response
}

// probesOf breaks the exchanges of the client.
func probesOf(t *testing.T, good []exchange) []probe {
	var probes []probe
	met := map[string]bool{}
	for _, e := range good {
		types := typesOf[e.operation]
		if e.operation == "" || e.status/100 != 2 {
			continue
		}
		if !met[e.operation] {
			met[e.operation] = true
			probes = append(probes, requestProbes(e)...)
		}
		for broken := range brokenBodies(t, e.body, types.request) {
			p := probe{exchange: e, name: e.operation + " with " + broken.name}
			p.body = broken.body
			probes = append(probes, p)
		}
		for broken := range brokenBodies(t, e.responseBody, types.response) {
			p := probe{exchange: e, name: e.operation + " with response " + broken.name, ofResponse: true}
			p.responseBody = broken.body
			probes = append(probes, p)
		}
	}
	// Several exchanges have the same fields: one probe of each is enough.
	slices.SortStableFunc(probes, func(a, b probe) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(probes, func(a, b probe) bool { return a.name == b.name })
}

// requestProbes breaks everything but the values of the body.
func requestProbes(e exchange) []probe {
	var probes []probe
	add := func(name string, change func(*probe)) {
		p := probe{exchange: e, name: e.operation + " " + name}
		p.header = e.header.Clone()
		change(&p)
		probes = append(probes, p)
	}
	add("without the access token", func(p *probe) { p.header.Del("Authorization") })
	add("with an access token without Bearer", func(p *probe) {
		p.header.Set("Authorization", strings.TrimPrefix(p.header.Get("Authorization"), "Bearer "))
	})
	add("without the ID token", func(p *probe) { p.header.Del("x-id-token") })
	add("of another path", func(p *probe) { p.target = strings.Replace(p.target, "/", "/Unlisted/", 1) })
	add("of another method", func(p *probe) { p.method = http.MethodDelete })
	for _, number := range []string{"/16519/", "/1/", "/12/"} {
		if strings.Contains(e.target, number) {
			for _, text := range []string{"text", "1.5", "99999999999999999999"} {
				add("with "+text+" instead of "+number, func(p *probe) { p.target = strings.Replace(p.target, number, "/"+text+"/", 1) })
			}
		}
	}
	switch e.operation {
	case "listOrders":
		for _, query := range []string{"statusidin=text", "statusidin=", "statusidin=1,2", "statusidin=1.5", "statusidin=1&statusidin=text", "statusidin=99999999999999999999"} {
			add("with "+query, func(p *probe) { p.target += "?" + query })
		}
	case "createOrder":
		for name, change := range map[string][2]string{
			"no lines":          {`"Items":[`, `"Items":[],"UnlistedItems":[`},
			"no price":          {`"PriceGross"`, `"UnlistedPrice"`},
			"a date in Polish":  {"2024-10-25", "25.10.2024"},
			"no day of a month": {"2024-10-25", "2024-02-30"},
		} {
			add("with "+name, func(p *probe) {
				p.body = bytes.Replace(e.body, []byte(change[0]), []byte(change[1]), 1)
			})
		}
	}
	if len(e.body) > 0 {
		add("without a body", func(p *probe) { p.body = nil })
		add("as text/plain", func(p *probe) { p.header.Set("Content-Type", "text/plain") })
		add("without a content type", func(p *probe) { p.header.Del("Content-Type") })
		add("with invalid JSON", func(p *probe) { p.body = []byte(`{"Name":`) })
	}
	if len(e.responseBody) > 0 {
		add("with a page as response", func(p *probe) {
			p.ofResponse = true
			p.responseHeader = http.Header{"Content-Type": {"text/html"}}
		})
		add("with an empty response", func(p *probe) { p.ofResponse, p.responseBody = true, nil })
	}
	return probes
}

type brokenBody struct {
	name string
	body []byte
}

// literals has a value of each JSON type.
var literals = []string{`"text"`, `1`, `1.5`, `99999999999999999999`, `true`, `null`, `[]`, `{}`}

// brokenBodies yields bodies in which one value is replaced by a literal that its Go type cannot
// have, or one required field is missing.
func brokenBodies(t *testing.T, body []byte, typ reflect.Type) func(yield func(brokenBody) bool) {
	return func(yield func(brokenBody) bool) {
		if typ == nil || len(body) == 0 {
			return
		}
		value := decoded(t, body)
		for _, location := range valuesOf("", value, typ) {
			for _, literal := range literals {
				if !accepts(location.typ, literal) && !yield(brokenBody{location.pointer + " as " + literal, encoded(t, replaced(value, location.pointer, decoded(t, []byte(literal))))}) {
					return
				}
			}
			if location.required && !yield(brokenBody{"no " + location.pointer, encoded(t, replaced(value, location.pointer, absent))}) {
				return
			}
		}
	}
}

// accepts reports whether a type of package gen accepts a JSON value.
func accepts(typ reflect.Type, literal string) bool {
	switch typ {
	case reflect.TypeFor[wire.Nullable[string]]():
		return literal == `"text"` || literal == `null`
	case reflect.TypeFor[wire.Decimal]():
		return literal == `1` || literal == `1.5` || literal == `99999999999999999999`
	case reflect.TypeFor[wire.DateTime]():
		return false // no date
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return accepts(typ.Elem(), literal)
	case reflect.Int64:
		return literal == `1`
	case reflect.String:
		return literal == `"text"`
	case reflect.Bool:
		return literal == `true`
	case reflect.Slice:
		return literal == `[]`
	case reflect.Struct:
		return literal == `{}`
	}
	panic("package gen has a new kind of type: " + typ.String())
}

// valueOf is a value in a body with a type of package gen.
type valueOf struct {
	pointer  string
	typ      reflect.Type
	required bool
}

// valuesOf lists the locations of a body, of lists the first element.
func valuesOf(pointer string, value any, typ reflect.Type) []valueOf {
	locations := []valueOf{{pointer: pointer, typ: typ}}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch value := value.(type) {
	case []any:
		if len(value) > 0 {
			locations = append(locations, valuesOf(tree.Join(pointer, "0"), value[0], typ.Elem())...)
		}
	case tree.Object:
		for _, field := range fieldsOf(typ) {
			if inner, ok := value[field.name]; ok {
				inside := valuesOf(tree.Join(pointer, field.name), inner, field.typ)
				inside[0].required = field.required
				locations = append(locations, inside...)
			}
		}
	}
	return locations
}

// absent removes a field.
var absent = new(struct{})

// replaced returns a copy of a JSON value with another one at a location of it.
func replaced(value any, pointer string, by any) any {
	if pointer == "" {
		return by
	}
	value = tree.Clone(value)
	tokens, _ := tree.Split(pointer)
	last := len(tokens) - 1
	parent, _ := tree.Lookup(value, tree.Join("", tokens[:last]...))
	switch parent := parent.(type) {
	case []any:
		parent[0] = by
	case tree.Object:
		parent[tokens[last]] = by
		if by == any(absent) {
			delete(parent, tokens[last])
		}
	}
	return value
}

func decoded(t *testing.T, data []byte) any {
	t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sendProbes sends the requests to the sandbox, which must reject each.
func sendProbes(t *testing.T, sandbox *xsaletest.Sandbox, probes []probe) {
	for _, p := range probes {
		if p.ofResponse {
			continue
		}
		request, err := http.NewRequestWithContext(t.Context(), p.method, sandbox.URL()+p.target, bytes.NewReader(p.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = p.header
		response, err := sandbox.HTTPClient().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		// A rejected token would hide whether the sandbox rejects the rest.
		tokenRejected := response.StatusCode == http.StatusUnauthorized
		if response.StatusCode/100 != 4 || tokenRejected != strings.Contains(p.name, " token") {
			t.Errorf("%s: the sandbox responds with %d", p.name, response.StatusCode)
		}
	}
}
