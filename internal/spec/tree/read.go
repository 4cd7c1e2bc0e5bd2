package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// The limits of a description. The largest of real ASP.NET services are some megabytes and nest some dozens deep; what is
// far beyond is an attack or a mistake. YAML takes more memory to read, and is bounded more tightly.
const (
	MaxBytes     = 16 << 20
	MaxYAMLBytes = 4 << 20
	maxDepth     = 200
	maxValues    = 1 << 19 // of YAML, where aliases can turn a few lines into any number
)

// Read reads a description that is JSON or YAML.
func Read(data []byte) (Object, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // ASP.NET files start with a byte order mark
	trimmed := bytes.TrimSpace(data)                      // only to look at: the spaces at both ends of YAML mean something
	switch {
	case len(data) > MaxBytes:
		return nil, &Problem{Message: fmt.Sprintf("the description is larger than %d MiB", MaxBytes>>20), Remedy: "take a part of it, or ask for a smaller one"}
	case len(trimmed) == 0:
		return nil, &Problem{Message: "the description is empty", Remedy: "check what writes it"}
	case !utf8.Valid(data):
		return nil, &Problem{Message: "the description is not UTF-8", Remedy: "save it as UTF-8"}
	case trimmed[0] == '<':
		return nil, &Problem{Message: "this is a web page, not an API description", Remedy: "name the address of the JSON document, such as /swagger/v1/swagger.json; where the page asks for a login, use --auth or save the document by hand"}
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
		return nil, &Problem{Message: "this is not an API description: it is not an object", Remedy: "name the address or file of the description itself"}
	}
	return document, nil
}

// readJSON refuses a member that stands twice, of which every other reader would drop one in silence.
func readJSON(data []byte) (any, error) {
	reader := &jsonReader{json.NewDecoder(bytes.NewReader(data))}
	reader.UseNumber()
	value, err := reader.value("", 0)
	if err == nil {
		if _, end := reader.Token(); end != io.EOF {
			err = errors.New("there is more after the end of the document")
		}
	}
	if problem, ok := errors.AsType[*Problem](err); ok {
		return nil, problem
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, &Problem{Message: fmt.Sprintf("this is not JSON, at byte %d: %v", reader.InputOffset(), err), Remedy: "check that the document is whole"}
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
		name := token.(string) // the decoder accepts nothing else here
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
	return &Problem{Pointer: pointer, Message: "the member stands twice", Remedy: "remove one of them"}
}

func tooDeep(pointer string) error {
	return &Problem{Pointer: pointer, Message: fmt.Sprintf("the description nests more than %d levels deep", maxDepth), Remedy: "name inner schemas and refer to them"}
}
