package call

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"path"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire/codec"
)

// Stream sends a call of a generated client each time it is ranged over, and yields the elements of
// its response one by one, so that only one is in memory at a time. Generated code calls it.
//
// The response is a JSON array or, if [Operation].ListField is set, an object that contains one.
// Without a known field, the list is the array whose elements have fields of T; an object that
// could be read in another way is an error. Status 204, null, and null in place of the list are an
// empty list. [Envelope] reads the fields next to the list. JSON Lines and other sequences of JSON
// values are recognized by their media type; each element is yielded as it arrives.
//
// If [Operation].Paging is set, the range sends a call for each page, when it needs the elements,
// and yields the elements of all pages. Each call has its own retries and timeout.
//
// An element that does not fit T, such as null or an object with none of the fields of T, is
// yielded as an [*ElementError]; the range goes on unless the caller ends it. Any other error ends
// the list. The elements before an error are valid. Breaking out of the loop frees the connection.
func Stream[T any](ctx context.Context, operation Operation, options []Option, send SendFunc) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if operation.Paging == nil {
			streamList(ctx, &state{facts: facts{Operation: operation, reading: readByElements}}, options, send, yield)
			return
		}
		for pages := newPages(operation); pages.more; {
			pages.begin()
			call := &state{facts: facts{Operation: operation, reading: readByElements, pages: pages}}
			if !streamList(ctx, call, options, send, yield) {
				return
			}
		}
	}
}

// streamList sends a call and yields the elements of its response. It reports whether the caller
// took all of them, so that the next page may follow.
func streamList[T any](ctx context.Context, call *state, options []Option, send SendFunc, yield func(T, error) bool) bool {
	var none T
	response, err := call.run(ctx, options, send)
	if err != nil {
		yield(none, err)
		return false
	}
	list := newList[T](call, response)
	defer list.close()
	if response.StatusCode != http.StatusNoContent {
		if err = checkCharset(response.Header); err == nil {
			err = list.elements.Open()
		}
		list.keepEnvelope()
		if err != nil {
			yield(none, list.fail(err))
			return false
		}
		for list.elements.More() {
			var element T
			list.body.allowMore()
			err := list.elements.Next(&element)
			if repeated := list.count(err); repeated != nil {
				yield(none, list.fail(repeated))
				return false
			}
			if err != nil {
				if !yield(none, list.fail(err)) || list.ended {
					return false
				}
				list.body.allowMore()
				continue
			}
			list.body.allowMore() // before what leads up to the next element is read
			if !yield(element, nil) {
				return false
			}
		}
		list.body.allowMore()
		err = list.elements.Close()
		list.keepEnvelope()
		if err != nil {
			yield(none, list.fail(err))
			return false
		}
		if failure := list.reported(list.body.seen.Bytes(), list.elements.Envelope().JSON); failure != nil {
			yield(none, list.record(failure))
			return false
		}
	}
	if err := list.turn(); err != nil {
		yield(none, list.fail(err))
		return false
	}
	return true
}

// usualNames are names of the list in an object, in the conventions of ASP.NET APIs. The last part
// of the path is another one.
var usualNames = []string{"Items", "Value", "Values", "$values", "Data", "Result", "Results", "Records", "List", "Content", "Elements", "Rows", "Entries"}

// list is a response that is read by elements.
type list struct {
	call     *state
	response *http.Response
	body     *elementBody
	elements *codec.Elements
	failure  error // the first one of reading the list, for hooks
	ended    bool  // by the failure
}

func newList[T any](call *state, response *http.Response) *list {
	body := newElementBody(response.Body, cmp.Or(call.maxBytes, defaultMaxResponseBytes))
	form := codec.List{
		Envelope: call.ListField,
		Names:    append([]string{path.Base(call.Route)}, usualNames...),
		Fields:   codec.FieldNames[T](),
	}
	if paging := call.Paging; paging != nil && paging.Items != "" {
		fields := pointerFields(paging.Items)
		form.Within, form.Envelope = fields[:len(fields)-1], fields[len(fields)-1]
	}
	stream := withoutMark(body)
	if form.Sequence = sequential(call, response); form.Sequence {
		stream = separators{stream}
	}
	elements := codec.NewElements(stream, form)
	return &list{call: call, response: response, body: body, elements: elements}
}

