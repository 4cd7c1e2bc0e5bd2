package codec_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/wire/codec"
)

// readList returns the ids of a list, "!" and the pointer for elements that do not fit, and the error
// that ends it.
func readList(input string, list codec.List) string {
	var got []string
	elements := codec.NewElements(strings.NewReader(input), list)
	err := elements.Open()
	for err == nil && elements.More() {
		var element child
		err = elements.Next(&element)
		if unfit, ok := errors.AsType[*codec.ValueError](err); ok {
			got = append(got, fmt.Sprintf("!%s %s", unfit.Pointer, elements.JSON()))
			err = nil
		} else if err == nil {
			got = append(got, fmt.Sprint(element.ID))
		}
	}
	if err == nil {
		err = elements.Close()
	}
	if err != nil {
		got = append(got, err.Error())
	}
	return strings.Join(got, "; ")
}

// childOf is the list of children in an object, in an unknown field.
var childOf = codec.List{Envelope: codec.AnyField, Names: []string{"children", "Items", "Value", "$values"}, Fields: codec.FieldNames[child]()}

func TestElementsInAnUnknownField(t *testing.T) {
	for input, want := range map[string]string{
		`[]`:                                      "",
		`null`:                                    "",
		` [ {"ID":1} , {"ID":2} ] `:               "1; 2",
		`{"Items":[{"ID":1}],"TotalCount":300}`:   "1",
		`{"TotalCount":300,"items":[{"ID":1}]}`:   "1",
		`{"@odata.nextLink":"a","value":[]}`:      "",
		`{"Children":null}`:                       "",
		`{"Children":null,"Links":[{"Rel":"a"}]}`: "",
		`{"Warnings":[],"Any":[{"ID":1}]}`:        "1",
		`{"Links":[{"Rel":"self"}],"Children":[{"ID":1},{"ID":2}]}`: "1; 2",
		`{"Children":[{"ID":1}],"Links":[{"Rel":"self"}]}`:          "1",
		`{"Any":[{"Rel":"self"},{"ID":1}],"Other":[{"ID":2}]}`:      "2",
		`{"$id":"1","$values":[{"$id":"2","ID":1},{"$ref":"2"}]}`:   `1; !/$values/1 {"$ref":"2"}`,
		`{"a/~b":[{"ID":1},null]}`:                                  `1; !/a~1~0b/1 null`,
		`{"Children":[null,{"ID":1}]}`:                              `!/Children/0 null; 1`,
		`{"ID":null,"Items":[{"ID":1}]}`:                            "1",

		`{}`:                                          "want a list, got an object",
		`{"Errors":[{"ID":3}]}`:                       "want a list, got an object (Errors)",
		`{"Children":[],"Statuses":[{"ID":1}]}`:       "want one list, got Children, which may be empty, and /Statuses",
		`{"Statuses":[{"ID":1}],"Children":[]}`:       "1; want one list, got Children, which may be empty, and /Statuses",
		`{"Success":false,"Message":"a","Errors":[]}`: "want a list, got an object (Success, Message, Errors)",
		`{"Errors":["a"]}`:                            "want a list, got an object (Errors)",
		`{"Jan Kowalski":1,"Errors":["a"]}`:           "want a list, got an object (Errors)",
		`{"jan@x.pl":1,"$id":2}`:                      "want a list, got an object ($id)",
		`{"Data":{"Items":[{"ID":1}]}}`:               "want a list, got an object (Data)",
		`{"ID":7,"Items":[{"OfferId":1}]}`:            "want a list, got an object (ID, Items)",
		`{"ID":7,"Items":[{"ID":1}]}`:                 "want a list, got an object (ID), which may be an element of it",
		`{"id":7,"Items":[]}`:                         "want a list, got an object (id, Items), which may be an element of it",
		`{"Items":[{"ID":1}],"Name":"a"}`:             "1; want a list, got an object (Name), which may be an element of it",
		`{"Items":[{"ID":1}],"More":[{"ID":2}]}`:      "1; want one list, got a second one after /Items",
		`{"Items":[{"ID":1}]} 2`:                      "1; invalid JSON at offset 20: trailing data after JSON value",
		`{"Items":[{"ID":1}]`:                         "1; invalid JSON at offset 19: unexpected EOF",
		`{"Items":[{"ID":1}`:                          "1; invalid JSON at offset 18: unexpected EOF",
		`"a"`:                                         "want a list, got a string",
	} {
		if got := readList(input, childOf); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", input, got, want)
		}
	}
}

