package agent

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of the lists that an agent may still page through.
const (
	maxResults     = 16
	maxResultBytes = 1 << 30 // of all together
	resultLifetime = 30 * time.Minute
)

// results are the lists that were called and not read to their end. A list is read once, in the
// background, into a file, so that its pages need no further calls, a page may be asked for again, and
// memory does not grow with it. The files are encrypted with a key that only this process has, and
// have no name where the system allows that.
type results struct {
	key []byte // of cursors
	now func() time.Time

	bytes atomic.Int64

	mu     sync.Mutex
	dir    string // empty before the first file
	open   map[string]*result
	closed bool
}

func newResults() *results {
	return &results{key: random(32), now: time.Now, open: map[string]*result{}}
}

func random(count int) []byte {
	bytes := make([]byte, count)
	rand.Read(bytes)
	return bytes
}

// result is a list in a file.
type result struct {
	id     string
	call   *sent
	owner  *results
	cancel context.CancelFunc
	file   *os.File
	block  cipher.Block

	mu      sync.Mutex
	changed chan struct{} // closed when something below changes; nil at the end
	used    time.Time
	size    int64  // bytes that are written
	count   int    // elements that are written
	around  string // JSON of the fields next to the list
	done    bool
	err     error // of the end of the list
}

// source yields the elements of a list, and passes the JSON of what is next to it to a function.
type source func(ctx context.Context, around func(string)) iter.Seq2[json.RawMessage, error]

// begin reads a list in the background.
func (rs *results) begin(c *sent, list source) (*result, error) {
	file, err := rs.newFile()
	if err != nil {
		return nil, fmt.Errorf("no temporary file for the list: %w", err)
	}
	block, err := aes.NewCipher(random(32))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &result{id: string(random(idBytes)), call: c, owner: rs, cancel: cancel, file: file, block: block, changed: make(chan struct{}), used: rs.now()}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.closed {
		cancel()
		r.remove()
		return nil, errors.New("the server is about to end")
	}
	rs.evict(maxResults - 1)
	rs.open[r.id] = r
	go r.read(list(ctx, r.setAround))
	return r, nil
}

func (rs *results) newFile() (*os.File, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.dir == "" {
		dir, err := os.MkdirTemp("", "xsale-mcp-") // only this user may enter it
		if err != nil {
			return nil, err
		}
		rs.dir = dir
	}
	file, err := os.CreateTemp(rs.dir, "")
	if err == nil {
		os.Remove(file.Name()) // Windows removes no open file: close does it
	}
	return file, err
}

// evict drops the results that are expired, and then those that were not used for the longest time,
// until at most count are left.
func (rs *results) evict(count int) {
	for {
		var oldest *result
		expired := false
		for _, r := range rs.open {
			used := r.lastUsed()
			if rs.now().Sub(used) > resultLifetime {
				oldest, expired = r, true
				break
			}
			if oldest == nil || used.Before(oldest.lastUsed()) {
				oldest = r
			}
		}
		if oldest == nil || !expired && len(rs.open) <= count {
			return
		}
		rs.drop(oldest)
	}
}

// drop ends and removes a result. The lock is held.
func (rs *results) drop(r *result) {
	delete(rs.open, r.id)
	r.cancel()
	go r.remove() // after a page that is being read
}

// Close ends all lists and removes their files.
func (rs *results) Close() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.closed = true
	for _, r := range rs.open {
		delete(rs.open, r.id)
		r.cancel()
		r.remove()
	}
	if rs.dir != "" {
		os.RemoveAll(rs.dir)
	}
}

// add counts bytes, and reports whether there is room for them.
func (rs *results) add(bytes int64) bool {
	if rs.bytes.Add(bytes) <= maxResultBytes {
		return true
	}
	rs.bytes.Add(-bytes)
	return false
}

func (r *result) lastUsed() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used
}

func (r *result) remove() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end(errDropped)
	r.file.Close()
	os.Remove(r.file.Name())
	r.owner.bytes.Add(-r.size)
	r.size = 0
}

var (
	errDropped = errors.New("the list is no longer there: call the operation again")
	errFull    = errors.New("the list is longer than an agent can read: narrow it with filters")
)

// end records the end of the list, once. The lock is held.
func (r *result) end(err error) {
	if !r.done {
		r.done, r.err = true, err
		close(r.changed)
		r.changed = nil
	}
}

// headBytes is the length of what precedes an element: its length.
const headBytes = 4

