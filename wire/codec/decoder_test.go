package codec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// Decoders are pooled: any goroutine may get a used one, even after an error.
func TestConcurrentDecodersDoNotMix(t *testing.T) {
	var group sync.WaitGroup
	for worker := range 16 {
		group.Go(func() {
			for round := range 100 {
				name := fmt.Sprintf("%d-%d", worker, round)
				input := strings.Repeat("x", 1+(worker*31+round*17)%900) + name
				list := fmt.Sprintf(`[{"ID":%d,"Name":%q,"Of":%q,"Children":[{"Name":%[3]q,"Of":%[2]q}]}]`, round, input, name)
				if round%3 == 0 {
					var broken []child
					if err := codec.Unmarshal([]byte(list[:len(list)-1-round%50]), &broken); err == nil {
						t.Errorf("%s: truncated list decoded", name)
					}
				}
				var got []child
				if err := codec.Unmarshal([]byte(list), &got); err != nil {
					t.Error(err)
					continue
				}
				of, _ := got[0].UnknownFields.Get("Of")
				inner, _ := got[0].Children[0].UnknownFields.Get("Of")
				if got[0].ID != int64(round) || got[0].Name != input || string(of) != `"`+name+`"` ||
					got[0].Children[0].Name != name || string(inner) != `"`+input+`"` {
					t.Errorf("%s: got %+v", name, got)
				}
			}
		})
	}
	group.Wait()
}

func TestValuesDoNotShareMemoryWithInput(t *testing.T) {
	input := []byte(sampleDocument)
	var got document
	if err := codec.Unmarshal(input, &got); err != nil {
		t.Fatal(err)
	}
	before := described(got)
	for i := range input {
		input[i] = 'X'
	}
	for _, other := range hostileDocuments { // most likely with the same Decoder
		codec.Unmarshal([]byte(other), new(document))
	}
	if got := described(got); got != before {
		t.Errorf("got\n%s\nwant\n%s", got, before)
	}
}

func TestUnmarshalDoesNotChangeInput(t *testing.T) {
	for _, input := range hostileDocuments {
		data := []byte(input)
		codec.Unmarshal(data, new(document))
		if string(data) != input {
			t.Errorf("Unmarshal changed %q to %q", input, data)
		}
	}
}

func TestDecoderRecoversFromError(t *testing.T) {
	var want document
	if err := codec.Unmarshal([]byte(sampleDocument), &want); err != nil {
		t.Fatal(err)
	}
	for _, input := range append([]string{`{"a":1,"Child":{"b":2,"Children":[{"c":3},{"d":`, `{"Children":[{"x":1,"Children":[{"y":1,"ID":"a"}]}]}`}, hostileDocuments...) {
		codec.Unmarshal([]byte(input), new(document))
		var got document
		if err := codec.Unmarshal([]byte(sampleDocument), &got); err != nil || described(got) != described(want) {
			t.Errorf("after %.100q: %v\n%s", input, err, described(got))
		}
	}
}

// A panic in a method of a type must not affect the next document.
func TestDecoderRecoversFromPanic(t *testing.T) {
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		codec.Unmarshal([]byte(`[{"ID":1,"lost":2},{"Children":[]}]`), &[]panicking{})
	}()
	TestDecoderRecoversFromError(t)
}

type panicking struct {
	Children           panickingList
	wire.UnknownFields `json:"-"`
}

type panickingList struct{}

func (*panickingList) DecodeJSON(*codec.Decoder) { panic("bug in the type") }

func TestRecursiveTypes(t *testing.T) {
	// The number of children differs on each level of the tree.
	var input strings.Builder
	count := 0
	var write func(depth int)
	write = func(depth int) {
		count++
		fmt.Fprintf(&input, `{"ID":%d,"n":%d,"Children":[`, count, count)
		for i := range depth {
			if i > 0 {
				input.WriteByte(',')
			}
			write(depth - 1)
		}
		input.WriteString("]}")
	}
	write(5)
	var tree child
	if err := codec.Unmarshal([]byte(input.String()), &tree); err != nil {
		t.Fatal(err)
	}
	seen := 0
	var check func(node child, depth int)
	check = func(node child, depth int) {
		seen++
		n, _ := node.UnknownFields.Get("n")
		if node.ID != int64(seen) || string(n) != fmt.Sprint(seen) || node.Children == nil || len(node.Children) != depth {
			t.Fatalf("node %d: got ID %d, n %s and %d children", seen, node.ID, n, len(node.Children))
		}
		for _, inner := range node.Children {
			check(inner, depth-1)
		}
	}
	check(tree, 5)
	if seen != count || count < 50 {
		t.Errorf("got %d nodes, want %d", seen, count)
	}
}

