package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// UnmarshalObject reads a JSON object into known, a pointer to a struct without JSON methods of its own, and returns the
// members that are not in names, with their exact JSON; nil when there are none. Generated types call it.
// As in encoding/json, names are matched without regard to case.
func UnmarshalObject(data []byte, known any, names ...string) (map[string]json.RawMessage, error) {
	if err := json.Unmarshal(data, known); err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, err
	}
	maps.DeleteFunc(members, func(member string, _ json.RawMessage) bool { return isListed(member, names) })
	if len(members) == 0 {
		return nil, nil
	}
	return members, nil
}

// MarshalObject writes known, a struct without JSON methods of its own, and behind its members those of unknown, by
// name. A member of unknown that is in names is an error, because the field of known says the same. Generated types
// call it.
func MarshalObject(known any, unknown map[string]json.RawMessage, names ...string) ([]byte, error) {
	data, err := marshal(known)
	if err != nil || len(unknown) == 0 {
		return data, err
	}
	data = data[:len(data)-1] // the members go before the closing brace
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		if isListed(name, names) {
			return nil, fmt.Errorf("member %s is set twice: use the field of the struct alone", name)
		}
		if !json.Valid(unknown[name]) {
			return nil, fmt.Errorf("member %s does not hold valid JSON", name)
		}
		if data[len(data)-1] != '{' {
			data = append(data, ',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		data = append(append(append(data, key...), ':'), unknown[name]...)
	}
	return append(data, '}'), nil
}

// marshal leaves <, > and & as they are: the encoder of the caller escapes them if it is to.
func marshal(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}

func isListed(member string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, member) })
}
