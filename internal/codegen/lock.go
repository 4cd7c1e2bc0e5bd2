package codegen

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/atomicfile"
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/plaintext"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Lock contains the Go names of earlier generations, so that a name keeps its meaning when the spec
// grows. It also contains the names of what the spec no longer has, because code may still use them
// in their old meaning. The zero Lock is empty.
type Lock struct {
	names map[lockKey]string
}

// lockKey identifies a part of the spec. A part may have keys of two kinds, such as a property
// with an inline enum.
type lockKey struct {
	kind string
	id   string // a pointer, except for constants and operation ids
}

// Kinds of keys.
const (
	constantKey    = "constant" // the type and the value
	fieldKey       = "field"
	operationKey   = "operation"
	operationIDKey = "operation-id" // finds an operation that has moved to another path
	parameterKey   = "parameter"    // in and name instead of the index
	typeKey        = "type"
)

var lockKinds = []string{constantKey, fieldKey, operationKey, operationIDKey, parameterKey, typeKey}

const lockHeader = `# Go names of the generated package, each with the part of the spec that it stands for. It keeps them
# from changing when the spec does. Written by xsale generate; commit it with the generated code.
`

// ReadLock reads a lock file. Without the file, the Lock is empty. An invalid line is an error with
// its number and a remedy.
func ReadLock(file string) (*Lock, error) {
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	text, err := plaintext.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	lock, err := parseLock(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return lock, nil
}

// Saved reports whether a file contains this Lock. Line breaks of Windows do not matter.
func (l *Lock) Saved(file string) bool {
	data, err := os.ReadFile(file)
	return err == nil && bytes.Equal(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), l.bytes())
}

// Save replaces a lock file atomically, unless it contains this Lock.
func (l *Lock) Save(file string) error {
	if l.Saved(file) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(file, l.bytes(), 0o644)
}

// maxLockProblems keeps the error about a file that is something else readable.
const maxLockProblems = 10

func parseLock(data []byte) (*Lock, error) {
	lock := &Lock{names: map[lockKey]string{}}
	lines := map[lockKey]int{}
	users := map[string]int{} // lines by scope and name
	var problems []error
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, name, err := parseLockLine(line)
		if err == nil && lines[key] != 0 && lock.names[key] == name { // both sides of a merge had it
			continue
		}
		user := key.scope() + " " + name
		if err == nil && lines[key] != 0 {
			err = fmt.Errorf("names the same as line %d: remove the line whose name your code does not use", lines[key])
		}
		if err == nil && !key.mayShare() {
			if users[user] != 0 {
				err = fmt.Errorf("has the name of line %d: remove one of them, and its name is chosen again", users[user])
			}
			users[user] = number
		}
		if err != nil {
			if problems = append(problems, fmt.Errorf("line %d %w", number, err)); len(problems) == maxLockProblems {
				break
			}
		}
		lines[key], lock.names[key] = number, name
	}
	return lock, errors.Join(problems...)
}

func parseLockLine(line string) (key lockKey, name string, err error) {
	for _, marker := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
		if strings.HasPrefix(line, marker) {
			return key, "", errors.New("is a conflict of a merge: remove the markers and keep the lines of both sides")
		}
	}
	kind, rest, _ := strings.Cut(line, " ")
	end := strings.LastIndex(rest, " = ")
	if !slices.Contains(lockKinds, kind) || end < 0 {
		return key, "", fmt.Errorf("is not a name (%.60q): restore the file from version control, or remove the line, and the name is chosen again", line)
	}
	id, name := rest[:end], rest[end+len(" = "):]
	if strings.HasPrefix(id, `"`) {
		if id, err = strconv.Unquote(id); err != nil {
			return key, "", fmt.Errorf("contains an invalid string (%.60q): restore the file from version control", rest[:end])
		}
	}
	if !exported(name) {
		return key, "", fmt.Errorf("has %.60q, which is not an exported Go name: correct it, or remove the line, and the name is chosen again", name)
	}
	return lockKey{kind, id}, name, nil
}