func TestElementsInAKnownField(t *testing.T) {
	list := codec.List{Envelope: "Rows", Fields: codec.FieldNames[child]()}
	for input, want := range map[string]string{
		`[{"ID":1}]`:                          "1",
		`{"Rows":[{"ID":1}],"Name":"a"}`:      "1", // known which array is the list
		`{"rows":[{}]}`:                       "0",
		`{"Rows":[]}`:                         "",
		`{"Rows":null}`:                       "",
		`{"Items":[{"ID":1}],"Rows":[]}`:      "",
		`{"Items":[{"ID":1}]}`:                "want a list, got an object (Items)",
		`{"Rows":{}}`:                         "want a list, got an object (Rows)",
		`{"Rows":[{"ID":1}],"Rows":[{}]}`:     "1; want one list, got a second one after /Rows",
		`{"Rows":[{"ID":1},{"ID":"a"},[],1]}`: `1; !/Rows/1/ID {"ID":"a"}; !/Rows/2 []; !/Rows/3 1`,
	} {
		if got := readList(input, list); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", input, got, want)
		}
	}
}

func TestElementsWithinObjects(t *testing.T) {
	list := codec.List{Within: []string{"result", "page"}, Envelope: "Items"}
	for input, want := range map[string]string{
		`[{"ID":1}]`: "1",
		`{"Items":[{"ID":9}],"result":{"Items":[{"ID":9}],"n":1,"page":{"items":[{"ID":1},null]},"z":[1]},"ok":true}`: `1; !/result/page/items/1 null`,
		`{"result":{"page":{"items":[]}}}`:                            "",
		`{"result":{"page":{"items":null,"n":1}},"Items":[{"ID":9}]}`: "",
		`{"result":{"page":{"n":1}}}`:                                 "want a list, got an object (result)",
		`{"result":null,"page":{"items":[{"ID":1}]}}`:                 "want a list, got an object (result, page)",
		`{"result":{"page":{"items":[{"ID":1}],"Items":[{"ID":2}]}}}`: "1; want one list, got a second one after /result/page/items",
	} {
		if got := readList(input, list); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", input, got, want)
		}
	}
	elements := codec.NewElements(strings.NewReader(`{"a":1,"result":{"page":{"n":2,"items":[],"next":"x"},"z":[1]},"ok":true}`), list)
	if err := elements.Open(); err != nil {
		t.Fatal(err)
	}
	if got := elements.Envelope().JSON; got != `{"a":1,"result":{"page":{"n":2,"items":[],"next":"x"}}}` {
		t.Errorf("after Open: %s", got)
	}
	if err := elements.Close(); err != nil {
		t.Fatal(err)
	}
	if got := elements.Envelope().JSON; got != `{"a":1,"result":{"page":{"n":2,"items":[],"next":"x"},"z":[1]},"ok":true}` {
		t.Errorf("after Close: %s", got)
	}
}

func TestElementsOfASequence(t *testing.T) {
	for input, want := range map[string]string{
		"":                               "",
		" \n":                            "",
		`{"ID":1}`:                       "1",
		"{\"ID\":1}\r\n\n{\"ID\":2}\n":   "1; 2",
		`{"ID":1}{"ID":2}`:               "1; 2",
		"{\"ID\":1}\nnull\n{\"ID\":3}\n": "1; ! null; 3",
		"{\"ID\":[{}]}\n{\"ID\":2}\n":    `!/ID {"ID":[{}]}; 2`,
		"{\"ID\":1}\n{\"ID\":":           "1; invalid JSON at offset 15: unexpected EOF",
		"{\"ID\":1}\n]":                  "1; invalid JSON at offset 9: invalid character ']' at start of value",
		"{\"ID\":1}\noops":               "1; invalid JSON at offset 9: invalid character 'o' at start of value",
	} {
		if got := readList(input, codec.List{Sequence: true, Fields: childOf.Fields}); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", input, got, want)
		}
	}
}

