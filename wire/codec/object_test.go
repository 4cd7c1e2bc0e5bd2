package codec_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire/codec"
)

// ParameterDefinition has no known fields, so it must keep any object unchanged.
func FuzzUnknownFields(f *testing.F) {
	for _, input := range hostileDocuments {
		f.Add([]byte(input))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var definition gen.ParameterDefinition
		if codec.Unmarshal(input, &definition) != nil {
			return
		}
		got, err := definition.MarshalJSON()
		var compact bytes.Buffer
		if err == nil {
			err = json.Compact(&compact, input)
		}
		if compact.String() == "null" {
			compact = *bytes.NewBufferString("{}")
		}
		var written bytes.Buffer
		if err == nil {
			err = json.Compact(&written, got)
		}
		if err != nil || !bytes.Equal(written.Bytes(), compact.Bytes()) {
			t.Fatalf("%q\nround trip:\n%q, %v", input, got, err)
		}
	})
}
