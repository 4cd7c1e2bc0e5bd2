package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/internal/plaintext"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/privatefile"
	"github.com/xsale-go/xsale/internal/similar"
)

const fileName = "accounts.yaml"

// fileHeader explains a new file to the person who opens it.
const fileHeader = `# Accounts of xSale. 'xsale account add' adds one, and keeps your comments. Secrets are elsewhere:
# in the keyring of the system, in a file that only you can read, or printed by your own command:
#
#   password_command: pass show xsale/shop/password
#   client_secret_command: pass show xsale/shop/client-secret`

// file is the configuration file.
type file struct {
	path     string
	written  []byte // what a person or an earlier change wrote
	document yaml.Node
	accounts []*Account
	current  string
}

// readFile reads the file. A missing one, or none because there is no directory for it, has no
// accounts.
func readFile() (*file, error) {
	dir, err := ConfigDir()
	if err != nil {
		return &file{path: fileName}, nil
	}
	f := &file{path: filepath.Join(dir, fileName)}
	if target, err := filepath.EvalSymlinks(f.path); err == nil { // as managers of dotfiles make
		f.path = target
	}
	data, err := readPrivate(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := plaintext.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	f.written = text
	return f, f.parse(text)
}

func (f *file) parse(data []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	err := decoder.Decode(&f.document)
	if err == io.EOF { // nothing but comments, which must not get lost
		f.document = yaml.Node{HeadComment: strings.TrimSpace(string(data))}
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %s", f.path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if decoder.Decode(new(yaml.Node)) != io.EOF {
		return fmt.Errorf("%s: want one YAML document", f.path)
	}
	return f.pairs(f.document.Content[0], func(key, value *yaml.Node) (err error) {
		switch key.Value {
		case "current":
			f.current, err = f.text(key, value)
			return err
		case "accounts":
			return f.pairs(value, f.addAccount)
		}
		return f.unknown(key, []string{"current", "accounts"})
	})
}

func (f *file) addAccount(key, value *yaml.Node) error {
	a := &Account{Name: key.Value}
	for _, other := range f.accounts {
		if strings.EqualFold(other.Name, a.Name) {
			return f.problem(key, "account %s is there twice", a.Name)
		}
	}
	settings := a.settings()
	err := f.pairs(value, func(key, value *yaml.Node) (err error) {
		for _, setting := range settings {
			if setting.key == key.Value {
				*setting.value, err = f.text(key, value)
				return err
			}
		}
		known := make([]string, len(settings))
		for i, setting := range settings {
			known[i] = setting.key
		}
		return f.unknown(key, known)
	})
	if err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return f.problem(key, "account %s: %w", a.Name, err)
	}
	f.accounts = append(f.accounts, a)
	return nil
}

// pairs calls use with the keys and values of a mapping.
func (f *file) pairs(mapping *yaml.Node, use func(key, value *yaml.Node) error) error {
	if mapping.Kind == yaml.ScalarNode && mapping.Tag == "!!null" {
		return nil
	}
	if mapping.Kind != yaml.MappingNode {
		return f.problem(mapping, "want settings, such as 'client_id: …'")
	}
	seen := map[string]bool{}
	for i := 0; i < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		if seen[key.Value] {
			return f.problem(key, "%s is there twice", key.Value)
		}
		seen[key.Value] = true
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if err := use(key, value); err != nil {
			return err
		}
	}
	return nil
}

// text returns a value as it is written: an id of digits keeps its zeros.
func (f *file) text(key, value *yaml.Node) (string, error) {
	if value.Kind != yaml.ScalarNode {
		return "", f.problem(value, "%s: want a string", key.Value)
	}
	if value.Tag == "!!null" {
		return "", nil
	}
	return value.Value, nil
}

func (f *file) unknown(key *yaml.Node, known []string) error {
	if meant := similar.Names(key.Value, known); len(meant) > 0 {
		return f.problem(key, "unknown setting %q: did you mean %s?", key.Value, strings.Join(meant, " or "))
	}
	return f.problem(key, "unknown setting %q: want %s", key.Value, strings.Join(known, ", "))
}

func (f *file) problem(at *yaml.Node, format string, arguments ...any) error {
	return fmt.Errorf("%s:%d: %s", f.path, at.Line, printable.String(fmt.Errorf(format, arguments...).Error()))
}

// changeFile changes the file. Programs that change it at the same time wait for each other.
func changeFile(ctx context.Context, change func(*file) error) error {
	dir, err := ConfigDir()
	if err != nil {
		return err
	}
	unlock, err := lockFile(ctx, filepath.Join(dir, fileName+".lock"))
	if err != nil {
		return err
	}
	defer unlock()
	f, err := readFile()
	if err != nil {
		return err
	}
	if err := change(f); err != nil {
		return err
	}
	var data bytes.Buffer
	encoder := yaml.NewEncoder(&data)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(&f.document), encoder.Close()); err != nil {
		return err
	}
	return writePrivate(f.path, withBlankLines(f.written, data.Bytes()))
}

