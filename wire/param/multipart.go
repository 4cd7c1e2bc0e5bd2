package param

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"reflect"
	"strings"
)

// File is a file in a multipart body.
type File struct {
	Name    string    // of the file, without a directory; the name of the part by default
	Type    string    // media type; application/octet-stream by default
	Content io.Reader // read while the body is sent; it stays open
}

// Multipart is a multipart/form-data body.
type Multipart struct {
	MediaType string
	chunks    []func() io.Reader
	size      int64 // -1 if unknown
}

// EncodeMultipart returns the multipart body of a struct whose fields have tags such as
// form:"note,required". A [File] is a file, each element of a list a part, and an object a part with
// JSON. What cannot be sent is an [*Error].
func EncodeMultipart(form any) (*Multipart, error) {
	w := &partWriter{body: &Multipart{}}
	w.writer = multipart.NewWriter(&w.buffer)
	w.body.MediaType = w.writer.FormDataContentType()
	v := reflect.Indirect(reflect.ValueOf(form))
	for _, f := range fieldsOf(v.Type()) {
		if err := w.add(f, v.FieldByIndex(f.index)); err != nil {
			return nil, f.fail(err)
		}
	}
	if err := w.writer.Close(); err != nil {
		return nil, err
	}
	w.flush()
	return w.body, nil
}

type partWriter struct {
	body   *Multipart
	buffer bytes.Buffer // what precedes the next file
	writer *multipart.Writer
}

func (w *partWriter) add(f field, v reflect.Value) error {
	if absent(v) {
		if f.required {
			return errMissing
		}
		return nil
	}
	v = reflect.Indirect(v)
	if file, ok := v.Interface().(File); ok {
		return w.addFile(f.name, file)
	}
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8 && !f.json {
		each := f
		each.required = true // a part for each element
		for i := range v.Len() {
			if err := w.add(each, v.Index(i)); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		return nil
	}
	mediaType := ""
	value, err := valueOf(v)
	text, ok := value.(string)
	if !ok || err != nil || f.json {
		mediaType = "application/json"
		if text, err = jsonText(v.Interface()); err != nil {
			return err
		}
	}
	return w.addText(f.name, mediaType, text)
}

func (w *partWriter) addText(name, mediaType, text string) error {
	header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"`}} // the generator allows no quotes
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	part, err := w.writer.CreatePart(header)
	if err != nil {
		return err
	}
	_, err = io.WriteString(part, text)
	return err
}

func (w *partWriter) addFile(name string, file File) error {
	if file.Content == nil {
		return errMissing
	}
	header := textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition(name, cmp.Or(file.Name, name))}, "Content-Type": {"application/octet-stream"}}
	if strings.ContainsAny(file.Type, "\r\n") {
		return fmt.Errorf("the media type %.80q has a line break", file.Type)
	}
	if file.Type != "" {
		header.Set("Content-Type", file.Type)
	}
	if _, err := w.writer.CreatePart(header); err != nil {
		return err
	}
	w.flush()
	w.body.add(file.Content)
	return nil
}

func (w *partWriter) flush() {
	data := bytes.Clone(w.buffer.Bytes())
	w.buffer.Reset()
	w.body.add(bytes.NewReader(data))
}

// add adds what a reader returns.
func (m *Multipart) add(content io.Reader) {
	var size int
	var again func() io.Reader
	switch content := content.(type) {
	case *bytes.Reader:
		start := *content
		size, again = content.Len(), func() io.Reader { reader := start; return &reader }
	case *strings.Reader:
		start := *content
		size, again = content.Len(), func() io.Reader { reader := start; return &reader }
	case *bytes.Buffer:
		data := content.Bytes()
		size, again = len(data), func() io.Reader { return bytes.NewReader(data) }
	default:
		m.size, again = -1, func() io.Reader { return content }
	}
	if m.size >= 0 {
		m.size += int64(size)
	}
	m.chunks = append(m.chunks, again)
}

// Size returns the length of the body, or -1 if a file has an unknown length. A body of unknown
// length can be read once.
func (m *Multipart) Size() int64 { return m.size }

// Reader returns the body from the start.
func (m *Multipart) Reader() io.Reader {
	readers := make([]io.Reader, len(m.chunks))
	for i, chunk := range m.chunks {
		readers[i] = chunk()
	}
	return io.MultiReader(readers...)
}
