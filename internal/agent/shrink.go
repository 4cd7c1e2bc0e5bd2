package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shrink returns JSON of at most size bytes with less of it: shorter strings and lists, and what is
// left out in words.
func shrink(data []byte, size int) []byte {
	if len(data) <= size {
		return data
	}
	value, err := decode(data)
	if err == nil {
		for letters, elements, depth := 2000, 50, 12; letters > 4; letters, elements, depth = letters/2, max(elements/2, 1), max(depth-1, 2) {
			shorter, err := marshal(shorter(value, letters, elements, depth))
			if err == nil && len(shorter) <= size {
				return shorter
			}
		}
	}
	return []byte(`"[too large]"`)
}

func shorter(value any, letters, elements, depth int) any {
	switch value := value.(type) {
	case string:
		if count := utf8.RuneCountInString(value); count > letters+20 {
			return fmt.Sprintf("%s[+%d characters]", shorten(value, letters), count-letters)
		}
	case []any:
		if depth == 0 {
			return fmt.Sprintf("[%d elements]", len(value))
		}
		var all []any
		for _, element := range value[:min(len(value), elements)] {
			all = append(all, shorter(element, letters, elements, depth-1))
		}
		if left := len(value) - elements; left > 0 {
			all = append(all, fmt.Sprintf("[+%d elements]", left))
		}
		return all
	case map[string]any:
		if depth == 0 {
			return fmt.Sprintf("[%d fields]", len(value))
		}
		all := map[string]any{}
		for i, name := range slices.Sorted(maps.Keys(value)) {
			if i == 2*elements {
				all["…"] = fmt.Sprintf("[+%d fields]", len(value)-i)
				break
			}
			all[shorten(name, letters)] = shorter(value[name], letters, elements, depth-1)
		}
		return all
	}
	return value
}

// at returns the JSON at a JSON pointer.
func at(data []byte, pointer string) ([]byte, bool) {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		data = bytes.TrimSpace(data)
		switch {
		case len(data) > 0 && data[0] == '[':
			list := elements(data)
			index, err := strconv.Atoi(name)
			if err != nil || index < 0 || index >= len(list) {
				return nil, false
			}
			data = list[index]
		case len(data) > 0 && data[0] == '{':
			var fields map[string]json.RawMessage
			if json.Unmarshal(data, &fields) != nil || fields[name] == nil {
				return nil, false
			}
			data = fields[name]
		default:
			return nil, false
		}
	}
	return data, true
}
