package codec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xsale-go/xsale/wire/codec"
)

// hostileDocuments complement what the fuzzer finds.
var hostileDocuments = []string{
	sampleDocument, `{}`, `null`, ` {} `, ``, ` `, `[]`, `1`, `"a"`, `true`, `{} {}`, `{}x`, "{}\x00", "\x00", "\ufeff{}", `nul`, `{"Text"}`,
	`{"Text":"a",}`, `{,}`, `{"Text" "a"}`, `{Text:1}`, `{'Text':1}`, `{"Text":'a'}`, `{"Text":"a"/**/}`, `{"a":NaN}`, `{"a":Infinity}`, `{"a":+1}`,
	`{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":-}`, `{"a":0x10}`, `{"a":1_000}`, `{"a":tru}`, `{"a":[1,]}`, `{"a":[,1]}`, `{"a":[1 2]}`,
	// names
	`{"Text":"a","Text":"b"}`, `{"Text":"a","text":"b"}`, `{"text":"a","Text":"b"}`, `{"TEXT":"a"}`, `{"\u0054ext":"a"}`, `{"\u0074EXT":"a"}`,
	`{"T\u0065xt":"a","Te\u0078t":null}`, `{"Te\xt":1}`, `{"a\"b":1,"a\\b":2,"a/b":3,"a\/b":4}`, `{"":1,"":2}`, `{"a":1,"A":2,"a":3}`,
	`{"worD":"w","ſ":1,"Kind":1}`, "{\"\u212Aind\":1}", "{\"Text\xff\":1,\"Text\ufffd\":2}", "{\"\xff\":1,\"\ufffd\":2,\"\xfe\":3}",
	// strings
	`{"Text":"\u0000\u001f\u007f"}`, "{\"Text\":\"\x00\"}", "{\"Text\":\"\n\"}", "{\"Text\":\"\x7f\"}", "{\"Text\":\"\xff\xc0\xaf\xe2\x82\"}",
	"{\"Text\":\"\xed\xa0\x80\"}", `{"Text":"\ud800"}`, `{"Text":"\udc00\ud800"}`, `{"Text":"\ud800\u0041"}`, `{"Text":"\ud800\ud83d\ude00"}`,
	`{"Text":"\ud83d\ude00"}`, `{"Text":"\uD83D\uDE00"}`, `{"Text":"\u00g0"}`, `{"Text":"\u00"}`, `{"Text":"\a"}`, `{"Text":"\'"}`, `{"Text":"a`,
	`{"Word":"\ud800","WordPointer":"\n"}`, "{\"Map\":{\"\xff\":\"\xfe\",\"\\u0061\":\"1\",\"a\":\"2\"}}", "{\"a\":\"\u2028<&>\"}",
	// numbers
	`{"Long":9223372036854775807}`, `{"Long":9223372036854775808}`, `{"Long":-9223372036854775809}`, `{"Int":2147483648}`, `{"Int":-2147483649}`,
	`{"Number":2147483648}`, `{"Long":-0}`, `{"Long":1.0}`, `{"Long":1e3}`, `{"Long":1e-1}`, `{"Long":"1"}`, `{"Long":true}`, `{"Long":[1]}`,
	`{"Price":1e400}`, `{"Price":1e401}`, `{"Price":1e999999999}`, `{"Price":"1.50"}`, `{"Price":""}`, `{"Price":"NaN"}`, `{"Price":-0.00}`,
	`{"Price":[]}`, `{"Day":""}`, `{"Day":"today"}`, `{"Day":1}`, `{"Day":"2024-10-25T08:15:00\u002B02:00"}`,
	`{"Long":` + strings.Repeat("9", 1000) + `}`, `{"a":` + strings.Repeat("9", 1000) + `}`, `{"Price":` + strings.Repeat("9", 1000) + `}`,
	// null
	`{"Text":null,"Long":null,"Int":null,"Flag":null,"Word":null,"Number":null,"TextPointer":null,"LongPointer":null,"FlagPointer":null,
	"WordPointer":null,"NumberPointer":null,"Child":null,"ChildPointer":null,"Texts":null,"Longs":null,"Children":null,"Pointers":null,
	"Rows":null,"Map":null,"Objects":null,"Raw":null,"Bytes":null,"Price":null,"Day":null,"Nullable":null,"NullableChild":null,"a":null}`,
	`{"Texts":[null],"Longs":[null],"Children":[null],"Pointers":[null],"Rows":[null,[null]],"Map":{"a":null},"Objects":{"a":null}}`,
	`{"Text":"a","Text":null}`, `{"Long":1,"Long":null}`, `{"Flag":true,"Flag":null}`, `{"TextPointer":"a","TextPointer":null}`,
	// wrong kinds
	`{"Text":1}`, `{"Text":{}}`, `{"Flag":"true"}`, `{"Flag":1}`, `{"Word":1}`, `{"Number":"1"}`, `{"Child":[]}`, `{"Child":"a"}`,
	`{"ChildPointer":1}`, `{"Texts":{}}`, `{"Texts":"a"}`, `{"Texts":[1]}`, `{"Map":[]}`, `{"Map":{"a":1}}`, `{"Objects":{"a":[]}}`,
	`{"Rows":[1]}`, `{"Rows":[["a"]]}`, `{"Bytes":"!"}`, `{"Bytes":1}`, `{"Bytes":[1,2]}`, `{"Bytes":""}`, `{"Nullable":1}`, `{"NullableChild":[]}`,
	// repeated objects and slices
	`{"Child":{"x":1},"Child":{"ID":2}}`, `{"Child":{"x":1},"Child":null}`,
	`{"Child":{"ID":1,"x":1},"Child":{"Name":"a","y":2}}`, `{"ChildPointer":{"ID":1},"ChildPointer":{"Name":"a"}}`,
	`{"Children":[{"ID":1},{"ID":2}],"Children":[{"Name":"a"}]}`, `{"Rows":[[1,2],[3]],"Rows":[[null],null]}`, `{"Texts":["a"],"Texts":[null]}`,
	`{"Map":{"a":"1"},"Map":{"b":"2"}}`, `{"Objects":{"a":{"ID":1}},"Objects":{"a":{"Name":"b"}}}`, `{"Nullable":"a","Nullable":null}`,
	`{"Texts":[],"Texts":null}`, `{"Bytes":"AQID","Bytes":""}`, `{"Pointers":[{"ID":1}],"Pointers":[{"Name":"a"},{}]}`,
}

