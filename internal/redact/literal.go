package redact

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// Literals are secrets that nothing escapes, such as tokens. They are found as they are, or cut off
// after enough of their bytes. [Text] finds more, and is slower.
type Literals []string

// Text returns text with [Mark] and asterisks in place of each secret. It keeps the length.
func (l Literals) Text(text string) string {
	if !slices.ContainsFunc(l, func(secret string) bool { return strings.Contains(text, begin(secret)) }) {
		return text
	}
	clean := []byte(text)
	l.clean(clean, true)
	return string(clean)
}

// Reader returns what source has, with the secrets replaced as Text does, wherever the reads split
// them. It keeps a byte back only if it may belong to a secret.
func (l Literals) Reader(source io.Reader) io.Reader { return &reader{source: source, secrets: l} }

type reader struct {
	source  io.Reader
	secrets Literals
	buffer  []byte // for small reads
	ready   []byte // clean, for the next Read; a part of buffer
	held    []byte // may be the beginning of a secret
	err     error  // that follows both
}

// minRead is the number of bytes that are read at once, even if the caller wants fewer.
const minRead = 4 << 10

// Read implements [io.Reader].
func (r *reader) Read(p []byte) (int, error) {
	for len(r.ready) == 0 && r.err == nil {
		into, direct := p, len(p) >= len(r.held)+minRead
		if !direct {
			if len(r.buffer) < len(r.held)+minRead {
				r.buffer = make([]byte, len(r.held)+minRead)
			}
			into = r.buffer
		}
		kept := copy(into, r.held)
		n, err := r.source.Read(into[kept:])
		r.err = err
		read := into[:kept+n]
		done := r.secrets.clean(read, err != nil)
		r.held = append(r.held[:0], read[done:]...)
		if direct && done > 0 {
			return done, r.err
		}
		r.ready = read[:done]
	}
	n := copy(p, r.ready)
	r.ready = r.ready[n:]
	if len(r.ready) > 0 {
		return n, nil
	}
	return n, r.err
}

// begin returns the first bytes of a secret.
func begin(secret string) string { return secret[:min(len(secret), minPart)] }

// clean overwrites the secrets in data, and returns how many bytes are done. The rest may be the
// beginning of a secret, unless data is the last.
func (l Literals) clean(data []byte, last bool) int {
	for at := 0; ; {
		next := l.next(data[at:], last)
		at += next
		if at == len(data) {
			return at
		}
		length := 0 // of the longest secret, or of what it takes to tell
		for _, secret := range l {
			same := common(data[at:], secret)
			if same == len(data)-at && same < len(secret) && !last {
				return at
			}
			if same >= recognizable(secret) {
				length = max(length, same)
			}
		}
		if length > 0 {
			overwrite(data[at : at+length])
		}
		at += max(length, 1)
	}
}

// next returns where in data a secret may begin, or the length of data.
func (l Literals) next(data []byte, last bool) int {
	found := len(data)
	for _, secret := range l {
		start := begin(secret)
		if at := bytes.Index(data[:min(len(data), found+len(start))], []byte(start)); at >= 0 {
			found = min(found, at)
		} else if !last {
			for cut := min(len(start)-1, len(data)); cut > 0; cut-- {
				if string(data[len(data)-cut:]) == start[:cut] {
					found = min(found, len(data)-cut)
					break
				}
			}
		}
	}
	return found
}

// common returns how many bytes both have in common at their beginning.
func common(data []byte, secret string) int {
	length := min(len(data), len(secret))
	for i := range length {
		if data[i] != secret[i] {
			return i
		}
	}
	return length
}

// recognizable returns how many bytes of a secret are enough to be it. Every JWT of a service has the
// same header, so it takes some bytes more.
func recognizable(secret string) int {
	header := strings.IndexByte(secret, '.') + 1
	return min(len(secret), header+minPart)
}

func overwrite(data []byte) {
	for i := copy(data, Mark); i < len(data); i++ {
		data[i] = '*'
	}
}
