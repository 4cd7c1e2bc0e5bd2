package httpx

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// Text returns a body as a string without its byte order mark. A body in UTF-16, which Windows
// programs write, becomes UTF-8. Without a mark, it is recognized by its first two characters, as
// JSON begins with ASCII.
func Text(body []byte) string {
	if order, rest := utf16Order(body); order != nil {
		units := make([]uint16, len(rest)/2)
		for i := range units {
			units[i] = order.Uint16(rest[2*i:])
		}
		return string(utf16.Decode(units))
	}
	return string(TrimBOM(body))
}

// utf16Order returns the byte order of a body in UTF-16 and the body after its mark; nil for any
// other body.
func utf16Order(body []byte) (binary.ByteOrder, []byte) {
	if rest, ok := bytes.CutPrefix(body, []byte("\xff\xfe")); ok {
		return binary.LittleEndian, rest
	}
	if rest, ok := bytes.CutPrefix(body, []byte("\xfe\xff")); ok {
		return binary.BigEndian, rest
	}
	if len(body) >= 4 {
		switch zeros := [4]bool{body[0] == 0, body[1] == 0, body[2] == 0, body[3] == 0}; zeros {
		case [4]bool{false, true, false, true}:
			return binary.LittleEndian, body
		case [4]bool{true, false, true, false}:
			return binary.BigEndian, body
		}
	}
	return nil, body
}