func FuzzDecoder(f *testing.F) {
	for _, input := range hostileDocuments {
		f.Add([]byte(input), uint64(1))
	}
	f.Fuzz(func(t *testing.T, input []byte, seed uint64) {
		checkAgainstEncodingJSON(t, input)
		checkStreaming(t, input, seed)
	})
}

// strict are the reasons for which the Decoder rejects what encoding/json accepts.
var strict = []string{"a field that comes twice", "a string that is not valid UTF-8", "null in a list", "a reference ($ref)"}

func rejectedAsAmbiguous(err error) bool {
	unfit, ok := errors.AsType[*codec.ValueError](err)
	return ok && slices.ContainsFunc(strict, func(reason string) bool { return strings.HasPrefix(unfit.Err.Error(), reason) })
}

// quotedInteger reports whether encoding/json rejects a string for an integer. The Decoder reads "12".
func quotedInteger(err error) bool {
	unfit, ok := errors.AsType[*json.UnmarshalTypeError](err)
	return ok && unfit.Value == "string" && reflect.Zero(unfit.Type).CanInt()
}

// checkAgainstEncodingJSON expects the Decoder and encoding/json to accept the same inputs, except
// for ambiguous ones, and to decode the same values. It compares values only on success, because
// encoding/json continues after an error and the Decoder does not.
func checkAgainstEncodingJSON(t *testing.T, input []byte) {
	t.Helper()
	var got document
	var want reference[referenceDocument]
	err, wantErr := codec.Unmarshal(input, &got), json.Unmarshal(input, &want)
	if rejectedAsAmbiguous(err) && json.Valid(input) || err == nil && quotedInteger(wantErr) {
		return
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%.200q: %v, encoding/json: %v", input, err, wantErr)
	}
	if err == nil && !strings.Contains(described(got), twin) && described(got) != described(want) {
		t.Fatalf("%.200q:\n%s\nencoding/json:\n%s", input, described(got), described(want))
	}
}

