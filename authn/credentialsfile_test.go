package authn

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

const credentialsJSON = `{"client_id":"c","client_secret":"s","username":"user@example.com","password":"pässwörd \ud83d\ude00 😀 ` + "\u20ac" + `"}` + "\r\n"

// Windows PowerShell writes UTF-16 with a byte order mark, which was not a JSON object.
func TestA32_EncodingsOfCredentials(t *testing.T) {
	units := utf16.Encode([]rune(credentialsJSON))
	encode := func(order binary.AppendByteOrder, mark bool) []byte {
		var data []byte
		if mark {
			data = order.AppendUint16(data, 0xfeff)
		}
		for _, unit := range units {
			data = order.AppendUint16(data, unit)
		}
		return data
	}
	for name, data := range map[string][]byte{
		"UTF-8":               []byte(credentialsJSON),
		"UTF-8 with mark":     []byte("\ufeff" + credentialsJSON),
		"UTF-16LE with mark":  encode(binary.LittleEndian, true),
		"UTF-16BE with mark":  encode(binary.BigEndian, true),
		"UTF-16LE":            encode(binary.LittleEndian, false),
		"UTF-16BE":            encode(binary.BigEndian, false),
		"UTF-8 after newline": []byte("\n" + credentialsJSON),
	} {
		file := filepath.Join(t.TempDir(), "credentials.json")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := File(file)(t.Context())
		if err != nil || got.Password.Reveal() != "pässwörd 😀 😀 €" || got.Username != "user@example.com" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ParseCredentials(data); err != nil || strings.Trim(string(data), "\x00") != "" {
			t.Errorf("%s: %v, %q, want zeros", name, err, data)
		}
	}
	for _, data := range []string{"", "{", "\xff\xfe", "\xff\xfe{", "\xff\xfe{\x00}", "\x00{", "\xff\xfe\x00\xd8", "\xff\xfe\x00\xd8{\x00"} {
		if _, err := ParseCredentials([]byte(data)); err == nil {
			t.Errorf("%q was accepted", data)
		}
	}
}

func TestCredentialsFileOfAnotherKind(t *testing.T) {
	dir := t.TempDir()
	huge := filepath.Join(dir, "huge")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 64<<20); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir:                           "",
		huge:                          "has more than 1048576 bytes",
		filepath.Join(dir, "missing"): "missing",
	} {
		if _, err := File(path)(t.Context()); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := File(huge)(canceled); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("after the end of the context: %v", err)
	}
}
