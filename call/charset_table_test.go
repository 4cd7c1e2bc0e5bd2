package call

import (
	"bufio"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

func TestCodePagesAreThoseOfTheStandard(t *testing.T) {
	for name, page := range map[string]*charmap.Charmap{
		"iso88591": charmap.ISO8859_1, "iso88592": charmap.ISO8859_2, "windows1250": charmap.Windows1250, "windows1252": charmap.Windows1252,
	} {
		for b := range 256 {
			want := page.DecodeByte(byte(b))
			if name[0] == 'i' && b >= 0x80 && b < 0xa0 {
				want = rune(b) // a control character by ISO 6429, which the package leaves out
			}
			got, err := codePages[name].next(bufio.NewReader(strings.NewReader(string([]byte{byte(b)}))))
			if (want == '\ufffd') != (err != nil) || err == nil && got != want {
				t.Errorf("%s, 0x%02x: got %q, %v instead of %q", name, b, got, err, want)
			}
		}
	}
}
