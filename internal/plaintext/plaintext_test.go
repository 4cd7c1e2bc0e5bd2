package plaintext_test

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/xsale-go/xsale/internal/plaintext"
)

const text = "{\"Name\":\"Łódź 𝄞\"}\r\n"

func encode(order binary.AppendByteOrder, mark bool) []byte {
	var data []byte
	if mark {
		data = order.AppendUint16(data, 0xfeff)
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, unit)
	}
	return data
}

func TestDecode(t *testing.T) {
	for name, data := range map[string][]byte{
		"UTF-8":             []byte(text),
		"UTF-8 with a mark": []byte("\ufeff" + text),
		"UTF-16LE":          encode(binary.LittleEndian, true),
		"UTF-16BE":          encode(binary.BigEndian, true),
		"UTF-16LE, no mark": encode(binary.LittleEndian, false),
		"UTF-16BE, no mark": encode(binary.BigEndian, false),
	} {
		if got, err := plaintext.Decode(data); string(got) != text || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if got := plaintext.Convert(data); string(got) != text {
			t.Errorf("%s: converted to %q", name, got)
		}
	}
	for _, short := range []string{"", "\ufeff", "\xff\xfe", "\xfe\xff"} {
		if got, err := plaintext.Decode([]byte(short)); len(got) != 0 || err != nil {
			t.Errorf("%q: got %q, %v", short, got, err)
		}
	}
}

func TestDecodeNamesWhatIsWrong(t *testing.T) {
	for data, want := range map[string]string{
		"{\"a\":\n\"\xb3\"}":         "byte 7, in line 2, is not UTF-8 but perhaps Windows-1250: save the file as UTF-8",
		"\ufeff{\xb3":                "byte 4, in line 1, is not UTF-8 but perhaps Windows-1250: save the file as UTF-8",
		"PK\x03\x04\x00":             "byte 4 is zero, so this is not text: save the file as UTF-8",
		"\xff\xfe{\x00}":             "byte 4 is not UTF-16: save the file as UTF-8",
		"\xff\xfe{\x00\x00\xd8}\x00": "byte 4 is not UTF-16: save the file as UTF-8",
		"\xff\xfe{\x00\x00\xdc":      "byte 4 is not UTF-16: save the file as UTF-8",
	} {
		if got, err := plaintext.Decode([]byte(data)); got != nil || err == nil || err.Error() != want {
			t.Errorf("%q: got %q, %v", data, got, err)
		}
	}
}
