package xsale

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
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
			yield(zero, decodeError(state, response, elements.seen, describeBody(response, elements.seen, err)))
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
	decoder   *json.Decoder
	body      *elementBody
	enveloped bool
	seen      []byte // the beginning of the answer, for errors
}

// elementBody bounds what is read between two elements, and keeps the beginning.
type elementBody struct {
	io.Reader
	left, limit int64
	reader      *elementReader
}

func newElementReader(body io.Reader, limit int64) *elementReader {
	r := &elementReader{}
	r.body = &elementBody{Reader: body, left: limit, limit: limit, reader: r}
	r.decoder = json.NewDecoder(r.body)
	return r
}

func (b *elementBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("%w: an element of more than %d bytes", ErrTooLarge, b.limit)
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if keep := min(n, maxErrorBody-len(b.reader.seen)); keep > 0 {
		b.reader.seen = append(b.reader.seen, p[:keep]...)
	}
	return n, err
}

// open reads up to the first element.
func (r *elementReader) open() error {
	token, err := r.decoder.Token()
	if err != nil {
		return unexpectedEnd(err)
	}
	switch token {
	case json.Delim('['):
		return nil
	case json.Delim('{'):
		r.enveloped = true
		return r.openMember()
	}
	return errors.New("the answer is neither an array nor an object")
}

// openMember finds the array among the members of an object.
func (r *elementReader) openMember() error {
	for r.decoder.More() {
		if _, err := r.decoder.Token(); err != nil { // the name
			return unexpectedEnd(err)
		}
		token, err := r.decoder.Token()
		if err != nil {
			return unexpectedEnd(err)
		}
		switch token {
		case json.Delim('['):
			return nil
		case json.Delim('{'):
			if err := r.skipRest(1); err != nil {
				return err
			}
		}
	}
	return errors.New("the answer is an object without an array")
}

// skipRest reads to the end of the value that is open at the given depth.
func (r *elementReader) skipRest(depth int) error {
	for depth > 0 {
		token, err := r.decoder.Token()
		if err != nil {
			return unexpectedEnd(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

func (r *elementReader) more() bool {
	r.body.left = r.body.limit
	return r.decoder.More()
}

func (r *elementReader) next(element any) error {
	return unexpectedEnd(r.decoder.Decode(element))
}

// close reads to the end, so that an answer that was cut is noticed and the connection can be used again.
func (r *elementReader) close() error {
	depth := 1
	if r.enveloped {
		depth = 2
	}
	if err := r.skipRest(depth); err != nil {
		return err
	}
	if _, err := r.decoder.Token(); err != io.EOF {
		return errors.New("the answer goes on after its end")
	}
	return nil
}

// unexpectedEnd makes an end in the middle of the answer an error of its own.
func unexpectedEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
