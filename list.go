package xsale

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/xsale-go/xsale/wire"
)

// list sends a call when it is ranged over, and yields the elements of its answer one by one, so that memory holds one
// element at a time.
func list[T any](ctx context.Context, operation operation, options []CallOption, sender sendFunc) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		state := &callState{operation: operation, reading: readByElements}
		response, err := send(ctx, state, options, sender)
		if err != nil {
			yield(zero, err)
			return
		}
		defer response.Body.Close()
		body := newElementBody(response.Body, cmp.Or(state.elementLimit, defaultMaxResponseBytes))
		defer body.release()
		elements := wire.NewElements(withoutMark(body))
		fail := func(err error) {
			seen, cause := body.rest()
			if cause != nil { // without what the decoder says around it
				err = cause
			}
			yield(zero, decodeError(state, response, seen, describeBody(response, seen, err)))
		}
		if err := elements.Open(); err != nil {
			fail(err)
			return
		}
		for elements.More() {
			var element T
			body.allowMore()
			if err := elements.Next(&element); err != nil {
				fail(err)
				return
			}
			body.allowMore() // before what leads up to the next element is read
			if !yield(element, nil) {
				return
			}
		}
		body.allowMore()
		if err := elements.Close(); err != nil {
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

// elementBody bounds what is read between two elements, and keeps the beginning.
type elementBody struct {
	io.Reader
	left, limit int64
	seen        *bytes.Buffer // the beginning of the answer, for errors
	err         error         // why reading ended
}

func newElementBody(body io.Reader, limit int64) *elementBody {
	return &elementBody{Reader: body, left: limit, limit: limit, seen: buffers.Get().(*bytes.Buffer)}
}

// allowMore begins to count anew.
func (b *elementBody) allowMore() { b.left = b.limit }

// release gives the memory of the beginning back.
func (b *elementBody) release() {
	b.seen.Reset()
	buffers.Put(b.seen)
}

func (b *elementBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.err = fmt.Errorf("%w: an element of more than %d bytes", ErrTooLarge, b.limit)
		return 0, b.err
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if keep := min(n, maxErrorBody+1-b.seen.Len()); keep > 0 {
		b.seen.Write(p[:keep])
	}
	if err != nil {
		b.err = err
	}
	return n, err
}

// rest returns the beginning of the answer as far as an error keeps it, and why reading had failed, if it had.
func (b *elementBody) rest() ([]byte, error) {
	if b.err == nil {
		b.left = int64(maxErrorBody + 1 - b.seen.Len())
		_, _ = io.CopyN(io.Discard, b, b.left) // what cannot be read is not kept
		return b.seen.Bytes(), nil
	}
	if b.err == io.EOF {
		return b.seen.Bytes(), nil
	}
	return b.seen.Bytes(), b.err
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
