package wire_test

import (
	"bytes"
	"encoding/json"
	"math/big"
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
		if ok != (s != "" && !d.IsMinValue()) {
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
	f.Fuzz(func(t *testing.T, document []byte) {
		var order gen.Order
		if json.Unmarshal(document, &order) == nil {
			checkUnchanged(t, string(document), order)
		}
	})
}