func TestElementsOfAnArray(t *testing.T) {
	for input, want := range map[string]string{
		`[{"ID":1},null,{"ID":3}]`:                                 "1; !/1 null; 3",
		`[{"ID":1},{"ID":2,"Children":{}},{"ID":3},{"ID":4}]`:      `1; !/1/Children {"ID":2,"Children":{}}; 3; 4`,
		`[{"$ref":"1"},{"$ref":"1","ID":2}]`:                       `!/0 {"$ref":"1"}; 2`,
		`[{"ID":1,"ID":2},{"id":1,"ID":2},{"ID":5,"id":6}]`:        `!/0/ID {"ID":1,"ID":2}; !/1/ID {"id":1,"ID":2}; 5`,
		"[{\"Name\":\"\xff\"},{\"ID\":2}]":                         "!/0/Name {\"Name\":\"\xff\"}; 2",
		`[{"Name":"\ud800"},{"ID":2}]`:                             `!/0/Name {"Name":"\ud800"}; 2`,
		`{"Items":[{"ID":1}]}`:                                     "want a list, got an object (Items)",
		`[{"ID":1},{"Success":false},{},{"$ref":"1","$type":"a"}]`: `1; !/1 {"Success":false}; 0; !/3 {"$ref":"1","$type":"a"}`,
		`[{"ID":1},{]`: "1; invalid JSON at offset 11: invalid character ']' at start of value",
	} {
		if got := readList(input, codec.List{}); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", input, got, want)
		}
	}
}

// Whatever comes next to a list can be read, before it from the first element, all at the end.
func TestEnvelopeOfElements(t *testing.T) {
	elements := codec.NewElements(strings.NewReader(`{"Total":1.50,"Links":[{"Rel":"self"}],"Items":[{"ID":1}],"Next":"a"}`), childOf)
	if err := elements.Open(); err != nil {
		t.Fatal(err)
	}
	if got, want := elements.Envelope().JSON, `{"Total":1.50,"Links":[{"Rel":"self"}]}`; got != want {
		t.Errorf("at the first element: %s", got)
	}
	if err := errors.Join(elements.Next(new(child)), elements.Close()); err != nil {
		t.Fatal(err)
	}
	if got, want := elements.Envelope().JSON, `{"Total":1.50,"Links":[{"Rel":"self"}],"Next":"a"}`; got != want {
		t.Errorf("at the end: %s", got)
	}
}

// Reading pauses between two elements: the stream may take its time.
func TestElementsReadNoFurtherThanNeeded(t *testing.T) {
	reader, writer := io.Pipe()
	go func() {
		io.WriteString(writer, `{"Items":[{"ID":1}`)
		io.WriteString(writer, `,{"ID":2}]}`)
		writer.Close()
	}()
	elements := codec.NewElements(reader, childOf)
	var first, second child
	if err := errors.Join(elements.Open(), elements.Next(&first), elements.Next(&second), elements.Close()); err != nil || second.ID != 2 {
		t.Error(second, err)
	}
}

// However a response is cut, it is an error, and never a panic.
func TestElementsOfCutEnvelopes(t *testing.T) {
	const whole = `{"Links":[{"Rel":"self"}],"Total":1,"Children":[{"ID":1,"Children":[{}]},{"ID":2}],"More":[[1],"a"],"End":{"a":1}}`
	if got := readList(whole, childOf); got != "1; 2" {
		t.Fatal(got)
	}
	for length := range len(whole) {
		if got := readList(whole[:length], childOf); !strings.HasSuffix(got, "unexpected EOF") {
			t.Errorf("%s: %s", whole[:length], got)
		}
	}
	for _, invalid := range []string{`{"Items":[x]}`, `{"Items":[{"ID":01}]}`, `{"a":x}`, `{x}`} {
		if got := readList(invalid, childOf); !strings.Contains(got, "invalid JSON") {
			t.Errorf("%s: %s", invalid, got)
		}
	}
}
