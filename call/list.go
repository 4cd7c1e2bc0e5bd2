package call

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire/codec"
)

// Stream sends a call of a generated client each time it is ranged over, and yields the elements of
// its response one by one, so that only one is in memory at a time. The response is a JSON array
// or, as an assumption about responses that are not published, an object, whose first array is the
// list; the rest of the object is ignored. An error ends the list; the elements before the error
// are valid. Breaking out of the loop frees the connection. Generated code calls it.
func Stream[T any](ctx context.Context, operation Operation, options []Option, send SendFunc) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		call := &state{facts: facts{Operation: operation, reading: readByElements}}
		response, err := call.run(ctx, options, send)
		if err != nil {
			yield(zero, err)
			return
		}
		var failure error // of reading the list
		defer func() {
			if failure != nil {
				closeWith(response.Body, failure)
			} else {
				response.Body.Close()
			}
		}()
		body := newElementBody(response.Body, cmp.Or(call.elementLimit, defaultMaxResponseBytes))
		defer body.release()
		elements := codec.NewElements(withoutMark(body))
		fail := func(err error) {
			seen, cause := body.rest()
			if cause != nil { // without what the decoder wraps around it
				err = cause
			}
			failure = decodeError(call, response, seen, describeBody(response, seen, err))
			yield(zero, failure)
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

// Collect gathers a list into a slice. With an error it returns the elements before the error as
// well.
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

// elementBody bounds what is read between two elements, and keeps the beginning of the body.
type elementBody struct {
	io.Reader
	left, limit int64
	seen        *bytes.Buffer // the beginning, for errors
	err         error         // why reading ended
}

func newElementBody(body io.Reader, limit int64) *elementBody {
	return &elementBody{Reader: body, left: limit, limit: limit, seen: buffers.Get().(*bytes.Buffer)}
}

// allowMore restarts the count.
func (b *elementBody) allowMore() { b.left = b.limit }

// release returns the memory of the beginning.
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

// rest returns the beginning of the body, as much as an error keeps, and why reading failed, if it
// did.
func (b *elementBody) rest() ([]byte, error) {
	if b.err == nil {
		b.left = int64(maxErrorBody + 1 - b.seen.Len())
		_, _ = io.CopyN(io.Discard, b, b.left) // a part that cannot be read is not kept
		return b.seen.Bytes(), nil
	}
	if b.err == io.EOF {
		return b.seen.Bytes(), nil
	}
	return b.seen.Bytes(), b.err
}

// withoutMark skips a byte order mark.
func withoutMark(reader io.Reader) io.Reader {
	start := make([]byte, len("\ufeff"))
	n, err := io.ReadFull(reader, start)
	start = httpx.TrimBOM(start[:n])
	if err != nil {
		return bytes.NewReader(start) // the body keeps the error
	}
	return io.MultiReader(bytes.NewReader(start), reader)
}
