package codec_test

import (
	"encoding/json"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

type word string

type number int32

// document has every kind of field that generated types have.
type document struct {
	Text               string
	Long               int64
	Int                int32
	Flag               bool
	Word               word
	Number             number
	TextPointer        *string
	LongPointer        *int64
	FlagPointer        *bool
	WordPointer        *word
	NumberPointer      *number
	Child              child
	ChildPointer       *child
	Texts              []string
	Longs              []int64
	Children           []child
	Pointers           []*child
	Rows               [][]int64
	Map                map[string]string
	Objects            map[string]child
	Raw                json.RawMessage
	Bytes              []byte
	Price              wire.Decimal
	Day                wire.DateTime
	Nullable           wire.Nullable[string]
	NullableChild      wire.Nullable[child]
	wire.UnknownFields `json:"-"`
}

// child is a nested object of a recursive type.
type child struct {
	ID                 int64
	Name               string
	Children           []child
	wire.UnknownFields `json:"-"`
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
