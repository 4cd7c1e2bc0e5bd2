package tree

import (
	"strconv"
	"strings"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// Join appends field names or indexes to a JSON pointer (RFC 6901). The pointer "" is the
// whole document.
func Join(pointer string, tokens ...string) string {
	for _, token := range tokens {
		pointer += "/" + escaper.Replace(token)
	}
	return pointer
}

// Split returns the tokens of a JSON pointer and whether the pointer is valid.
func Split(pointer string) ([]string, bool) {
	if pointer == "" {
		return nil, true
	}
	if pointer[0] != '/' {
		return nil, false
	}
	tokens := strings.Split(pointer[1:], "/")
	for i, token := range tokens {
		if strings.Contains(token, "~") { // Replace copies what it need not change
			tokens[i] = unescaper.Replace(token)
		}
	}
	return tokens, true
}

// Lookup returns the value at a JSON pointer and whether it exists.
func Lookup(document any, pointer string) (any, bool) {
	tokens, ok := Split(pointer)
	if !ok {
		return nil, false
	}
	value := document
	for _, token := range tokens {
		switch node := value.(type) {
		case Object:
			if value, ok = node[token]; !ok {
				return nil, false
			}
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(node) || strconv.Itoa(index) != token {
				return nil, false
			}
			value = node[index]
		default:
			return nil, false
		}
	}
	return value, true
}
