package wire_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

func FuzzDecimal(f *testing.F) {
	f.Fuzz(func(t *testing.T, literal []byte) {
		literal = oneJSONValue(t, literal)
		var d wire.Decimal
		if d.UnmarshalJSON(literal) != nil {
			return
		}
		if got, err := d.MarshalJSON(); err != nil || !bytes.Equal(got, literal) {
			t.Fatalf("%s is written back as %s, %v", literal, got, err)
		}
		if d.IsSet() == d.IsNull() {
			t.Fatalf("%s: IsSet and IsNull are both %v", literal, d.IsSet())
		}
		if d.IsNull() {
			return
		}
		text := d.String()
		value, ok := new(big.Rat).SetString(text)
		if !ok || d.Decimal().Rat().Cmp(value) != 0 {
			t.Fatalf("%s is read as %s", literal, d.Decimal())
		}
		if parsed, err := wire.ParseDecimal(text); err != nil || parsed.Compare(d) != 0 {
			t.Fatalf("%s is parsed as %v, %v", text, parsed, err)
		}
		var scanned wire.Decimal
		if stored, err := d.Value(); err != nil || scanned.Scan(stored) != nil || scanned.String() != text {
			t.Fatalf("%s is stored as %v, %v and scanned as %s", literal, stored, err, scanned)
		}
		computed := wire.NewDecimal(d.Decimal())
		if computed.Compare(d) != 0 || len(computed.String()) > 1000 {
			t.Fatalf("%s is computed with as %s", literal, computed)
		}
	})
}

func FuzzDateTime(f *testing.F) {
	east := time.FixedZone("east", 9*3600)
	f.Fuzz(func(t *testing.T, literal []byte) {
		literal = oneJSONValue(t, literal)
		var d wire.DateTime
		if d.UnmarshalJSON(literal) != nil {
			return
		}
		if got, err := d.MarshalJSON(); err != nil || !bytes.Equal(got, literal) {
			t.Fatalf("%s is written back as %s, %v", literal, got, err)
		}
		if d.IsSet() == d.IsNull() {
			t.Fatalf("%s: IsSet and IsNull are both %v", literal, d.IsSet())
		}
		text := d.String()
		utc, ok := d.Time(nil)
		if ok != (text != "") {
			t.Fatalf("%s: Time reports %v", literal, ok)
		}
		if local, _ := d.Time(east); ok && local.Equal(utc) != d.HasZone() {
			t.Fatalf("%s: HasZone %v, but Time is %v and %v", literal, d.HasZone(), utc, local)
		}
		if d.HasZone() && !d.HasTime() {
			t.Fatalf("%s has a zone without a time", literal)
		}
		var read wire.DateTime
		if written, err := d.MarshalText(); err != nil || read.UnmarshalText(written) != nil || read.String() != text {
			t.Fatalf("%s is written as %s, %v and read as %s", literal, written, err, read)
		}
	})
}

// oneJSONValue skips what encoding/json never hands to UnmarshalJSON.
func oneJSONValue(t *testing.T, data []byte) []byte {
	t.Helper()
	if !json.Valid(data) {
		t.Skip()
	}
	return bytes.TrimSpace(data)
}

func FuzzObject(f *testing.F) {
	article := knownMembers{}
	item := knownMembers{lists: map[string]knownMembers{"OrderItemArticles": article}}
	order := knownMembers{numbers: []string{"Id"}, lists: map[string]knownMembers{"Items": item}}
	f.Fuzz(func(t *testing.T, document []byte) {
		var first gen.Order
		if json.Unmarshal(document, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%s cannot be written back: %v", document, err)
		}
		var second gen.Order
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("%s is written back as %s, which cannot be read: %v", document, written, err)
		}
		if again, err := json.Marshal(second); err != nil || !bytes.Equal(again, written) {
			t.Fatalf("%s is written as %s, and then as %s, %v", document, written, again, err)
		}
		if !repeatsAName(t, document) { // encoding/json merges members of one name
			order.checkSurvival(t, document, written)
		}
	})
}

// knownMembers are the members of a type that the API description lists.
type knownMembers struct {
	numbers []string
	lists   map[string]knownMembers
}

// checkSurvival expects every member of read in written, with an equal value. A known member that is null, zero or an
// empty list may be left out.
func (k knownMembers) checkSurvival(t *testing.T, read, written []byte) {
	t.Helper()
	var before, after map[string]json.RawMessage
	mustUnmarshal(t, string(read), &before)
	mustUnmarshal(t, string(written), &after)
members:
	for name, value := range before {
		for _, number := range k.numbers {
			if strings.EqualFold(name, number) {
				got, found := after[number]
				if text := string(value); found && string(got) != text || !found && text != "null" && strings.Trim(text, "-0") != "" {
					t.Fatalf("%s of %s is written as %s", name, read, got)
				}
				delete(after, number)
				continue members
			}
		}
		for list, elements := range k.lists {
			if strings.EqualFold(name, list) {
				elements.checkListSurvival(t, value, after[list])
				delete(after, list)
				continue members
			}
		}
		if got, found := after[name]; !found || !sameJSON(t, got, value) {
			t.Fatalf("%q of %s is written as %s", name, read, got)
		}
		delete(after, name)
	}
	if len(after) > 0 {
		t.Fatalf("%s is written with %v besides", read, after)
	}
}

func (k knownMembers) checkListSurvival(t *testing.T, read, written []byte) {
	t.Helper()
	var before, after []json.RawMessage
	mustUnmarshal(t, string(read), &before)
	if written != nil {
		mustUnmarshal(t, string(written), &after)
	}
	if len(before) != len(after) {
		t.Fatalf("%s is written as %s", read, written)
	}
	for i := range before {
		k.checkSurvival(t, before[i], after[i])
	}
}

// repeatsAName reports whether an object in the document has two members whose names differ by case at most.
func repeatsAName(t *testing.T, document []byte) bool {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	type object struct {
		names   []string
		isList  bool
		isValue bool
	}
	var open []*object
	for range len(document) {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		delim, isDelim := token.(json.Delim)
		if isDelim && (delim == '}' || delim == ']') {
			open = open[:len(open)-1]
			continue
		}
		if len(open) > 0 && !open[len(open)-1].isList {
			parent := open[len(open)-1]
			if parent.isValue = !parent.isValue; parent.isValue {
				name := token.(string)
				for _, other := range parent.names {
					if strings.EqualFold(name, other) {
						return true
					}
				}
				parent.names = append(parent.names, name)
				continue
			}
		}
		if isDelim {
			open = append(open, &object{isList: delim == '['})
		}
	}
	return false
}
