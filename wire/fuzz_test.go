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
			t.Fatalf("%s: round trip %s, %v", literal, got, err)
		}
		if d.IsSet() == d.IsNull() {
			t.Fatalf("%s: IsSet and IsNull are both %v", literal, d.IsSet())
		}
		if d.IsNull() {
			return
		}
		s := d.String()
		value, ok := new(big.Rat).SetString(s)
		if !ok || d.Decimal().Rat().Cmp(value) != 0 {
			t.Fatalf("%s: Decimal %s", literal, d.Decimal())
		}
		if parsed, err := wire.ParseDecimal(s); err != nil || parsed.Compare(d) != 0 {
			t.Fatalf("ParseDecimal(%s): got %v, %v", s, parsed, err)
		}
		var scanned wire.Decimal
		if stored, err := d.Value(); err != nil || scanned.Scan(stored) != nil || scanned.String() != s {
			t.Fatalf("%s: Value %v, %v, scanned as %s", literal, stored, err, scanned)
		}
		computed := wire.NewDecimal(d.Decimal())
		if computed.Compare(d) != 0 || len(computed.String()) > 1000 {
			t.Fatalf("%s: NewDecimal(Decimal()) %s", literal, computed)
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
			t.Fatalf("%s: round trip %s, %v", literal, got, err)
		}
		if d.IsSet() == d.IsNull() {
			t.Fatalf("%s: IsSet and IsNull are both %v", literal, d.IsSet())
		}
		s := d.String()
		utc, ok := d.Time(nil)
		if ok != (s != "") {
			t.Fatalf("%s: Time returned %v", literal, ok)
		}
		if local, _ := d.Time(east); ok && local.Equal(utc) != d.HasZone() {
			t.Fatalf("%s: HasZone %v, but Time is %v and %v", literal, d.HasZone(), utc, local)
		}
		if d.HasZone() && !d.HasTime() {
			t.Fatalf("%s has a zone without a time", literal)
		}
		var read wire.DateTime
		if written, err := d.MarshalText(); err != nil || read.UnmarshalText(written) != nil || read.String() != s {
			t.Fatalf("%s: MarshalText %s, %v, UnmarshalText %s", literal, written, err, read)
		}
	})
}

// oneJSONValue skips inputs that encoding/json never passes to UnmarshalJSON.
func oneJSONValue(t *testing.T, data []byte) []byte {
	t.Helper()
	if !json.Valid(data) {
		t.Skip()
	}
	return bytes.TrimSpace(data)
}

func FuzzObject(f *testing.F) {
	article := knownFields{}
	item := knownFields{lists: map[string]knownFields{"OrderItemArticles": article}}
	order := knownFields{numbers: []string{"Id"}, lists: map[string]knownFields{"Items": item}}
	f.Fuzz(func(t *testing.T, document []byte) {
		var first gen.Order
		if json.Unmarshal(document, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%s: cannot marshal: %v", document, err)
		}
		var second gen.Order
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("%s: marshals as %s, cannot unmarshal: %v", document, written, err)
		}
		if again, err := json.Marshal(second); err != nil || !bytes.Equal(again, written) {
			t.Fatalf("%s: marshals as %s, then as %s, %v", document, written, again, err)
		}
		if !repeatsName(t, document) { // encoding/json merges fields of the same name
			order.checkSurvival(t, document, written)
		}
	})
}

// knownFields are the fields of a type that the spec lists.
type knownFields struct {
	numbers []string
	lists   map[string]knownFields
}

// checkSurvival expects every field of read in written, with an equal value. A known field that is
// null, zero or an empty list may be missing.
func (k knownFields) checkSurvival(t *testing.T, read, written []byte) {
	t.Helper()
	var before, after map[string]json.RawMessage
	mustUnmarshal(t, string(read), &before)
	mustUnmarshal(t, string(written), &after)
fields:
	for name, value := range before {
		for _, number := range k.numbers {
			if strings.EqualFold(name, number) {
				got, found := after[number]
				if s := string(value); found && string(got) != s || !found && s != "null" && strings.Trim(s, "-0") != "" {
					t.Fatalf("%s of %s: got %s", name, read, got)
				}
				delete(after, number)
				continue fields
			}
		}
		for list, elements := range k.lists {
			if strings.EqualFold(name, list) {
				elements.checkListSurvival(t, value, after[list])
				delete(after, list)
				continue fields
			}
		}
		if got, found := after[name]; !found || !sameJSON(t, got, value) {
			t.Fatalf("%q of %s: got %s", name, read, got)
		}
		delete(after, name)
	}
	if len(after) > 0 {
		t.Fatalf("%s: marshals with additional fields %v", read, after)
	}
}

func (k knownFields) checkListSurvival(t *testing.T, read, written []byte) {
	t.Helper()
	var before, after []json.RawMessage
	mustUnmarshal(t, string(read), &before)
	if written != nil {
		mustUnmarshal(t, string(written), &after)
	}
	if len(before) != len(after) {
		t.Fatalf("%s: marshals as %s", read, written)
	}
	for i := range before {
		k.checkSurvival(t, before[i], after[i])
	}
}

// repeatsName reports whether an object in the document has two fields whose names are equal,
// ignoring case.
func repeatsName(t *testing.T, document []byte) bool {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	type object struct {
		names []string
		list  bool
		value bool
	}
	var open []*object
	for range len(document) {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		delim, ok := token.(json.Delim)
		if ok && (delim == '}' || delim == ']') {
			open = open[:len(open)-1]
			continue
		}
		if len(open) > 0 && !open[len(open)-1].list {
			parent := open[len(open)-1]
			if parent.value = !parent.value; parent.value {
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
		if ok {
			open = append(open, &object{list: delim == '['})
		}
	}
	return false
}
