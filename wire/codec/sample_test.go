package codec_test

import (
	"encoding/json"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

type word string

type number int32

// document has every kind of field that generated types have. Its DecodeJSON is what the
// generator's template produces.
type document struct {
	Text                 string
	Long                 int64
	Int                  int32
	Flag                 bool
	Word                 word
	Number               number
	TextPointer          *string
	LongPointer          *int64
	FlagPointer          *bool
	WordPointer          *word
	NumberPointer        *number
	Child                child
	ChildPointer         *child
	Texts                []string
	Longs                []int64
	Children             []child
	Pointers             []*child
	Rows                 [][]int64
	Map                  map[string]string
	Objects              map[string]child
	Raw                  json.RawMessage
	Bytes                []byte
	Price                wire.Decimal
	Day                  wire.DateTime
	Nullable             wire.Nullable[string]
	NullableChild        wire.Nullable[child]
	AdditionalProperties wire.UnknownFields `json:"-"`
}

var documentFields = codec.NewFields("Text", "Long", "Int", "Flag", "Word", "Number", "TextPointer", "LongPointer", "FlagPointer", "WordPointer", "NumberPointer", "Child", "ChildPointer", "Texts", "Longs", "Children", "Pointers", "Rows", "Map", "Objects", "Raw", "Bytes", "Price", "Day", "Nullable", "NullableChild")

func (a *document) DecodeJSON(d *codec.Decoder) {
	object := d.Object(documentFields, a.AdditionalProperties.Raw())
	for object.Next() {
		switch string(object.Name) {
		case "Text":
			object.Known(0)
			d.Decode(&a.Text)
		case "Long":
			object.Known(1)
			d.Decode(&a.Long)
		case "Int":
			object.Known(2)
			d.Decode(&a.Int)
		case "Flag":
			object.Known(3)
			d.Decode(&a.Flag)
		case "Word":
			object.Known(4)
			d.Decode(&a.Word)
		case "Number":
			object.Known(5)
			d.Decode(&a.Number)
		case "TextPointer":
			object.Known(6)
			codec.DecodePointer(d, &a.TextPointer)
		case "LongPointer":
			object.Known(7)
			codec.DecodePointer(d, &a.LongPointer)
		case "FlagPointer":
			object.Known(8)
			codec.DecodePointer(d, &a.FlagPointer)
		case "WordPointer":
			object.Known(9)
			codec.DecodePointer(d, &a.WordPointer)
		case "NumberPointer":
			object.Known(10)
			codec.DecodePointer(d, &a.NumberPointer)
		case "Child":
			object.Known(11)
			d.Decode(&a.Child)
		case "ChildPointer":
			object.Known(12)
			codec.DecodePointer(d, &a.ChildPointer)
		case "Texts":
			object.Known(13)
			codec.DecodeSlice(d, &a.Texts)
		case "Longs":
			object.Known(14)
			codec.DecodeSlice(d, &a.Longs)
		case "Children":
			object.Known(15)
			codec.DecodeSlice(d, &a.Children)
		case "Pointers":
			object.Known(16)
			codec.DecodeSlice(d, &a.Pointers)
		case "Rows":
			object.Known(17)
			codec.DecodeSlice(d, &a.Rows)
		case "Map":
			object.Known(18)
			d.Decode(&a.Map)
		case "Objects":
			object.Known(19)
			d.Decode(&a.Objects)
		case "Raw":
			object.Known(20)
			d.Decode(&a.Raw)
		case "Bytes":
			object.Known(21)
			d.Decode(&a.Bytes)
		case "Price":
			object.Known(22)
			d.Decode(&a.Price)
		case "Day":
			object.Known(23)
			d.Decode(&a.Day)
		case "Nullable":
			object.Known(24)
			d.Decode(&a.Nullable)
		case "NullableChild":
			object.Known(25)
			d.Decode(&a.NullableChild)
		default:
			object.Unknown()
		}
	}
}

// child is a nested object of a recursive type.
type child struct {
	ID                   int64
	Name                 string
	Children             []child
	AdditionalProperties wire.UnknownFields `json:"-"`
}

var childFields = codec.NewFields("ID", "Name", "Children")

func (a *child) DecodeJSON(d *codec.Decoder) {
	object := d.Object(childFields, a.AdditionalProperties.Raw())
	for object.Next() {
		switch string(object.Name) {
		case "ID":
			object.Known(0)
			d.Decode(&a.ID)
		case "Name":
			object.Known(1)
			d.Decode(&a.Name)
		case "Children":
			object.Known(2)
			codec.DecodeSlice(d, &a.Children)
		default:
			object.Unknown()
		}
	}
}

func (a *child) UnmarshalJSON(data []byte) error { return codec.Unmarshal(data, a) }

// sampleDocument has every field, unknown fields on each level, and escapes.
const sampleDocument = `{"Text":"Żółw \"1\" \u0105\ud83d\ude00\n", "Long":-9223372036854775808,"Int":2147483647 ,"Flag":true,"Word":"new",
	"Number":2,"TextPointer":"","LongPointer":0,"FlagPointer":false,"WordPointer":"x","NumberPointer":-1,
	"Child":{"ID":1,"Name":"a","Children":[{"ID":2,"Children":[{"ID":3,"z":1.10}]},{"Children":[]}],"Else":{"b":[1 , 2]}},
	"ChildPointer":{"id":4,"More":null},"Texts":["a","","b"],"Longs":[1,2,3],"Children":[{"ID":5},{},{"Name":"c","Q":1e3}],
	"Pointers":[{"ID":6},null],"Rows":[[1,2],[],null,[3]],"Map":{"a":"1","":"2"},"Objects":{"o":{"ID":7,"y":[]},"n":null},
	"Raw":[1.50, {"a" : null}],"Bytes":"AQID","Price":10.50,"Day":"2024-10-25T08:15:00+02:00","Nullable":null,
	"NullableChild":{"ID":8,"Extra":-0.00},"Unlisted":12345678901234567890.123,"unlisted":{"Text":["x"]},"\u0055nlisted2":"\ud800"}`
