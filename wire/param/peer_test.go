package param_test

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/oapi-codegen/runtime"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/param"
)

// An independent reader of the same rules: servers that oapi-codegen generates.
func TestServersOfOapiCodegenReadWhatIsSent(t *testing.T) {
	type params struct {
		Text   string            `query:"text"`
		Number int32             `query:"number"`
		Price  wire.Decimal      `query:"price"`
		Day    wire.DateTime     `query:"day"`
		List   []string          `query:"list"`
		Joined []string          `query:"joined,joined"`
		Pipes  []string          `query:"pipes,pipeDelimited"`
		Spaces []int64           `query:"spaces,spaceDelimited"`
		Deep   map[string]string `query:"deep,deepObject"`
	}
	styles := map[string]struct {
		style   string
		explode bool
	}{
		"Text": {"form", true}, "Number": {"form", true}, "List": {"form", true},
		"Price": {"form", false}, "Day": {"form", false}, // exploded, it looks for the fields of the struct
		"Joined": {"form", false}, "Pipes": {"pipeDelimited", false}, "Spaces": {"spaceDelimited", false}, "Deep": {"deepObject", true},
	}
	random := rand.New(rand.NewPCG(5, 6))
	word := func() string { return texts[random.IntN(len(texts))] }
	sent := 0
	for range 2000 {
		p := params{
			Text: word(), Number: int32(random.Uint32()), Price: wire.MustDecimal("12345678901234567890.50"), Day: wire.NewDate(2024, 10, 25),
			List: []string{word(), word()}, Joined: []string{word(), word()}, Pipes: []string{word(), word()},
			Spaces: []int64{random.Int64(), -1}, Deep: map[string]string{"key": word()},
		}
		query, err := param.Encode(&p, http.Header{})
		if err != nil {
			continue // text that the style cannot express
		}
		sent++
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(query, err)
		}
		var read params
		for i, field := range reflect.VisibleFields(reflect.TypeFor[params]()) {
			name, _, _ := strings.Cut(field.Tag.Get("query"), ",")
			target := reflect.ValueOf(&read).Elem().Field(i).Addr().Interface()
			s := styles[field.Name]
			if name == "joined" { // the only reader that tells an escaped comma from a separator
				err = runtime.BindRawQueryParameter(s.style, s.explode, true, name, query, target)
			} else {
				err = runtime.BindQueryParameterWithOptions(s.style, s.explode, true, name, values, target, runtime.BindQueryParameterOptions{})
			}
			if err != nil {
				t.Fatalf("%s of %s: %v", name, query, err)
			}
		}
		if !reflect.DeepEqual(read, p) {
			t.Fatalf("sent %s\nread %s\n%s", show(p), show(read), query)
		}
	}
	if sent < 500 {
		t.Errorf("only %d of the requests could be sent", sent)
	}
}
