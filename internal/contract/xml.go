package contract

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

func isXML(mediaType string) bool {
	return mediaType == "application/xml" || mediaType == "text/xml" || strings.HasSuffix(mediaType, "+xml")
}

// wellFormed reports whether a body is one XML element. The element is not checked against a schema,
// and only UTF-8 is checked at all.
func wellFormed(body []byte) bool {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	otherEncoding := bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff"))
	decoder.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		otherEncoding = true
		return nil, errors.ErrUnsupported
	}
	depth, roots := 0, 0
	for {
		token, err := decoder.Token()
		if err != nil {
			return otherEncoding || err == io.EOF && roots == 1
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(bytes.TrimPrefix(token, []byte("\ufeff")))) > 0 {
				return false
			}
		}
	}
}
