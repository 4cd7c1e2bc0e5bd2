package call

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Byte order marks of UTF-16, which Windows programs write in front of a body.
var (
	utf16LittleMark = []byte("\xff\xfe")
	utf16BigMark    = []byte("\xfe\xff")
)

// Characters of the code pages of Polish and Western European Windows and Unix programs: the page
// from its first byte that differs from ISO-8859-1. U+FFFD marks bytes without a character. They
// stand here because the tables of golang.org/x/text would add 600 kB to what users vendor.
var codePages = map[string]codePage{
	"iso88591": {},
	"latin1":   {},
	"iso88592": latin2, "latin2": latin2,
	"windows1250": windows1250, "cp1250": windows1250,
	"windows1252": windows1252, "cp1252": windows1252,
}

type codePage struct {
	first int
	runes []rune
}

var (
	windows1250 = codePage{0x80, []rune("€\ufffd‚\ufffd„…†‡\ufffd‰Š‹ŚŤŽŹ\ufffd‘’“”•–—\ufffd™š›śťžź\u00a0ˇ˘Ł¤Ą¦§¨©Ş«¬\u00ad®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż" + easternLetters)}
	windows1252 = codePage{0x80, []rune("€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ")}
	latin2      = codePage{0xa0, []rune("\u00a0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u00adŽŻ°ą˛ł´ľśˇ¸šşťź˝žż" + easternLetters)}
)

// easternLetters are the bytes from 0xC0, the same in both Eastern European pages.
const easternLetters = "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"

// nextRune reads a character from a body.
type nextRune func(*bufio.Reader) (rune, error)

// runesOf returns how to read the characters of a body with this Content-Type and beginning; nil
// for UTF-8, which is also the default. A byte order mark outranks the Content-Type.
func runesOf(contentType string, start []byte) (nextRune, error) {
	switch {
	case bytes.HasPrefix(start, utf16LittleMark):
		return utf16Rune(1, 0), nil
	case bytes.HasPrefix(start, utf16BigMark):
		return utf16Rune(0, 1), nil
	}
	charset := httpx.Charset(contentType)
	if charset == "" || strings.EqualFold(charset, "utf-8") || len(httpx.TrimBOM(start)) < len(start) {
		return nil, nil
	}
	switch name := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(charset)); name {
	case "utf8", "usascii", "ascii":
		return nil, nil
	case "utf16le":
		return utf16Rune(1, 0), nil
	case "utf16be":
		return utf16Rune(0, 1), nil
	case "utf16": // JSON starts with ASCII, which shows the order; .NET writes the low byte first
		if len(start) > 0 && start[0] == 0 {
			return utf16Rune(0, 1), nil
		}
		return utf16Rune(1, 0), nil
	default:
		page, known := codePages[name]
		if !known {
			return nil, fmt.Errorf("the charset %.40q of the response is not supported: the server should send UTF-8", charset)
		}
		return page.next, nil
	}
}

func (p codePage) next(body *bufio.Reader) (rune, error) {
	b, err := body.ReadByte()
	if i := int(b) - p.first; err == nil && i >= 0 && i < len(p.runes) {
		if p.runes[i] == utf8.RuneError {
			return 0, fmt.Errorf("byte 0x%02x has no character in the charset of the response", b)
		}
		return p.runes[i], nil
	}
	return rune(b), err
}

// utf16Rune reads code units, in which high and low are the positions of the bytes.
func utf16Rune(high, low int) nextRune {
	unit := func(body *bufio.Reader) (rune, error) {
		var pair [2]byte
		_, err := io.ReadFull(body, pair[:])
		return rune(pair[high])<<8 | rune(pair[low]), err
	}
	return func(body *bufio.Reader) (rune, error) {
		r, err := unit(body)
		if err != nil || !utf16.IsSurrogate(r) {
			return r, err
		}
		second, err := unit(body)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if r = utf16.DecodeRune(r, second); err == nil && r == utf8.RuneError {
			err = errors.New("half a surrogate pair in UTF-16")
		}
		return r, err
	}
}

// inUTF8 returns a body in UTF-8, at most limit bytes of it. A body in UTF-8 is returned as it is.
// An error comes with what was read before it.
func inUTF8(body []byte, contentType string, limit int64) ([]byte, error) {
	next, err := runesOf(contentType, body)
	if err != nil {
		return nil, err
	}
	if next == nil {
		return body, nil
	}
	body, err = io.ReadAll(io.LimitReader(&converter{source: bufio.NewReader(bytes.NewReader(body)), next: next}, limit+1))
	if int64(len(body)) > limit {
		return body, fmt.Errorf("%w: more than %d bytes in UTF-8", ErrTooLarge, limit)
	}
	return body, err
}

// utf8Body is a body in UTF-8 that is converted while it is read.
type utf8Body struct {
	io.ReadCloser
	contentType string
	utf8        io.Reader // from the first Read on
}

func (b *utf8Body) Read(p []byte) (int, error) {
	if b.utf8 == nil {
		source := bufio.NewReaderSize(b.ReadCloser, 16) // longer reads go past it
		start, _ := source.Peek(len("\ufeff"))
		next, err := runesOf(b.contentType, start)
		switch {
		case err != nil:
			return 0, err
		case next == nil:
			b.utf8 = source
		default:
			b.utf8 = &converter{source: bufio.NewReader(source), next: next}
		}
	}
	return b.utf8.Read(p)
}

// converter reads characters as UTF-8.
type converter struct {
	source *bufio.Reader
	next   nextRune
	ready  []byte // converted, but not yet read; the end of buffer
	buffer []byte
	err    error
}

func (c *converter) Read(p []byte) (int, error) {
	for len(c.ready) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.convert()
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// convert converts what has arrived.
func (c *converter) convert() {
	c.ready = c.buffer[:0]
	for more := true; more && c.err == nil; more = c.source.Buffered() > 0 {
		var r rune
		if r, c.err = c.next(c.source); c.err == nil {
			c.ready = utf8.AppendRune(c.ready, r)
		}
	}
	c.buffer = c.ready
}