// read writes the elements of a list to the file until its end.
func (r *result) read(list iter.Seq2[json.RawMessage, error]) {
	defer r.cancel()
	for element, err := range list {
		if err == nil {
			err = r.write(element)
		}
		if err != nil {
			r.mu.Lock()
			r.end(err)
			r.mu.Unlock()
			return
		}
	}
	r.mu.Lock()
	r.end(nil)
	r.mu.Unlock()
}

func (r *result) setAround(fields string) {
	r.mu.Lock()
	r.around = fields
	r.mu.Unlock()
}

func (r *result) write(element []byte) error {
	record := make([]byte, headBytes, headBytes+len(element))
	binary.BigEndian.PutUint32(record, uint32(len(element)))
	record = append(record, element...)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done {
		return errDropped
	}
	if !r.owner.add(int64(len(record))) {
		return errFull
	}
	r.stream(r.size).XORKeyStream(record, record)
	if _, err := r.file.WriteAt(record, r.size); err != nil {
		r.owner.bytes.Add(-int64(len(record)))
		return fmt.Errorf("the list does not fit on the disk: %w", err)
	}
	r.size += int64(len(record))
	r.count++
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

// stream returns the key stream from an offset on. The key is used for one file only.
func (r *result) stream(offset int64) cipher.Stream {
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(offset/aes.BlockSize))
	stream := cipher.NewCTR(r.block, counter[:])
	skipped := make([]byte, offset%aes.BlockSize)
	stream.XORKeyStream(skipped, skipped)
	return stream
}

// next returns the element at an offset and the offset of the one after it. It waits for the list to
// get there, and returns io.EOF at its end.
func (r *result) next(ctx context.Context, offset int64) (element []byte, after int64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used = r.owner.now()
	for offset >= r.size && !r.done {
		changed := r.changed
		r.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		r.mu.Lock()
		if ctx.Err() != nil && offset >= r.size {
			return nil, offset, ctx.Err()
		}
	}
	if offset >= r.size {
		if r.err != nil {
			return nil, offset, r.err
		}
		return nil, offset, io.EOF
	}
	stream := r.stream(offset)
	var head [headBytes]byte
	if _, err := r.file.ReadAt(head[:], offset); err != nil {
		return nil, offset, err
	}
	stream.XORKeyStream(head[:], head[:])
	element = make([]byte, binary.BigEndian.Uint32(head[:]))
	if _, err := r.file.ReadAt(element, offset+headBytes); err != nil {
		return nil, offset, err
	}
	stream.XORKeyStream(element, element)
	return element, offset + headBytes + int64(len(element)), nil
}

// awaitEnd waits for the end of the list.
func (r *result) awaitEnd(ctx context.Context) {
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		if changed == nil {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// progress returns how many elements there are so far, whether that is all, and what is next to them.
func (r *result) progress() (count int, done bool, around string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count, r.done && r.err == nil, r.around
}

// A cursor is the id of a result, an offset, how many elements are before it, and a code that proves
// that this server made it.
const (
	idBytes   = 8
	codeBytes = 8
)

func (rs *results) cursor(r *result, offset int64, before int) string {
	cursor := binary.BigEndian.AppendUint64([]byte(r.id), uint64(offset))
	cursor = binary.BigEndian.AppendUint32(cursor, uint32(before))
	return base64.RawURLEncoding.EncodeToString(append(cursor, rs.code(cursor)...))
}

func (rs *results) code(cursor []byte) []byte {
	mac := hmac.New(sha256.New, rs.key)
	mac.Write(cursor)
	return mac.Sum(nil)[:codeBytes]
}

var errCursor = errors.New("this is not a cursor of this server: pass next_cursor of a result unchanged")

// find returns what a cursor stands for.
func (rs *results) find(cursor string) (r *result, offset int64, before int, err error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(data) != idBytes+8+4+codeBytes {
		return nil, 0, 0, errCursor
	}
	data, code := data[:len(data)-codeBytes], data[len(data)-codeBytes:]
	if !hmac.Equal(code, rs.code(data)) {
		return nil, 0, 0, errCursor
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.evict(maxResults)
	r = rs.open[string(data[:idBytes])]
	if r == nil {
		return nil, 0, 0, errors.New("this cursor has expired: call the operation again")
	}
	return r, int64(binary.BigEndian.Uint64(data[idBytes:])), int(binary.BigEndian.Uint32(data[idBytes+8:])), nil
}

// finish removes a result that was read to its end on its first page.
func (rs *results) finish(r *result) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.open[r.id] == r {
		rs.drop(r)
	}
}