func TestSlicesAreEmptyOrNil(t *testing.T) {
	got := document{Texts: []string{"old"}, Longs: []int64{7}, Rows: [][]int64{{7}}}
	if err := codec.Unmarshal([]byte(`{"Texts":[],"Longs":null,"Rows":[[],null,[1]],"Children":[{"Children":[]},{"Children":null},{}]}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.Texts == nil || len(got.Texts) != 0 || got.Longs != nil || len(got.Rows) != 3 || got.Rows[0] == nil || len(got.Rows[0]) != 0 ||
		got.Rows[1] != nil || len(got.Rows[2]) != 1 || got.Children[0].Children == nil || got.Children[1].Children != nil || got.Children[2].Children != nil {
		t.Errorf("got %#v", got)
	}
	for _, length := range []int{0, 1, 3, 4, 5, 255, 256, 257, 1000, 2, 0} {
		input := "[" + strings.TrimSuffix(strings.Repeat("1,", length), ",") + "]"
		var numbers document
		if err := codec.Unmarshal([]byte(`{"Longs":`+input+`}`), &numbers); err != nil || len(numbers.Longs) != length || cap(numbers.Longs) > 2*length {
			t.Errorf("%d numbers: got length %d, capacity %d, error %v", length, len(numbers.Longs), cap(numbers.Longs), err)
		}
	}
}

// Earlier lists must not make a short document take much memory.
func TestNestedSlicesTakeLittleMemory(t *testing.T) {
	const depth = 4000
	input := `{"Children":[{"Children":[` + strings.TrimSuffix(strings.Repeat("{},", 256), ",") + `]},` +
		strings.Repeat(`{"Children":[`, depth) + strings.Repeat("]}", depth) + "]}"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := codec.Unmarshal([]byte(input), new(child)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 10<<20 {
		t.Errorf("allocated %d bytes for an input of %d", got, len(input))
	}
}

func TestValueErrorsHavePointerButNoValue(t *testing.T) {
	for input, pointer := range map[string]string{
		`{"Text":["Kowalska"]}`:                       "/Text",
		`{"Long":"Kowalska"}`:                         "/Long",
		`{"Long":48600123456e1}`:                      "/Long",
		`{"Int":48600123456}`:                         "/Int",
		`{"int":48600123456}`:                         "/int",
		`{"Number":"Kowalska"}`:                       "/Number",
		`{"Flag":"Kowalska"}`:                         "/Flag",
		`{"Word":{"Kowalska":"Kowalska"}}`:            "/Word",
		`{"LongPointer":"Kowalska"}`:                  "/LongPointer",
		`{"Child":"Kowalska"}`:                        "/Child",
		`{"Child":{"ID":"Kowalska"}}`:                 "/Child/ID",
		`{"Children":[{},{"Children":"Kowalska"}]}`:   "/Children/1/Children",
		`{"Rows":[[],[1,"Kowalska"]]}`:                "/Rows/1/1",
		`{"Map":{"a/b~c":{"Kowalska":"Kowalska"}}}`:   "/Map/a~1b~0c",
		`{"Objects":{"a":{"Name":["Kowalska"]}}}`:     "/Objects/a/Name",
		`{"Bytes":"Kowalska!"}`:                       "/Bytes",
		`{"Price":"Kowalska"}`:                        "/Price",
		`{"Price":48600123456e401}`:                   "/Price",
		`{"Price":["Kowalska"]}`:                      "/Price",
		`{"Day":"Kowalska"}`:                          "/Day",
		`{"Day":48600123456}`:                         "/Day",
		`{"Nullable":{"Kowalska":1}}`:                 "/Nullable",
		`{"NullableChild":{"ID":"Kowalska"}}`:         "/NullableChild/ID",
		`"Kowalska"`:                                  "",
		`["Kowalska"]`:                                "",
		`{"Kowalska":"Kowalska","Text":48600123456}`:  "/Text",
		`{"Child":{"Kowalska":1,"Name":48600123456}}`: "/Child/Name",
		`{"Children":[{"ID":1},{},["Kowalska","b"]]}`: "/Children/2",
	} {
		checkValueError(t, input, pointer, codec.Unmarshal([]byte(input), new(document)))
		_, err := readElements(strings.NewReader(`[{},` + input + `]`))
		checkValueError(t, input, "/1"+pointer, err)
	}
	// encoding/json decodes types that are not generated, and quotes numbers.
	checkValueError(t, "a byte", "/1/a", codec.Unmarshal([]byte(`[{},{"a":48600123456}]`), new([]map[string]uint8)))
	checkValueError(t, "a struct", "/0", codec.Unmarshal([]byte(`[{"x":48600123456.5}]`), new([]struct{ X int })))
}

func checkValueError(t *testing.T, input, pointer string, err error) {
	t.Helper()
	valueErr, ok := errors.AsType[*codec.ValueError](err)
	if !ok || valueErr.Pointer != pointer {
		t.Errorf("%s: got %#v, want a ValueError at %s", input, err, pointer)
		return
	}
	for _, canary := range []string{"Kowalska", "48600123456"} {
		if strings.Contains(err.Error(), canary) || strings.Contains(valueErr.Unwrap().Error(), canary) {
			t.Errorf("%s: error quotes the value: %v", input, err)
		}
	}
	if pointer != "" && !strings.HasPrefix(err.Error(), pointer+": ") || pointer == "" && strings.HasPrefix(err.Error(), ":") {
		t.Errorf("%s: error has no pointer: %v", input, err)
	}
}

func TestSyntaxErrorsHaveOffset(t *testing.T) {
	for input, offset := range map[string]int64{
		``:                                0,
		`  `:                              0,
		`{"Text":"a"`:                     11,
		`{"Text":"a`:                      10,
		`{"Text" "Kowalska"}`:             8,
		`{"Text":Kowalska}`:               8,
		`{"a":Kowalska}`:                  5,
		`{"Kowalska":nul}`:                15,
		`{"Text":"a",}`:                   11,
		`{"Children":[{"ID":1} {"ID":2}]`: 22,
		`{"Texts":["a",]}`:                13,
		"{\"Text\":\"a\x00\"}":            10,
		`{"Long":01}`:                     9,
		`{} {}`:                           2,
		`{}x`:                             2,
		"{}\x00":                          2,
		`null null`:                       4,
	} {
		err := codec.Unmarshal([]byte(input), new(document))
		syntax, ok := errors.AsType[*codec.SyntaxError](err)
		if !ok || syntax.Offset != offset || !strings.Contains(err.Error(), fmt.Sprintf("offset %d:", offset)) || syntax.Unwrap() == nil {
			t.Errorf("%q: got %v, want a SyntaxError at %d", input, err, offset)
		}
		if err != nil && strings.Contains(err.Error(), "Kowalska") {
			t.Errorf("%q: error quotes the input: %v", input, err)
		}
	}
}

func TestElementsReturnErrorsOfStream(t *testing.T) {
	broken := errors.New("network down")
	for length := range len(sampleDocument) {
		_, err := readElements(io.MultiReader(strings.NewReader("["+sampleDocument[:length]), failingReader{broken}))
		if !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %v", length, err)
		}
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestElementsKeepTheFirstError(t *testing.T) {
	elements := codec.NewElements(strings.NewReader(`[{"ID":1},{"ID":2]`), codec.List{})
	var got child
	first := errors.Join(elements.Open(), elements.Next(&got))
	if first != nil || got.ID != 1 {
		t.Fatal(got, first)
	}
	first = elements.Next(&got)
	if first == nil || elements.Next(&got) != first || elements.Close() != first || !elements.More() {
		t.Errorf("first error: %v", first)
	}
}

func TestElementsRejectsOtherStreams(t *testing.T) {
	for _, input := range []string{``, `1`, `"a"`, `{}`, `{"a":1}`, `{"a":{"b":[1]}}`, `{"a":[1]}`, `{"a":[1]`, `{"a":[1]} 2`, `[1] 2`, `[1`, `{"a":`, `[1]]`} {
		elements := codec.NewElements(strings.NewReader(input), codec.List{})
		err := elements.Open()
		for err == nil && elements.More() {
			err = elements.Next(new(json.RawMessage))
		}
		if err == nil {
			err = elements.Close()
		}
		if err == nil {
			t.Errorf("%s: decoded as a list", input)
		}
	}
}

// The buffer contains one element, not the whole list.
func TestElementsTakeMemoryOfOne(t *testing.T) {
	element := []byte(`{"ID":1,"Name":"` + strings.Repeat("x", 1000) + `"},`)
	const count = 20_000
	stream := io.MultiReader(strings.NewReader("["), &repeated{element: element, count: count}, strings.NewReader(`{}]`))
	var before, after runtime.MemStats
	elements := codec.NewElements(stream, codec.List{})
	if err := elements.Open(); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	for n := 0; elements.More(); n++ {
		if err := elements.Next(new(child)); err != nil {
			t.Fatal(err)
		}
		if n == count-1 {
			runtime.GC()
			runtime.ReadMemStats(&after)
		}
	}
	if err := elements.Close(); err != nil {
		t.Fatal(err)
	}
	if after.HeapAlloc > before.HeapAlloc+1<<20 {
		t.Errorf("%d bytes in use, %d before", after.HeapAlloc, before.HeapAlloc)
	}
}

// repeated reads as an element repeated count times.
type repeated struct {
	element []byte
	count   int
	rest    bytes.Reader
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest.Len() == 0 {
		if r.count == 0 {
			return 0, io.EOF
		}
		r.count--
		r.rest.Reset(r.element)
	}
	return r.rest.Read(p)
}

// encoding/json decodes types of others, and would replace what is not valid UTF-8.
func TestBrokenStringsInOtherTypes(t *testing.T) {
	for _, input := range []string{`{"Name":"a\ud800"}`, "{\"Name\":\"a\xff\"}", "{\"Name\":{\"b\":\"\xff\"}}"} {
		var target struct{ Name any }
		if err := codec.Unmarshal([]byte(input), &target); err == nil || !strings.Contains(err.Error(), "not valid UTF-8") {
			t.Errorf("%q: read %v, %v", input, target, err)
		}
	}
}
