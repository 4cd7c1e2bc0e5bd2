package call

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/xsale-go/xsale/wire/param"
)

// Body returns the body of a request. Generated code makes one with [JSONBody] and its like.
type Body func() (content, error)

type content struct {
	mediaType string
	reader    io.Reader
}

// JSONBody is the JSON of a value.
func JSONBody(mediaType string, value any) Body {
	return func() (content, error) {
		data, err := json.Marshal(value)
		return content{mediaType, bytes.NewReader(data)}, err
	}
}

// FormBody is the fields of a value, as [encoding/json] would write them, as
// application/x-www-form-urlencoded.
func FormBody(value any) Body {
	return func() (content, error) {
		form, err := param.EncodeForm(value)
		return content{"application/x-www-form-urlencoded", strings.NewReader(form)}, err
	}
}

// TextBody is a string as it is.
func TextBody(text string) Body {
	return func() (content, error) { return content{"text/plain", strings.NewReader(text)}, nil }
}

// ReaderBody is what a reader returns; nil is no body. Of the readers, only *bytes.Buffer,
// *bytes.Reader and *strings.Reader allow retries.
func ReaderBody(mediaType string, reader io.Reader) Body {
	return func() (content, error) { return content{mediaType, reader}, nil }
}