// checkStreaming expects the same elements whether a list arrives in pieces or at once.
func checkStreaming(t *testing.T, input []byte, seed uint64) {
	t.Helper()
	list := append(append([]byte("["), input...), `, {"Text":"the last"} ]`...)
	var want []document
	wantErr := codec.Unmarshal(list, &want)
	streams := map[string]io.Reader{
		"at once":      bytes.NewReader(list),
		"byte by byte": iotest.OneByteReader(bytes.NewReader(list)),
		"in chunks":    &chunkReader{bytes.NewReader(list), rand.New(rand.NewPCG(seed, 0))},
		"with its end": iotest.DataErrReader(&chunkReader{bytes.NewReader(list), rand.New(rand.NewPCG(seed, 1))}),
	}
	if json.Valid(list) { // otherwise input may close the list and start another
		enveloped := append(append([]byte(`{"Page":{"Items":[1]},"Items":`), list...), `,"Total":[2]}`...)
		streams["in an object"] = &chunkReader{bytes.NewReader(enveloped), rand.New(rand.NewPCG(seed, 2))}
	}
	for name, stream := range streams {
		got, err := readElements(stream)
		if err != nil && strings.HasSuffix(err.Error(), "none of the fields of its type") {
			continue // suspicious as an element of a list only
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s: %.200q: %v, at once: %v", name, input, err, wantErr)
		}
		if err == nil && described(got) != described(want) {
			t.Fatalf("%s: %.200q:\n%s\nat once:\n%s", name, input, described(got), described(want))
		}
	}
}

func readElements(stream io.Reader) (documents []document, err error) {
	elements := codec.NewElements(stream, codec.List{Envelope: "Items"})
	if err := elements.Open(); err != nil {
		return nil, err
	}
	for elements.More() {
		var element document
		if err := elements.Next(&element); err != nil {
			return nil, err
		}
		documents = append(documents, element)
	}
	return documents, elements.Close()
}

// chunkReader returns a random number of bytes at a time.
type chunkReader struct {
	*bytes.Reader
	random *rand.Rand
}

func (r *chunkReader) Read(p []byte) (int, error) {
	return r.Reader.Read(p[:min(len(p), 1+r.random.IntN(9))])
}

func TestTruncatedDocument(t *testing.T) {
	for length := range len(sampleDocument) {
		input := []byte(sampleDocument[:length])
		checkAgainstEncodingJSON(t, input)
		checkStreaming(t, input, uint64(length))
		var got document
		checkTruncated(t, length, codec.Unmarshal(input, &got))
		_, err := readElements(strings.NewReader("[" + sampleDocument[:length]))
		checkTruncated(t, length, err)
	}
}

func checkTruncated(t *testing.T, length int, err error) {
	t.Helper()
	syntax, ok := errors.AsType[*codec.SyntaxError](err)
	if !ok || !errors.Is(err, io.ErrUnexpectedEOF) || syntax.Offset > int64(length)+1 { // +1 for the bracket of a list
		t.Errorf("after %d bytes: %v", length, err)
	}
}

func TestNestingIsLimited(t *testing.T) {
	for _, depth := range []int{10, 9_999, 10_000, 10_001, 20_000, 1_000_000} {
		for _, input := range []string{
			strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1),
			strings.Repeat(`{"a":`, depth-1) + "1" + strings.Repeat("}", depth-1),
			strings.Repeat("[", depth),
			strings.Repeat(`{"a":`, depth),
		} {
			checkAgainstEncodingJSON(t, []byte(`{"Raw":`+input+`}`))
			checkAgainstEncodingJSON(t, []byte(`{"a":`+input+`}`))
		}
	}
}
