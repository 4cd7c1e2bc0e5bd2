// Package plaintext reads text in the encodings that programs write by default: UTF-8, and UTF-16 as
// Windows PowerShell does.
package plaintext

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// Decode returns text as UTF-8 without a byte order mark. Text in any other encoding, such as
// Windows-1250, is an error with the offset in bytes and the line. The result may share the memory of
// data.
func Decode(data []byte) ([]byte, error) {
	if low, start := order(data); start >= 0 {
		text, invalid := decodeUTF16(data[start:], low)
		if invalid >= 0 {
			return nil, fmt.Errorf("byte %d is not UTF-16: save the file as UTF-8", start+invalid)
		}
		return text, nil
	}
	text := bytes.TrimPrefix(data, []byte("\ufeff"))
	mark := len(data) - len(text)
	if zero := bytes.IndexByte(text, 0); zero >= 0 {
		return nil, fmt.Errorf("byte %d is zero, so this is not text: save the file as UTF-8", mark+zero)
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			line := bytes.Count(text[:i], []byte("\n")) + 1
			return nil, fmt.Errorf("byte %d, in line %d, is not UTF-8 but perhaps Windows-1250: save the file as UTF-8", mark+i, line)
		}
		i += size
	}
	return text, nil
}

// Convert is [Decode] for text that is not rejected: what is invalid in UTF-16 becomes U+FFFD, and
// text in any other encoding stays as it is.
func Convert(data []byte) []byte {
	if low, start := order(data); start >= 0 {
		text, _ := decodeUTF16(data[start:], low)
		return text
	}
	return bytes.TrimPrefix(data, []byte("\ufeff"))
}

// order returns whether the first byte of a unit of UTF-16 is its low one (0) or its high one (1), and
// where the text begins; a start of -1 means that it is not UTF-16. Without a byte order mark, the zero
// bytes of the first two characters tell: JSON and YAML begin with ASCII.
func order(data []byte) (low, start int) {
	if len(data) >= 2 {
		switch [2]byte(data) {
		case [2]byte{0xff, 0xfe}:
			return 0, 2
		case [2]byte{0xfe, 0xff}:
			return 1, 2
		}
	}
	if len(data) >= 4 {
		switch [4]bool{data[0] == 0, data[1] == 0, data[2] == 0, data[3] == 0} {
		case [4]bool{false, true, false, true}:
			return 0, 0
		case [4]bool{true, false, true, false}:
			return 1, 0
		}
	}
	return 0, -1
}

// decodeUTF16 returns text as UTF-8, and the offset of the first unit that is invalid, or -1.
func decodeUTF16(data []byte, low int) (text []byte, invalid int) {
	invalid = -1
	fail := func(i int) rune {
		if invalid < 0 {
			invalid = i
		}
		return utf8.RuneError
	}
	text = make([]byte, 0, len(data)/2*3+utf8.UTFMax) // never grows, which would leave copies of secrets
	unit := func(i int) rune { return rune(data[i+low]) | rune(data[i+1-low])<<8 }
	for i := 0; i+1 < len(data); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if i+3 < len(data) {
				pair = utf16.DecodeRune(r, unit(i+2))
			}
			if r = pair; pair == utf8.RuneError {
				r = fail(i)
			} else {
				i += 2
			}
		}
		text = utf8.AppendRune(text, r)
	}
	if len(data)%2 == 1 { // half a unit
		text = utf8.AppendRune(text, fail(len(data)-1))
	}
	return text, invalid
}
