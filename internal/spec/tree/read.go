package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/plaintext"
)

// Limits on a spec. The largest specs of real ASP.NET services are a few megabytes and nest a
// few dozen levels; anything far larger is an attack or a mistake. YAML takes more memory to
// read, so its limit is lower.
const (
	MaxBytes     = 16 << 20
	MaxYAMLBytes = 4 << 20
	maxDepth     = 200
	maxValues    = 1 << 19 // in YAML, where a few lines of aliases can expand without bound
)

// Read parses a spec from JSON or YAML.
func Read(data []byte) (Object, error) {
	if len(data) <= MaxBytes {
		text, err := plaintext.Decode(data)
		if err != nil {
			message, remedy, _ := strings.Cut(err.Error(), ": ")
			return nil, &Problem{Message: "the spec is not text: " + message, Remedy: remedy}
		}
		data = text
	}
	trimmed := bytes.TrimSpace(data) // for inspection only: leading and trailing spaces matter in YAML
	switch {
	case len(data) > MaxBytes:
		return nil, &Problem{Message: fmt.Sprintf("the spec is larger than %d MiB", MaxBytes>>20), Remedy: "use a part of it, or ask the vendor for a smaller one"}
	case len(trimmed) == 0:
		return nil, &Problem{Message: "the spec is empty", Remedy: "check the program that writes it"}
	case trimmed[0] == '<':
		return nil, &Problem{Message: "this is a web page, not an API spec", Remedy: "use the URL of the JSON document, such as /swagger/v1/swagger.json; if the page requires a login, use --auth or save the document by hand"}
	}
	var value any
	var err error
	if trimmed[0] == '{' {
		value, err = readJSON(data)
	} else {
		value, err = readYAML(data)
	}
	if err != nil {
		return nil, err
	}
	document, ok := value.(Object)
	if !ok {
		return nil, &Problem{Message: "this is not an API spec: it is not an object", Remedy: "use the URL or file of the spec itself"}
	}
	return document, nil
}

// readJSON rejects duplicate keys; other readers silently drop one of the two.
func readJSON(data []byte) (any, error) {
	reader := &jsonReader{json.NewDecoder(bytes.NewReader(data))}
	reader.UseNumber()
	value, err := reader.value("", 0)
	if err == nil {
		if _, end := reader.Token(); end != io.EOF {
			err = errors.New("trailing data after the document")
		}
	}
	if problem, ok := errors.AsType[*Problem](err); ok {
		return nil, problem
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, &Problem{Message: fmt.Sprintf("invalid JSON at byte %d: %v", reader.InputOffset(), err), Remedy: "check that the document is complete"}
	}
	return value, nil
}

type jsonReader struct{ *json.Decoder }

func (r *jsonReader) value(pointer string, depth int) (any, error) {
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	delimiter, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth == maxDepth {
		return nil, tooDeep(pointer)
	}
	if delimiter == '[' {
		list := []any{}
		for r.More() {
			element, err := r.value(Join(pointer, strconv.Itoa(len(list))), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err = r.Token()
		return list, err
	}
	object := Object{}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return nil, err
		}
		name := token.(string) // the decoder returns only strings here
		location := Join(pointer, name)
		if _, ok := object[name]; ok {
			return nil, duplicateKey(location)
		}
		if object[name], err = r.value(location, depth+1); err != nil {
			return nil, err
		}
	}
	_, err = r.Token()
	return object, err
}

func duplicateKey(pointer string) error {
	return &Problem{Pointer: pointer, Message: "duplicate key", Remedy: "remove one of the two"}
}

func tooDeep(pointer string) error {
	return &Problem{Pointer: pointer, Message: fmt.Sprintf("the spec nests more than %d levels deep", maxDepth), Remedy: "give inner schemas names and refer to them"}
}
