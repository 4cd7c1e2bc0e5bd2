package param_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/param"
)

type every struct {
	Text     *string           `query:"text"`
	Need     string            `query:"need,required"`
	Reserved *string           `query:"reserved,allowReserved"`
	Number   *int32            `query:"number"`
	Yes      *bool             `query:"yes"`
	Price    *wire.Decimal     `query:"price"`
	Day      *wire.DateTime    `query:"day"`
	Sort     *sort             `query:"sort"`
	List     []string          `query:"list"`
	Prices   []wire.Decimal    `query:"prices"`
	Days     []wire.DateTime   `query:"days,joined"`
	Joined   []string          `query:"joined,joined"`
	Spaces   []string          `query:"spaces,spaceDelimited"`
	Pipes    []string          `query:"pipes,pipeDelimited"`
	Numbers  []int64           `query:"numbers,pipeDelimited"`
	Fields   map[string]string `query:"fields,joined"`
	Dynamic  map[string]string `query:"dynamic"`
	Object   *filter           `query:"object,deepObject"`
	Deep     map[string]filter `query:"deep,deepObject"`
	Filters  []filter          `query:"filters,deepObject"`
	JSON     *filter           `query:"json,json"`

	Header  *string        `header:"X-Header"`
	Headers []string       `header:"X-Headers"`
	Pairs   map[string]int `header:"X-Pairs,exploded"`
	Flat    map[string]int `header:"X-Flat"`

	Cookie  *string           `cookie:"cookie"`
	Cookies []string          `cookie:"cookies"`
	Crumbs  []string          `cookie:"crumbs,joined"`
	Cake    map[string]string `cookie:"cake,joined"`
}

// arrive returns a request as a server reads it.
func arrive(t *testing.T, query string, header http.Header) *http.Request {
	t.Helper()
	sent, err := http.NewRequest(http.MethodGet, "http://host/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	sent.URL.RawQuery = query
	sent.Header = header
	var wire bytes.Buffer
	if err := sent.Write(&wire); err != nil {
		t.Fatal(err)
	}
	request, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// What one side sends is what the other reads, or it is rejected. The query has no name and no
// value that was not given.
func TestEveryStyleArrivesAsSent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sent := 0
	for i := range 5000 {
		var params every
		fill(random, reflect.ValueOf(&params).Elem())
		header := http.Header{}
		query, err := param.Encode(&params, header)
		if err != nil {
			continue
		}
		sent++
		var arrived every
		if err := param.Bind(&arrived, arrive(t, query, header), nil); err != nil {
			t.Fatalf("%d: %v\n%s\n%v", i, err, query, header)
		}
		if !reflect.DeepEqual(arrived, params) {
			t.Fatalf("%d: sent %s\narrived %s\n%s\n%v", i, show(params), show(arrived), query, header)
		}
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		for name := range values {
			name, _, _ := strings.Cut(name, "[")
			if _, dynamic := params.Dynamic[name]; !dynamic && !declares(name) {
				t.Fatalf("%d: %q was not given: %s", i, name, query)
			}
		}
	}
	if sent < 500 {
		t.Errorf("only %d of the requests could be sent", sent)
	}
}

func declares(name string) bool {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[every]()) {
		if declared, _, _ := strings.Cut(field.Tag.Get("query"), ","); declared == name {
			return true
		}
	}
	return false
}

func show(value any) string {
	data, err := json.Marshal(value)
	return fmt.Sprint(string(data), err)
}

var texts = []string{"a", "b c", "x,y", "1", "true", "null", "", "&admin=1", "a=b", "%2C", "+", "ż", "|", ";", "#", "\"q\"", "a.b", "{}", "/", "?", "\\", "'"}

// fill sets some of the fields to random values.
func fill(random *rand.Rand, v reflect.Value) {
	switch value := v.Addr().Interface().(type) {
	case *wire.Decimal:
		*value = wire.MustDecimal([]string{"1.50", "-2", "0.001", "12345678901234567890.5"}[random.IntN(4)])
		return
	case *wire.DateTime:
		*value = []wire.DateTime{wire.NewDate(2024, 10, 25), wire.NewDate(1, 1, 1)}[random.IntN(2)]
		return
	}
	some := func() bool { return random.IntN(8) == 0 }
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[random.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(int32(random.Uint32())))
	case reflect.Pointer:
		if some() {
			v.Set(reflect.New(v.Type().Elem()))
			fill(random, v.Elem())
			if v.Elem().Kind() == reflect.Struct && v.Elem().NumField() > 2 && v.Elem().IsZero() {
				v.SetZero() // an object without fields cannot be sent
			}
		}
	case reflect.Slice:
		if some() {
			for range 1 + random.IntN(3) {
				element := reflect.New(v.Type().Elem()).Elem()
				fill(random, element)
				if element.Kind() == reflect.Struct && element.IsZero() {
					continue
				}
				v.Set(reflect.Append(v, element))
			}
		}
	case reflect.Map:
		if some() {
			v.Set(reflect.MakeMap(v.Type()))
			for range 1 + random.IntN(3) {
				value := reflect.New(v.Type().Elem()).Elem()
				fill(random, value)
				if value.Kind() != reflect.Struct || !value.IsZero() {
					v.SetMapIndex(reflect.ValueOf(texts[random.IntN(len(texts))]), value)
				}
			}
			if v.Len() == 0 {
				v.SetZero()
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(random, v.Field(i))
		}
	}
}

