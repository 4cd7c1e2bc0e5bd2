package call

import (
	"bytes"
	"io"
	"strings"

	"github.com/xsale-go/xsale/wire/codec"
	"github.com/xsale-go/xsale/wire/param"
)

// Body returns the body of a request. Generated code makes one with a function such as [JSONBody].
type Body func() (content, error)

type content struct {
	mediaType string
	reader    io.Reader
	multipart *param.Multipart // what the reader reads; nil for other bodies
}

// JSONBody is the JSON of a value, as [codec.MarshalRequest] writes it: without fields that only
// responses have. A required field without a value can be an error.
func JSONBody(mediaType string, value any) Body {
	return func() (content, error) {
		data, err := codec.MarshalRequest(value)
		return content{mediaType: mediaType, reader: bytes.NewReader(data)}, err
	}
}

// FormBody is the fields that JSONBody sends, as application/x-www-form-urlencoded. Tags such as
// "ids,joined" are for lists in another style.
func FormBody(value any, tags ...string) Body {
	return func() (content, error) {
		form, err := param.EncodeForm(value, tags...)
		return content{mediaType: "application/x-www-form-urlencoded", reader: strings.NewReader(form)}, err
	}
}

// TextBody is a string as it is.
func TextBody(text string) Body {
	return func() (content, error) { return content{mediaType: "text/plain", reader: strings.NewReader(text)}, nil }
}

// File is a file in a multipart body.
type File = param.File

// MultipartBody is the tagged fields of form, a pointer to a struct, as multipart/form-data. Files
// are read while the request is sent. The call can be retried if each of them is a *bytes.Buffer, a
// *bytes.Reader or a *strings.Reader.
func MultipartBody(form any) Body {
	return func() (content, error) {
		body, err := param.EncodeMultipart(form)
		if err != nil {
			return content{}, err
		}
		return content{mediaType: body.MediaType, reader: body.Reader(), multipart: body}, nil
	}
}

// ReaderBody is what a reader returns; nil is no body. Of the readers, only *bytes.Buffer,
// *bytes.Reader and *strings.Reader allow retries.
func ReaderBody(mediaType string, reader io.Reader) Body {
	return func() (content, error) { return content{mediaType: mediaType, reader: reader}, nil }
}
