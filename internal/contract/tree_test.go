package contract

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestTreesAreThoseOfEncodingJSON(t *testing.T) {
	for _, text := range []string{
		`null`, `true`, `false`, `0`, `-1.50e+2`, `12345678901234567890.123`, `""`, `"\u017c\ud83d\ude00\\"`, "\"\xff\"", `"\ud800"`,
		`[]`, `{}`, ` [ 1 , [ ] , { "a" : null } ] `, `{"a":{"b":[true,"x"]},"A":1,"a":2}`, `{"a":1,"a":{"b":2}}`, `{"\u0061":1}`,
		``, ` `, `{`, `[1,`, `[1,]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{1:2}`, `]`, `}`, `01`, `+1`, `nul`, `"a`, "\"\x01\"", `"\q"`, `'a'`,
		`1 2`, `{} {}`, `[]x`, `null,`, "1\x00",
		strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
	} {
		value, isMore, err := readTree([]byte(text))
		decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
		decoder.UseNumber()
		var want any
		wantErr := decoder.Decode(&want)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%.40q: %v, encoding/json says %v", text, err, wantErr)
			continue
		}
		if err != nil {
			continue
		}
		_, end := decoder.Token()
		if isMore != (end != io.EOF) || !reflect.DeepEqual(value, want) {
			t.Errorf("%.40q: %v, more %v; encoding/json has %v, %v", text, value, isMore, want, end)
		}
	}
}