func TestPathsArriveAsSent(t *testing.T) {
	type values struct {
		Text   string            `path:"text"`
		List   []string          `path:"list"`
		Label  []string          `path:"label,label"`
		Dots   []int             `path:"dots,label,exploded"`
		Matrix []string          `path:"matrix,matrix"`
		Each   []string          `path:"each,matrix,exploded"`
		Object map[string]string `path:"object,exploded"`
		Fields map[string]string `path:"fields"`
		JSON   []string          `path:"json,json"`
		Rest   string            `path:"rest,catchAll"`
	}
	random := rand.New(rand.NewPCG(3, 4))
	sent := 0
	for range 3000 {
		text := func() string { return texts[random.IntN(len(texts))] }
		list := func() []string { return []string{text(), text()} }
		object := func() map[string]string { return map[string]string{text(): text()} }
		v := values{text(), list(), list(), []int{random.IntN(9), random.IntN(9)}, list(), list(), object(), object(), list(), text() + "/" + text()}
		names := []string{"text", "list", "label", "dots", "matrix", "each", "object", "fields", "json", "rest"}
		template := "{" + strings.Join(names, "}/{") + "}"
		path, err := param.Path(template, []any{v.Text, v.List, param.Styled("label,label", v.Label), param.Styled("dots,label,exploded", v.Dots),
			param.Styled("matrix,matrix", v.Matrix), param.Styled("each,matrix,exploded", v.Each), param.Styled("object,exploded", v.Object), v.Fields, param.Styled("json,json", v.JSON), param.Styled("rest,catchAll", v.Rest)})
		if err != nil {
			continue
		}
		sent++
		parts := strings.SplitN(path, "/", len(names))
		var arrived values
		err = param.Bind(&arrived, arrive(t, "", http.Header{}), func(name string) string { return parts[slices.Index(names, name)] })
		if err != nil || !reflect.DeepEqual(arrived, v) {
			t.Fatalf("sent %+v\narrived %+v, %v\n%s", v, arrived, err, path)
		}
	}
	if sent < 500 {
		t.Errorf("only %d of the paths could be sent", sent)
	}
}

func TestBindRejects(t *testing.T) {
	type params struct {
		Number *int32          `query:"number"`
		Yes    *bool           `query:"yes"`
		Need   *string         `query:"need,required"`
		Deep   *filter         `query:"deep,deepObject"`
		Days   []wire.DateTime `query:"days"`
		Fields map[string]int  `query:"fields,joined"`
	}
	for query, want := range map[string]string{
		"":                                    "query parameter need: it has no value",
		"need=1&number=2147483648":            `query parameter number: "2147483648" is not an integer of 32 bits`,
		"need=1&number=":                      "is not an integer",
		"need=1&number=1&number=2":            "query parameter number: it was sent more than once",
		"need=1&yes=1":                        `"1" is neither true nor false`,
		"need=1&days=yesterday":               "query parameter days: element 0",
		"need=1&deep[city":                    `"deep[city" is not a field of it`,
		"need=1&deep[limit]=a":                "query parameter deep",
		"need=1&deep[city]=a&deep[city][x]=b": "is a value and an object",
		"need=1&fields=a":                     "a field has no value",
		"need=%zz":                            "invalid URL escape",
	} {
		var bound params
		if err := param.Bind(&bound, arrive(t, query, http.Header{}), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", query, err, want)
		}
	}
	var bound params
	if err := param.Bind(&bound, arrive(t, "need=&yes=True&other=1&deep[unknown]=1", http.Header{}), nil); err != nil || bound.Need == nil || !*bound.Yes || bound.Deep == nil {
		t.Errorf("got %+v, %v", bound, err)
	}
}

func TestMapTakesNoFieldsOfAnotherObject(t *testing.T) {
	type paging struct {
		Page int `json:"page"`
	}
	type params struct {
		Tags   map[string]string `query:"tags"`
		Paging *paging           `query:"paging"`
	}
	given := params{map[string]string{"pl": "a"}, &paging{2}}
	request, err := http.NewRequest(http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if request.URL.RawQuery, err = param.Encode(&given, request.Header); err != nil {
		t.Fatal(err)
	}
	var bound params
	if err := param.Bind(&bound, request, nil); err != nil || show(bound) != show(given) {
		t.Error(show(bound), err)
	}
	given.Tags["page"] = "3"
	if query, err := param.Encode(&given, request.Header); err == nil {
		t.Errorf("%s was sent", query)
	}
}
