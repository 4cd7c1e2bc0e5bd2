package codec_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire/codec"
)

// Of any object, whatever else is in it: a second type that lists nothing keeps all of it.
func FuzzUnknownMembers(f *testing.F) {
	for _, text := range hostileDocuments {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var definition gen.ParameterDefinition
		if codec.Unmarshal(text, &definition) != nil {
			return
		}
		got, err := definition.MarshalJSON()
		var compact bytes.Buffer
		if err == nil {
			err = json.Compact(&compact, text)
		}
		if compact.String() == "null" {
			compact = *bytes.NewBufferString("{}")
		}
		var written bytes.Buffer
		if err == nil {
			err = json.Compact(&written, got)
		}
		if err != nil || !bytes.Equal(written.Bytes(), compact.Bytes()) {
			t.Fatalf("%q\nis written back as\n%q, %v", text, got, err)
		}
	})
}