// lockPatience bounds the wait for a program that changes the file; lockInterval spaces the attempts.
const (
	lockPatience = 10 * time.Second
	lockInterval = 20 * time.Millisecond
)

func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	if err := privatefile.MakeParent(path); err != nil {
		return nil, err
	}
	if err := privatefile.CheckParent(path); err != nil {
		return nil, err
	}
	lock, err := privatefile.Open(path, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		locked, err := filelock.Try(lock)
		if locked || errors.Is(err, errors.ErrUnsupported) {
			return func() { filelock.Unlock(lock); lock.Close() }, nil
		}
		if err != nil {
			lock.Close()
			return nil, err
		}
		select {
		case <-time.After(lockInterval):
		case <-ctx.Done():
			lock.Close()
			return nil, fmt.Errorf("another program is changing %s: try again", strings.TrimSuffix(path, ".lock"))
		}
	}
}

// set writes the settings of an account, and keeps comments and order. It adds a missing account.
func (f *file) set(a *Account) {
	accounts := f.mapping("accounts")
	i := indexOf(accounts, a.Name)
	if i < 0 {
		i = add(accounts, len(accounts.Content), a.Name, &yaml.Node{Kind: yaml.MappingNode})
	}
	entry := mappingOf(&accounts.Content[i])
	for _, setting := range a.settings() {
		setValue(entry, setting.key, *setting.value)
	}
}

// remove removes an account, with the comments at it.
func (f *file) remove(name string) {
	accounts := f.mapping("accounts")
	if i := indexOf(accounts, name); i >= 0 {
		accounts.Content = slices.Delete(accounts.Content, i-1, i+1)
	}
}

// setCurrent sets the current account. Without one, the key stays, with the comments at it.
func (f *file) setCurrent(name string) {
	root := f.root()
	i := indexOf(root, "current")
	switch {
	case i < 0 && name != "":
		add(root, 0, "current", scalar(name)) // first, where a person looks
	case i >= 0 && name == "":
		root.Content[i].Tag, root.Content[i].Value, root.Content[i].Style = "!!null", "", 0
	default:
		setValue(root, "current", name)
	}
}

// root returns the mapping of the whole file.
func (f *file) root() *yaml.Node {
	if f.document.Kind == 0 {
		f.document.Kind = yaml.DocumentNode
		f.document.Content = []*yaml.Node{{Kind: yaml.MappingNode}}
		if f.document.HeadComment == "" {
			f.document.HeadComment = fileHeader
		}
	}
	return mappingOf(&f.document.Content[0])
}

// mapping returns the mapping of a key at the top, which it adds if missing.
func (f *file) mapping(key string) *yaml.Node {
	root := f.root()
	i := indexOf(root, key)
	if i < 0 {
		i = add(root, len(root.Content), key, &yaml.Node{Kind: yaml.MappingNode})
	}
	return mappingOf(&root.Content[i])
}

// mappingOf returns a node that is a mapping, an alias of one, or null, which becomes one.
func mappingOf(node **yaml.Node) *yaml.Node {
	switch (*node).Kind {
	case yaml.AliasNode: // a copy, because the other account stays as it is
		copied := *(*node).Alias
		copied.Anchor = ""
		copied.Content = slices.Clone(copied.Content)
		*node = &copied
	case yaml.ScalarNode:
		(*node).Kind, (*node).Tag, (*node).Value = yaml.MappingNode, "", ""
	}
	return *node
}

// indexOf returns the index of the value of a key, in any case of its letters, or -1.
func indexOf(mapping *yaml.Node, key string) int {
	for i := 0; i < len(mapping.Content); i += 2 {
		if strings.EqualFold(mapping.Content[i].Value, key) {
			return i + 1
		}
	}
	return -1
}

// add adds a key and its value at an index, and returns the index of the value.
func add(mapping *yaml.Node, at int, key string, value *yaml.Node) int {
	mapping.Style &^= yaml.FlowStyle
	mapping.Content = slices.Insert(mapping.Content, at, scalar(key), value)
	return at + 1
}

// setValue sets, adds or, for an empty value, removes a setting.
func setValue(mapping *yaml.Node, key, value string) {
	i := indexOf(mapping, key)
	if i < 0 {
		if value != "" {
			add(mapping, len(mapping.Content), key, scalar(value))
		}
		return
	}
	old := mapping.Content[i]
	text := old
	if old.Kind == yaml.AliasNode {
		text = old.Alias
	}
	switch {
	case text.Value == value: // an empty one is null
	case value == "":
		mapping.Content = slices.Delete(mapping.Content, i-1, i+1)
	default:
		changed := scalar(value)
		changed.HeadComment, changed.LineComment, changed.FootComment = old.HeadComment, old.LineComment, old.FootComment
		mapping.Content[i] = changed
	}
}

func scalar(value string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(value)
	return node
}