// bytes returns the lock file: a sorted line for each name, so that changes of several people can
// be merged.
func (l *Lock) bytes() []byte {
	var lines []string
	for key, name := range l.names {
		id := key.id
		if id == "" || strings.HasPrefix(id, `"`) || strings.TrimSpace(id) != id || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }) {
			id = strconv.Quote(id)
		}
		lines = append(lines, key.kind+" "+id+" = "+name+"\n")
	}
	slices.Sort(lines)
	return []byte(lockHeader + strings.Join(lines, ""))
}

func (l *Lock) clone() *Lock {
	names := map[lockKey]string{}
	if l != nil {
		maps.Copy(names, l.names)
	}
	return &Lock{names}
}

// mayShare reports whether others may have the name of a key: inline enums share types, and an
// operation may have had several ids.
func (k lockKey) mayShare() bool {
	inline := k.kind == typeKey && (!strings.HasPrefix(k.id, "/components/schemas/") || strings.Count(k.id, "/") > 3)
	return inline || k.kind == operationIDKey
}

// scope returns the scope in which the names of keys must differ.
func (k lockKey) scope() string {
	switch k.kind {
	case constantKey, typeKey:
		return packageScope
	case fieldKey:
		return k.kind + " " + k.id[:strings.LastIndex(k.id, "/")+1]
	case parameterKey:
		scope := k.id[:strings.LastIndex(k.id, "/")+1]
		for _, in := range []string{"/query/", "/header/", "/cookie/"} { // they are in one struct
			if operation, ok := strings.CutSuffix(scope, in); ok {
				return k.kind + " " + operation
			}
		}
		return k.kind + " " + scope
	}
	return k.kind
}

const packageScope = "package"

// key returns the key of the part at a pointer. The names of variables in its path do not matter,
// unless they tell it from another path.
func (p *preparer) key(kind, pointer string) lockKey {
	tokens, _ := tree.Split(pointer)
	if len(tokens) > 1 && tokens[0] == "paths" && p.alike[route.Shape(tokens[1])] < 2 {
		tokens[1] = route.Shape(tokens[1])
		pointer = tree.Join("", tokens...)
	}
	return lockKey{kind, pointer}
}

// constantOf returns the key of a value of an enum.
func constantOf(goType, value string) lockKey { return lockKey{constantKey, goType + " " + value} }

// scopes returns the names in each scope.
func (l *Lock) scopes() map[string]identifiers {
	scopes := map[string]identifiers{}
	for key, name := range l.names {
		scope := key.scope()
		if scopes[scope] == nil {
			scopes[scope] = identifiers{}
		}
		scopes[scope][name] = true
	}
	return scopes
}

// release removes other parts with the name of a key, which an overlay has given to it.
func (l *Lock) release(key lockKey) {
	maps.DeleteFunc(l.names, func(other lockKey, name string) bool {
		return name == l.names[key] && other != key && other.scope() == key.scope() && !other.mayShare()
	})
}

// move gives what is at or below a pointer another pointer. A field or parameter stays where it is:
// only its schema moves.
func (l *Lock) move(from, to string) {
	for key, name := range maps.Clone(l.names) {
		rest, ok := strings.CutPrefix(key.id, from)
		stays := rest == "" && (key.kind == fieldKey || key.kind == parameterKey)
		if ok && !stays && (rest == "" || rest[0] == '/') && key.kind != constantKey && key.kind != operationIDKey {
			delete(l.names, key)
			l.names[lockKey{key.kind, to + rest}] = name
		}
	}
}

// operationNamed returns the first operation with a name.
func (l *Lock) operationNamed(name string) (lockKey, bool) {
	var found []lockKey
	for key, other := range l.names {
		if key.kind == operationKey && other == name {
			found = append(found, key)
		}
	}
	slices.SortFunc(found, func(a, b lockKey) int { return cmp.Compare(a.id, b.id) })
	if len(found) == 0 {
		return lockKey{}, false
	}
	return found[0], true
}
