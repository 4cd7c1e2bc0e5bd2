package mock

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// applyPatch returns a copy of an object with the changes of a JSON Patch (RFC 6902).
func applyPatch(former map[string]any, body []byte) (map[string]any, *Failure) {
	var changes []struct {
		Op, Path, From string
		Value          json.RawMessage
	}
	if json.Unmarshal(body, &changes) != nil {
		return nil, &Failure{http.StatusBadRequest, "The sandbox cannot read the patch", "/", "want a list of changes"}
	}
	var document any = tree.Clone(former)
	for i, change := range changes {
		broken := func(why string) *Failure {
			return &Failure{http.StatusBadRequest, "The patch cannot be applied", "/" + strconv.Itoa(i), why}
		}
		value := decode(change.Value)
		if op := change.Op; op == "move" || op == "copy" {
			from, found := lookup(document, steps(change.From))
			if !found {
				return nil, broken("from leads nowhere")
			}
			value = tree.Clone(from)
			if op == "move" {
				document, _ = edit(document, steps(change.From), "remove", nil)
			}
			change.Op = "add"
		}
		switch change.Op {
		case "test":
			if found, ok := lookup(document, steps(change.Path)); !ok || !equal(found, value) {
				return nil, broken("the test fails")
			}
		case "add", "replace", "remove":
			changed, ok := edit(document, steps(change.Path), change.Op, value)
			if !ok {
				return nil, broken("path leads nowhere")
			}
			document = changed
		default:
			return nil, broken("op is none of add, remove, replace, move, copy and test")
		}
	}
	fields, ok := document.(map[string]any)
	if !ok {
		return nil, &Failure{http.StatusBadRequest, "The patch cannot be applied", "/", "the item must stay an object"}
	}
	return fields, nil
}

// steps returns the unescaped tokens of a JSON pointer.
func steps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, token := range tokens {
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return tokens
}

// field returns the name of a field, in the case that the object has it: ASP.NET ignores the case.
func field(object map[string]any, name string) string {
	if _, found := object[name]; found {
		return name
	}
	for other := range object {
		if strings.EqualFold(other, name) {
			return other
		}
	}
	return name
}

func lookup(value any, path []string) (any, bool) {
	for _, token := range path {
		switch parent := value.(type) {
		case map[string]any:
			inner, found := parent[field(parent, token)]
			if !found {
				return nil, false
			}
			value = inner
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(parent) {
				return nil, false
			}
			value = parent[index]
		default:
			return nil, false
		}
	}
	return value, true
}

// edit changes what a path leads to, and returns the changed value. It reports whether the path leads
// anywhere.
func edit(value any, path []string, op string, with any) (any, bool) {
	if len(path) == 0 {
		return with, op != "remove"
	}
	switch parent := value.(type) {
	case map[string]any:
		name := field(parent, path[0])
		inner, found := parent[name]
		if len(path) > 1 || !found && op == "remove" {
			changed, ok := edit(inner, path[1:], op, with)
			if found && ok {
				parent[name] = changed
			}
			return parent, found && ok
		}
		if op == "remove" {
			delete(parent, name)
		} else {
			parent[name] = with
		}
		return parent, true
	case []any:
		return editList(parent, path, op, with)
	}
	return value, false
}

func editList(list []any, path []string, op string, with any) (any, bool) {
	index, err := strconv.Atoi(path[0])
	if path[0] == "-" && op == "add" && len(path) == 1 {
		index, err = len(list), nil
	}
	inserts := op == "add" && len(path) == 1
	if err != nil || index < 0 || index > len(list) || index == len(list) && !inserts {
		return list, false
	}
	switch {
	case len(path) > 1:
		changed, ok := edit(list[index], path[1:], op, with)
		list[index] = changed
		return list, ok
	case inserts:
		return slices.Insert(list, index, with), true
	case op == "remove":
		return slices.Delete(list, index, index+1), true
	}
	list[index] = with
	return list, true
}

func equal(a, b any) bool {
	first, errFirst := json.Marshal(a)
	second, errSecond := json.Marshal(b)
	return errFirst == nil && errSecond == nil && string(first) == string(second)
}
