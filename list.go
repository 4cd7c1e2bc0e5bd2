package xsale

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/wire"
)

// list sends a call when it is ranged over, and yields the elements of its answer one by one, so that memory holds one
// element at a time.
func list[T any](ctx context.Context, c *Client, operation operation, options []CallOption, sender sendFunc) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		state := &callState{operation: operation, reading: readByElements}
		response, err := send(ctx, state, options, sender)
		if err != nil {
			yield(zero, err)
			return
		}
		defer response.Body.Close()
		elements := newElementReader(response.Body, c.maxBytes)
		fail := func(err error) {
			seen, cause := elements.body.rest()
			if cause != nil { // without what the decoder says around it
				err = cause
			}
			yield(zero, decodeError(state, response, seen, describeBody(response, seen, err)))
		}
		if err := elements.open(); err != nil {
			fail(err)
			return
		}
		for elements.more() {
			var element T
			if err := elements.next(&element); err != nil {
				fail(err)
				return
			}
			if !yield(element, nil) {
				return
			}
		}
		if err := elements.close(); err != nil {
			fail(err)
		}
	}
}

// Collect gathers a list into a slice. On an error it returns the elements before it, too.
func Collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	var elements []T
	for element, err := range list {
		if err != nil {
			return elements, err
		}
		elements = append(elements, element)
	}
	return elements, nil
}

// elementReader reads the elements of a JSON array one by one. The array is the whole answer or, as an assumption about
// answers that the vendor does not publish, the first array among the members of an object.
type elementReader struct {
	decoder   *jsontext.Decoder
	body      *elementBody
	enveloped bool
}

// elementBody bounds what is read between two elements, and keeps the beginning.
type elementBody struct {
	io.Reader
	left, limit int64
	seen        []byte // the beginning of the answer, for errors
	err         error  // why reading ended
}

func newElementReader(body io.Reader, limit int64) *elementReader {
	bounded := &elementBody{Reader: body, left: limit, limit: limit}
	// Names that repeat are allowed also because looking for them would need all names of the answer in memory.
	decoder := jsontext.NewDecoder(withoutMark(bounded), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return &elementReader{decoder: decoder, body: bounded}
}

// withoutMark skips a byte order mark.
func withoutMark(reader io.Reader) io.Reader {
	start := make([]byte, len(byteOrderMark))
	n, err := io.ReadFull(reader, start)
	start = bytes.TrimPrefix(start[:n], []byte(byteOrderMark))
	if err != nil {
		return bytes.NewReader(start) // the body keeps the error
	}
	return io.MultiReader(bytes.NewReader(start), reader)
}

func (b *elementBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.err = fmt.Errorf("%w: an element of more than %d bytes", ErrTooLarge, b.limit)
		return 0, b.err
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if keep := min(n, maxErrorBody+1-len(b.seen)); keep > 0 {
		b.seen = append(b.seen, p[:keep]...)
	}
	if err != nil {
		b.err = err
	}
	return n, err
}

// rest returns the beginning of the answer as far as an error keeps it, and why reading had failed, if it had.
func (b *elementBody) rest() ([]byte, error) {
	if b.err == nil {
		b.left = int64(maxErrorBody + 1 - len(b.seen))
		_, _ = io.CopyN(io.Discard, b, b.left) // what cannot be read is not kept
		return b.seen, nil
	}
	if b.err == io.EOF {
		return b.seen, nil
	}
	return b.seen, b.err
}

// open reads up to the first element.
func (r *elementReader) open() error {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return unexpectedEnd(err)
	}
	switch token.Kind() {
	case '[':
		return nil
	case '{':
		r.enveloped = true
		return r.openMember()
	}
	return errors.New("the answer is neither an array nor an object")
}

// openMember finds the array among the members of an object.
func (r *elementReader) openMember() error {
	for r.decoder.PeekKind() != '}' {
		if err := r.decoder.SkipValue(); err != nil { // the name
			return unexpectedEnd(err)
		}
		if r.decoder.PeekKind() == '[' {
			_, err := r.decoder.ReadToken()
			return err
		}
		if err := r.decoder.SkipValue(); err != nil {
			return unexpectedEnd(err)
		}
	}
	return errors.New("the answer is an object without an array")
}

// more reports whether an element, or what is wrong with it, is to be read.
func (r *elementReader) more() bool {
	r.body.left = r.body.limit
	return r.decoder.PeekKind() != ']'
}

func (r *elementReader) next(element any) error {
	value, err := r.decoder.ReadValue()
	if err != nil {
		return unexpectedEnd(err)
	}
	err = wire.Unmarshal(value, element)
	if unfit, ok := errors.AsType[*wire.ValueError](err); ok {
		unfit.Pointer = string(r.decoder.StackPointer()) + unfit.Pointer // in the whole answer
	}
	return err
}

// close reads to the end, so that an answer that was cut is noticed and the connection can be used again.
func (r *elementReader) close() error {
	_, err := r.decoder.ReadToken() // the bracket
	for err == nil && r.enveloped && r.decoder.PeekKind() != '}' {
		err = r.decoder.SkipValue()
	}
	if err == nil && r.enveloped {
		_, err = r.decoder.ReadToken()
	}
	if err != nil {
		return unexpectedEnd(err)
	}
	if _, err := r.decoder.ReadToken(); err == io.EOF {
		return nil
	} else if err != nil && !errors.As(err, new(*jsontext.SyntacticError)) {
		return err
	}
	return errors.New("the answer goes on after its end")
}

// unexpectedEnd makes an end in the middle of the answer an error of its own.
func unexpectedEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
