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

// probe is a good exchange that was spoilt in one place, so that the contract refuses its request
// or its answer. Probes show that a rule is gone, which no good exchange can.
type probe struct {
	exchange
	name     string
	isAnswer bool // the answer is what is spoilt
}

// probesOf spoils the exchanges of the client.
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
		for spoilt := range spoiltBodies(t, e.body, types.request) {
			p := probe{exchange: e, name: e.operation + " with " + spoilt.name}
			p.body = spoilt.body
			probes = append(probes, p)
		}
		for spoilt := range spoiltBodies(t, e.answer, types.answer) {
			p := probe{exchange: e, name: e.operation + " answered with " + spoilt.name, isAnswer: true}
			p.answer = spoilt.body
			probes = append(probes, p)
		}
	}
	// Several exchanges have the same members: one probe of each is enough.
	slices.SortStableFunc(probes, func(a, b probe) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(probes, func(a, b probe) bool { return a.name == b.name })
}

// requestProbes spoils everything but the values of the body.
func requestProbes(e exchange) []probe {
	var probes []probe
	add := func(name string, change func(*probe)) {
		p := probe{exchange: e, name: e.operation + " " + name}
		p.header = e.header.Clone()
		change(&p)
		probes = append(probes, p)
	}
	add("without the access token", func(p *probe) { p.header.Del("Authorization") })
	add("with an access token without its word", func(p *probe) {
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
		add("with a text", func(p *probe) { p.header.Set("Content-Type", "text/plain") })
		add("without a content type", func(p *probe) { p.header.Del("Content-Type") })
		add("with what is not JSON", func(p *probe) { p.body = []byte(`{"Name":`) })
	}
	if len(e.answer) > 0 {
		add("answered with a page", func(p *probe) {
			p.isAnswer = true
			p.answerHeader = http.Header{"Content-Type": {"text/html"}}
		})
		add("answered with nothing", func(p *probe) { p.isAnswer, p.answer = true, nil })
	}
	return probes
}

type spoilt struct {
	name string
	body []byte
}

// literals are the values of each sort that JSON has.
var literals = []string{`"text"`, `1`, `1.5`, `99999999999999999999`, `true`, `null`, `[]`, `{}`}

// spoiltBodies yields a body with each of its values replaced by each that the type of package gen
// for it cannot hold, and without each member that the type always writes.
func spoiltBodies(t *testing.T, body []byte, typ reflect.Type) func(yield func(spoilt) bool) {
	return func(yield func(spoilt) bool) {
		if typ == nil || len(body) == 0 {
			return
		}
		value := decoded(t, body)
		for _, place := range valuesOf("", value, typ) {
			for _, literal := range literals {
				if !holds(place.typ, literal) && !yield(spoilt{place.pointer + " as " + literal, encoded(t, replaced(value, place.pointer, decoded(t, []byte(literal))))}) {
					return
				}
			}
			if place.isRequired && !yield(spoilt{"no " + place.pointer, encoded(t, replaced(value, place.pointer, absent))}) {
				return
			}
		}
	}
}

// holds reports whether a type of package gen is for such a JSON value.
func holds(typ reflect.Type, literal string) bool {
	switch typ {
	case reflect.TypeFor[wire.Nullable[string]]():
		return literal == `"text"` || literal == `null`
	case reflect.TypeFor[wire.Decimal]():
		return literal == `1` || literal == `1.5` || literal == `99999999999999999999`
	case reflect.TypeFor[wire.DateTime]():
		return false // a text is no date
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return holds(typ.Elem(), literal)
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
	panic("package gen has a new sort of type: " + typ.String())
}

// valueOf is a place in a body that package gen has a type for.
type valueOf struct {
	pointer    string
	typ        reflect.Type
	isRequired bool
}

// valuesOf lists the places of a body, of lists the first element.
func valuesOf(pointer string, value any, typ reflect.Type) []valueOf {
	places := []valueOf{{pointer: pointer, typ: typ}}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch value := value.(type) {
	case []any:
		if len(value) > 0 {
			places = append(places, valuesOf(tree.Join(pointer, "0"), value[0], typ.Elem())...)
		}
	case tree.Object:
		for _, field := range fieldsOf(typ) {
			if member, ok := value[field.name]; ok {
				inside := valuesOf(tree.Join(pointer, field.name), member, field.typ)
				inside[0].isRequired = field.isRequired
				places = append(places, inside...)
			}
		}
	}
	return places
}

// absent takes a member away.
var absent = new(struct{})

// replaced returns a copy of a JSON value with another one at a place of it.
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

// sendProbes sends the requests to the sandbox, and fails where one is not refused.
func sendProbes(t *testing.T, sandbox *xsaletest.Sandbox, probes []probe) {
	for _, p := range probes {
		if p.isAnswer {
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
		// A token that is refused would hide that the sandbox does not mind what is spoilt.
		isRefusedToken := response.StatusCode == http.StatusUnauthorized
		if response.StatusCode/100 != 4 || isRefusedToken != strings.Contains(p.name, " token") {
			t.Errorf("%s: the sandbox answers %d", p.name, response.StatusCode)
		}
	}
}
