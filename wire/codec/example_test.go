package codec_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// article shows what generated types look like.
type article struct {
	ID                 int64    `json:"Id"`
	Name               string   `json:"Name"`
	Active             bool     `json:"Active"`
	Parent             *int64   `json:"Parent,omitzero"`
	Tags               []string `json:"Tags,omitzero"`
	Size               size     `json:"Size"`
	wire.UnknownFields `json:"-"`
}

func (a *article) UnmarshalJSON(data []byte) error { return codec.Unmarshal(data, a) }

func (a article) MarshalJSON() ([]byte, error) { return codec.Marshal(&a) }

// size is a scalar that keeps its literal, like wire.Decimal.
type size struct{ literal string }

func (s *size) DecodeJSON(d *codec.Decoder) {
	literal := d.Literal()
	if d.Err() == nil && !strings.HasSuffix(literal, `cm"`) {
		d.Fail(errors.New("want a size in cm"))
	}
	s.literal = literal
}

func (s size) MarshalJSON() ([]byte, error) { return []byte(s.literal), nil }

// Fields that the type does not know survive a round trip.
func Example() {
	var desk article
	err := codec.Unmarshal([]byte(`{"Id":7,"Price":149.90,"Name":"Oak & ash","Active":true,"Tags":["new"],"Size":"80 cm"}`), &desk)
	if err != nil {
		log.Fatal(err)
	}
	desk.ID = 8
	data, err := codec.Marshal(desk)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))
	// Output:
	// {"Id":8,"Price":149.90,"Name":"Oak & ash","Active":true,"Tags":["new"],"Size":"80 cm"}
}

// Errors contain the pointer to a value but never the value.
func ExampleUnmarshal() {
	var articles []article
	err := codec.Unmarshal([]byte(`[{"Id":7},{"Id":"Kowalski"}]`), &articles)
	if value, ok := errors.AsType[*codec.ValueError](err); ok {
		fmt.Println(value.Pointer, "|", err)
	}
	fmt.Println(codec.Unmarshal([]byte(`[{"Size":"80 in"}]`), &articles))

	err = codec.Unmarshal([]byte(`[{"Id":7},`), &articles)
	if syntax, ok := errors.AsType[*codec.SyntaxError](err); ok {
		fmt.Println(syntax.Offset, errors.Is(err, io.ErrUnexpectedEOF))
	}
	// Output:
	// /1/Id | /1/Id: want an integer, got a string
	// /0/Size: want a size in cm
	// 10 true
}

// Elements finds the list in an envelope and decodes one element at a time.
func ExampleElements() {
	list := codec.List{Envelope: codec.AnyField, Fields: codec.FieldNames[article]()}
	elements := codec.NewElements(strings.NewReader(`{"Total":2,"Items":[{"Id":7},{"Id":8}]}`), list)
	if err := elements.Open(); err != nil {
		log.Fatal(err)
	}
	for elements.More() {
		var a article
		if err := elements.Next(&a); err != nil {
			log.Fatal(err)
		}
		fmt.Println(a.ID)
	}
	if err := elements.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 7
	// 8
}
