package operation

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xsale-go/xsale/internal/atomicfile"
	"github.com/xsale-go/xsale/internal/contract"
	_ "github.com/xsale-go/xsale/internal/contract/rare" // the user's spec may have anything
	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/privatefile"
	"github.com/xsale-go/xsale/internal/spec/selection"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// A registered spec is a directory with two files: the spec in normal form, whose name contains its
// hash, and an index. The first line of the index names the spec. Each other line is an operation:
// what completion prints, and the JSON of the whole, separated by tabs. So completion decodes
// nothing, help decodes one operation, and a call loads no more of the spec than it needs.
const (
	indexName   = "index"
	indexFormat = 1 // changes with the fields of Operation and with the rules for flags
)

// Source is where a registered spec came from.
type Source struct {
	From    string    `json:"from"`    // file, URL or host
	Fetched time.Time `json:"fetched"` // when it was registered
	Title   string    `json:"title,omitzero"`
	Version string    `json:"version,omitzero"` // of the API, as the spec says
}

// head is the first line of an index.
type head struct {
	Format int    `json:"format"`
	Sum    uint32 `json:"sum"`  // of the other lines, which a call decodes only in part
	Spec   string `json:"spec"` // name of the file
	Source Source `json:"source"`
}

// Register replaces the spec that is registered in a directory. The spec is in normal form. One that
// cannot be compiled changes nothing.
func Register(dir string, spec tree.Object, source Source) (*Catalog, error) {
	data, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	catalog, err := compileNormal(data)
	if err != nil {
		return nil, err
	}
	info := tree.ObjectAt(spec, "info")
	source.Title, source.Version = tree.String(info["title"]), tree.String(info["version"])
	name := fmt.Sprintf("spec-%.8x.json", sha256.Sum256(data))
	if err := privatefile.MakeParent(filepath.Join(dir, indexName)); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if locked, err := filelock.Try(lock); err == nil && !locked { // its spec would be removed
		return nil, errors.New("another program registers a spec for the account right now: try again")
	}
	if err := atomicfile.Write(filepath.Join(dir, name), data, 0o600); err != nil {
		return nil, err
	}
	former, _, _ := readIndex(dir)
	if err := writeIndex(dir, name, source, catalog); err != nil {
		return nil, err
	}
	removeSpecs(dir, name, former.Spec) // a command in progress may need the former one
	return catalog, nil
}

// removeSpecs removes all specs but some. One that cannot be removed is removed next time.
func removeSpecs(dir string, except ...string) {
	all, _ := filepath.Glob(filepath.Join(dir, "spec-*.json"))
	for _, path := range all {
		if !slices.Contains(except, filepath.Base(path)) {
			os.Remove(path)
		}
	}
}

func compileNormal(data []byte) (*Catalog, error) {
	document, err := contract.Load(data)
	if err != nil {
		return nil, err
	}
	return Compile(document)
}

func writeIndex(dir, spec string, source Source, catalog *Catalog) error {
	var operations bytes.Buffer
	encoder := json.NewEncoder(&operations) // ends each value with a line break
	for _, e := range catalog.entries {
		for _, field := range []string{e.name, e.method, e.path, e.summary} {
			operations.WriteString(printable.String(field) + "\t")
		}
		if err := encoder.Encode(e.operation()); err != nil {
			return err
		}
	}
	first, err := json.Marshal(head{indexFormat, crc32.ChecksumIEEE(operations.Bytes()), spec, source})
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, indexName), slices.Concat(first, []byte("\n"), operations.Bytes()), 0o600)
}

// readIndex returns the first line of an index, and the others.
func readIndex(dir string) (h head, operations string, err error) {
	path := filepath.Join(dir, indexName)
	data, err := os.ReadFile(path)
	if err != nil {
		return h, "", err
	}
	first, rest, _ := strings.Cut(string(data), "\n")
	if json.Unmarshal([]byte(first), &h) != nil {
		err = damaged(path)
	}
	return h, rest, err
}

func damaged(path string) error {
	return fmt.Errorf("%s is damaged, or of another version: run 'xsale spec pull' again", path)
}

// Registered returns the operations of the spec that is registered in a directory, and its source. The
// error wraps [fs.ErrNotExist] without one.
func Registered(dir string) (*Catalog, Source, error) {
	h, operations, err := readIndex(dir)
	if err != nil {
		return nil, Source{}, err
	}
	if h.Format != indexFormat || h.Sum != crc32.ChecksumIEEE([]byte(operations)) { // another version, or damage
		return recompile(dir, h.Spec, h.Source)
	}
	var entries []*entry
	for line := range strings.Lines(operations) {
		fields := strings.SplitN(line, "\t", 5)
		entries = append(entries, &entry{fields[0], fields[1], fields[2], fields[3], sync.OnceValue(func() *Operation {
			o := &Operation{}
			_ = json.Unmarshal([]byte(fields[4]), o) // written by this version
			return o
		})})
	}
	specs := &registered{path: filepath.Join(dir, filepath.Base(h.Spec)), loaded: map[string]*contract.Document{}}
	return newCatalog(entries, specs.load), h.Source, nil
}

// recompile rebuilds an index from the spec.
func recompile(dir, name string, source Source) (*Catalog, Source, error) {
	path := filepath.Join(dir, filepath.Base(name))
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, source, lost(err)
	}
	catalog, err := compileNormal(data)
	if err != nil {
		return nil, source, damaged(path)
	}
	_ = writeIndex(dir, name, source, catalog) // the next command tries again
	return catalog, source, nil
}

func lost(err error) error {
	return fmt.Errorf("the registered spec is lost, run 'xsale spec pull' again: %s", strings.ReplaceAll(err.Error(), "\n", " "))
}

// Forget removes the spec that is registered in a directory, and reports whether there was one.
func Forget(dir string) (bool, error) {
	if _, err := os.Lstat(filepath.Join(dir, indexName)); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return true, os.RemoveAll(dir)
}

// registered loads parts of a registered spec.
type registered struct {
	path   string
	mu     sync.Mutex
	loaded map[string]*contract.Document
}

// load returns a spec with one operation, or the whole one.
func (r *registered) load(o *Operation) (*contract.Document, error) {
	if o == nil {
		data, err := os.ReadFile(r.path)
		if err != nil {
			return nil, lost(err)
		}
		document, err := contract.Load(data)
		if err != nil {
			return nil, damaged(r.path)
		}
		return document, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if document := r.loaded[o.Name]; document != nil {
		return document, nil
	}
	data, err := os.ReadFile(r.path)
	if err != nil {
		return nil, lost(err)
	}
	spec, err := tree.Read(data)
	if err == nil {
		err = selection.Select(spec, selection.Filter{Operations: []string{o.Name}})
	}
	if err == nil {
		data, err = json.Marshal(spec)
	}
	var document *contract.Document
	if err == nil {
		document, err = contract.Load(data)
	}
	if err != nil { // it was valid when it was registered
		return nil, damaged(r.path)
	}
	r.loaded[o.Name] = document
	return document, nil
}
