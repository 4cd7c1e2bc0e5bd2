// Package source loads an API spec from wherever the user points: a file, standard input, a
// URL, a bare host name, or this module.
package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

// Source is a spec as it was found.
type Source struct {
	Data []byte
	Name string // shown to users: a path, "standard input", the final URL, or "the spec of this module"
}

// InputError is a problem of what from names on this machine: there is no such file, or it is no spec.
type InputError struct{ error }

// Unwrap returns the error without this type.
func (e InputError) Unwrap() error { return e.error }

// Doer sends a request. A Client's Doer adds the user's tokens.
type Doer interface {
	Do(request *http.Request) (*http.Response, error)
}

// Options configure [Get]. The zero value fetches without tokens.
type Options struct {
	Stdin io.Reader                     // for "-"
	Doer  Doer                          // nil for a plain client; only that one follows redirects
	Tried func(address, outcome string) // called with each URL and its outcome; may be nil
}

// Get loads the spec that from names:
//
//   - "" is the spec of this module, and "-" is standard input.
//   - A string with :// is a URL, https or http on loopback. The URL of a web page, such as Swagger
//     UI, leads to the document that the page shows; the URL of a host leads to the usual paths.
//   - Anything else is the path of a file or, if there is no such file, a host with or without a
//     port.
//
// Get verifies that the data is a spec of a known version. Names and errors never contain the query
// or password of a URL. The context bounds the whole search; each URL also has a timeout of its
// own. An error that does not come from the network is an [InputError].
func Get(ctx context.Context, from string, options Options) (*Source, error) {
	switch {
	case from == "":
		return &Source{openapi.Spec(), "the spec of this module"}, nil
	case from == "-":
		return readLocal(ctx, "standard input", func() ([]byte, error) { return readBounded(options.Stdin) })
	case strings.Contains(from, "://"):
		address, err := httpx.ParseLink("spec URL", from)
		if err != nil {
			return nil, InputError{err}
		}
		return find(ctx, address, options)
	}
	if _, err := os.Lstat(from); err == nil || errors.Is(err, fs.ErrPermission) {
		return readFile(ctx, from)
	}
	if address, ok := hostAddress(from); ok {
		source, err := find(ctx, address, options)
		if err != nil {
			return nil, fmt.Errorf("no file named %s, and trying it as a host failed: %w", from, err)
		}
		return source, nil
	}
	if strings.ContainsAny(from, "@?") { // a mistyped URL may contain a password or a key
		from = "the source"
	}
	return nil, InputError{fmt.Errorf("%s: no such file, and not a URL: pass the path of a file, https://host, or - for standard input", from)}
}

// check reports whether data is a spec of a known version.
func check(data []byte) error {
	document, err := tree.Read(data)
	if err != nil {
		return err
	}
	_, err = tree.VersionOf(document)
	return err
}

// readBounded reads one byte more than [tree.Read] accepts, to detect a spec that
// is too large.
func readBounded(reader io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(reader, tree.MaxBytes+1))
}
