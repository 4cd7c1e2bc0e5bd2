// Package source gets an API description from where the user says: a file, standard input, an address, a host of which
// only the name is known, or this module.
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

// Source is a description as it was found.
type Source struct {
	Data []byte
	Name string // what a user is told: a path, "standard input", the address that answered, or "the description of this module"
}

// Doer sends a request. The one of a client of this module sends the user's tokens with it.
type Doer interface {
	Do(request *http.Request) (*http.Response, error)
}

// Options say how a description is fetched. The zero value fetches without tokens.
type Options struct {
	Stdin io.Reader                     // for "-"
	Doer  Doer                          // nil for a plain client, which alone follows redirects
	Tried func(address, outcome string) // is told each address and what came of it; may be nil
}

// Get returns the description that from names:
//
//   - "" is the one of this module, and "-" standard input;
//   - with :// in it, from is an address, https or http on loopback. The address of a web page, such as that of Swagger UI,
//     leads to the document that the page shows, and that of a host to the documents at the usual places;
//   - anything else is the path of a file, or, where there is none, a host with or without a port.
//
// What is found has been read once and is an API description of a known version. Names and errors hold no query and no
// password of an address. The context bounds all of it; each address has a time limit besides.
func Get(ctx context.Context, from string, options Options) (*Source, error) {
	switch {
	case from == "":
		return &Source{openapi.Spec(), "the description of this module"}, nil
	case from == "-":
		return readLocal(ctx, "standard input", func() ([]byte, error) { return readBounded(options.Stdin) })
	case strings.Contains(from, "://"):
		address, err := httpx.ParseLink("the address of the description", from)
		if err != nil {
			return nil, err
		}
		return find(ctx, address, options)
	}
	if _, err := os.Lstat(from); err == nil || errors.Is(err, fs.ErrPermission) {
		return readFile(ctx, from)
	}
	if address, ok := hostAddress(from); ok {
		source, err := find(ctx, address, options)
		if err != nil {
			return nil, fmt.Errorf("there is no file %s, and as a host: %w", from, err)
		}
		return source, nil
	}
	if strings.ContainsAny(from, "@?") { // what was meant as an address may hold a password or a key
		from = "the source"
	}
	return nil, fmt.Errorf("%s: no such file, and not an address: write the path of a file, https://host, or - for standard input", from)
}

// check reports whether data is an API description.
func check(data []byte) error {
	document, err := tree.Read(data)
	if err != nil {
		return err
	}
	_, err = tree.VersionOf(document)
	return err
}

// readBounded reads so much that [spec.Read] can tell a description that is too large from one that is not.
func readBounded(reader io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(reader, tree.MaxBytes+1))
}
