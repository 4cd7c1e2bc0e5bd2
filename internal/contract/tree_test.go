package contract

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTreesEqualEncodingJSON(t *testing.T) {
	for _, body := range []string{
		`null`, `true`, `false`, `0`, `-1.50e+2`, `12345678901234567890.123`, `""`, `"\u017c\ud83d\ude00\\"`, `"\\ud800"`,
		`[]`, `{}`, ` [ 1 , [ ] , { "a" : null } ] `, `{"a":{"b":[true,"x"]},"A":1,"a":2}`, `{"a":1,"a":{"b":2}}`, `{"\u0061":1}`,
		``, ` `, `{`, `[1,`, `[1,]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{1:2}`, `]`, `}`, `01`, `+1`, `nul`, `"a`, "\"\x01\"", `"\q"`, `'a'`,
		`1 2`, `{} {}`, `[]x`, `null,`, "1\x00",
		strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
	} {
		value, _, invalid := readTree([]byte(body))
		decoder := json.NewDecoder(strings.NewReader(body))
		decoder.UseNumber()
		var want any
		err := decoder.Decode(&want)
		if _, end := decoder.Token(); err == nil && end != io.EOF {
			err = errors.New("trailing data")
		}
		if (invalid == nil) != (err == nil) {
			t.Errorf("%.40q: got %v, encoding/json returns %v", body, invalid, err)
		} else if err == nil && !reflect.DeepEqual(value, want) {
			t.Errorf("%.40q: got %v, encoding/json returns %v", body, value, want)
		}
	}
}

func TestTreesReportInvalidJSON(t *testing.T) {
	for body, want := range map[string]string{
		"\"\xff\"":                  "invalid UTF-8",
		`"\ud800"`:                  "half of a surrogate pair",
		`{"a":["\uDE00\uD83D"]}`:    "half of a surrogate pair",
		`{"\uD83D":"\uD83D\uDE00"}`: "half of a surrogate pair",
		`1 2`:                       "more than one JSON value",
		`{"a":1,}`:                  "invalid JSON",
		strings.Repeat("[", 12_000) + strings.Repeat("]", 12_000):           "JSON that is too deep",
		strings.Repeat(`{"a":`, 12_000) + "1" + strings.Repeat("}", 12_000): "JSON that is too deep",
	} {
		if _, _, invalid := readTree([]byte(body)); invalid == nil || invalid.got != want {
			t.Errorf("%.20q: got %v, want %s", body, invalid, want)
		}
	}
	_, duplicates, invalid := readTree([]byte(`{"a":[1,{"b":1,"c":2,"b":3}],"600100200":{"x":1,"x":2},"a":0,"Jan Kowalski":1,"Jan Kowalski":2}`))
	if want := []string{"/a/1/b", "/*/x", "/a", "/*"}; invalid != nil || !slices.Equal(duplicates, want) {
		t.Errorf("got %q, want %q", duplicates, want)
	}
}
