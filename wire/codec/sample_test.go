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

func (a *document) DecodeJSON(d *codec.Decoder) {
	object := d.Object(&a.AdditionalProperties)
	for object.Next() {
		switch string(object.Name) {
		case "Text":
			d.Decode(&a.Text)
		case "Long":
			d.Decode(&a.Long)
		case "Int":
			d.Decode(&a.Int)
		case "Flag":
			d.Decode(&a.Flag)
		case "Word":
			d.Decode(&a.Word)
		case "Number":
			d.Decode(&a.Number)
		case "TextPointer":
			codec.DecodePointer(d, &a.TextPointer)
		case "LongPointer":
			codec.DecodePointer(d, &a.LongPointer)
		case "FlagPointer":
			codec.DecodePointer(d, &a.FlagPointer)
		case "WordPointer":
			codec.DecodePointer(d, &a.WordPointer)
		case "NumberPointer":
			codec.DecodePointer(d, &a.NumberPointer)
		case "Child":
			d.Decode(&a.Child)
		case "ChildPointer":
			codec.DecodePointer(d, &a.ChildPointer)
		case "Texts":
			codec.DecodeSlice(d, &a.Texts)
		case "Longs":
			codec.DecodeSlice(d, &a.Longs)
		case "Children":
			codec.DecodeSlice(d, &a.Children)
		case "Pointers":
			codec.DecodeSlice(d, &a.Pointers)
		case "Rows":
			codec.DecodeSlice(d, &a.Rows)
		case "Map":
			d.Decode(&a.Map)
		case "Objects":
			d.Decode(&a.Objects)
		case "Raw":
			d.Decode(&a.Raw)
		case "Bytes":
			d.Decode(&a.Bytes)
		case "Price":
			d.Decode(&a.Price)
		case "Day":
			d.Decode(&a.Day)
		case "Nullable":
			d.Decode(&a.Nullable)
		case "NullableChild":
			d.Decode(&a.NullableChild)
		default:
			object.Unknown("Text", "Long", "Int", "Flag", "Word", "Number", "TextPointer", "LongPointer", "FlagPointer", "WordPointer",
				"NumberPointer", "Child", "ChildPointer", "Texts", "Longs", "Children", "Pointers", "Rows", "Map", "Objects", "Raw",
				"Bytes", "Price", "Day", "Nullable", "NullableChild")
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

func (a *child) DecodeJSON(d *codec.Decoder) {
	object := d.Object(&a.AdditionalProperties)
	for object.Next() {
		switch string(object.Name) {
		case "ID":
			d.Decode(&a.ID)
		case "Name":
			d.Decode(&a.Name)
		case "Children":
			codec.DecodeSlice(d, &a.Children)
		default:
			object.Unknown("ID", "Name", "Children")
		}
	}
}

func (a *child) UnmarshalJSON(data []byte) error { return codec.Unmarshal(data, a) }

// sampleDocument has every field, unknown fields on each level, and escapes.
const sampleDocument = `{"Text":"Żółw \"1\" \u0105\ud83d\ude00\n", "Long":-9223372036854775808,"Int":2147483647 ,"Flag":true,"Word":"new",
	"Number":2,"TextPointer":"","LongPointer":0,"FlagPointer":false,"WordPointer":"x","NumberPointer":-1,
	"Child":{"ID":1,"Name":"a","Children":[{"ID":2,"Children":[{"ID":3,"z":1.10}]},{"Children":[]}],"Else":{"b":[1 , 2]}},
	"ChildPointer":{"id":4,"More":null},"Texts":["a","","b"],"Longs":[1,2,3],"Children":[{"ID":5},null,{"Name":"c","Q":1e3}],
	"Pointers":[{"ID":6},null],"Rows":[[1,2],[],null,[3]],"Map":{"a":"1","":"2"},"Objects":{"o":{"ID":7,"y":[]},"n":null},
	"Raw":[1.50, {"a" : null}],"Bytes":"AQID","Price":10.50,"Day":"2024-10-25T08:15:00+02:00","Nullable":null,
	"NullableChild":{"ID":8,"Extra":-0.00},"Unlisted":12345678901234567890.123,"unlisted":{"Text":["x"]},"\u0055nlisted2":"\ud800"}`