// sequential reports whether a response has its elements one after the other. A response without a
// media type has the one in the spec.
func sequential(call *state, response *http.Response) bool {
	mediaType := httpx.MediaType(response.Header.Get("Content-Type"))
	return httpx.SequentialJSON(mediaType) || httpx.SequentialJSON(call.Accept) && !strings.HasSuffix(mediaType, "json")
}

// separators replaces the record separators of JSON text sequences (RFC 7464), which cannot occur
// inside a value, with spaces.
type separators struct{ io.Reader }

func (s separators) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	for i, c := range p[:n] {
		if c == 0x1e {
			p[i] = ' '
		}
	}
	return n, err
}

// fail returns the error for the caller.
func (l *list) fail(err error) error {
	failure := l.elementError(err)
	if failure == nil {
		seen, cause := l.body.rest()
		if cause != nil { // without what the decoder wraps around it
			err = cause
		}
		l.ended = true
		if failure = l.reported(seen, string(seen)); failure == nil {
			failure = decodeError(l.call, l.response, seen, describeBody(l.call, l.response, seen, err))
		}
	}
	return l.record(failure)
}

// reported returns the failure that an object reports in place of a list, or next to it.
func (l *list) reported(body []byte, object string) *Error {
	return l.call.reported(l.response, body, bytes.TrimSpace(httpx.TrimBOM([]byte(object))), nil)
}

// record keeps the first failure for hooks.
func (l *list) record(failure *Error) error {
	if l.failure == nil {
		l.failure = failure
	}
	return failure
}

// elementError returns the error for an element that does not fit, or nil if the list ends here.
func (l *list) elementError(err error) *Error {
	unfit, ok := errors.AsType[*codec.ValueError](err)
	if !ok {
		return nil
	}
	element := []byte(l.elements.JSON())
	return decodeError(l.call, l.response, element, &ElementError{
		Index:   l.elements.Index(),
		Pointer: l.call.withoutTokens(unfit.Pointer),
		JSON:    json.RawMessage(l.call.withoutTokens(string(element))),
		Err:     l.call.clean(unfit.Err),
	})
}

// count counts the current element, which may not fit, for the paging. It returns an error if the
// page turns out to be the one before.
func (l *list) count(err error) error {
	if l.call.pages == nil {
		return nil
	}
	if _, unfit := errors.AsType[*codec.ValueError](err); err != nil && !unfit {
		return nil
	}
	return l.call.pages.count(l.elements.JSON())
}

// turn ends the current page, which has been read to its end.
func (l *list) turn() error {
	if l.call.pages == nil {
		return nil
	}
	return l.call.pages.turn(l.response, l.elements.Envelope())
}

// keepEnvelope stores the fields next to the list for the caller.
func (l *list) keepEnvelope() {
	if l.call.envelope != nil {
		*l.call.envelope.Raw() = l.elements.Envelope()
	}
}

func (l *list) close() {
	if l.failure != nil {
		closeWith(l.response.Body, l.failure)
	} else {
		l.response.Body.Close()
	}
	l.body.release()
}

// ElementError is an element of a list that does not fit its type. It comes inside an [*Error] that
// is an [ErrDecode]. The range over the list goes on after it.
type ElementError struct {
	Index   int             // of the element in its response, from 0
	Pointer string          // JSON pointer (RFC 6901) in the response to the value that does not fit
	JSON    json.RawMessage // the element as received; it may contain personal data
	Err     error           // why the value does not fit, without the value
}

// Error returns the index, the pointer and the reason.
func (e *ElementError) Error() string {
	return fmt.Sprintf("element %d: %s: %v", e.Index, e.Pointer, e.Err)
}

func (e *ElementError) Unwrap() error { return e.Err }

// Collect gathers a list into a slice. With an error it returns the elements before the error as
// well. To skip elements that do not fit, range over the list instead.
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
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return bytes.NewReader(start)
	}
	return io.MultiReader(bytes.NewReader(start), reader)
}
