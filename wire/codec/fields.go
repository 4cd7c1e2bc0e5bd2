package codec

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Fields are the fields of a generated type, from its struct tags.
//
// The tag json names a field, and omitzero or omitempty makes it optional. The tag wire has more of
// the spec, in any order: null for a field that may be null, readOnly, writeOnly, const= and the only
// value that the field has, and kind= and the value that names the type of the object. Such values
// are written without being set, and a kind is written first.
type Fields struct {
	typ      reflect.Type
	names    []string
	list     []*field
	index    map[string]int        // positions by name
	unknown  int                   // index of the embedded wire.UnknownFields; -1 without one
	directed bool                  // a field, or one in it, is in requests only or in responses only
	first    atomic.Pointer[field] // the one that came first in the last object
}

// field is a field of a generated type.
type field struct {
	name      string
	literal   string  // the name with its quotes
	position  int     // in the list of Fields
	index     int     // in the struct
	offset    uintptr // in its memory
	shape     *shape
	optional  bool
	null      bool
	readOnly  bool
	writeOnly bool
	fixed     string // JSON of the value that a field without one has
	first     bool   // it names the type of the object

	next atomic.Pointer[field] // the one that followed in the last object
}

// rawHolder is a pointer to wire.UnknownFields, which a generated type embeds.
type rawHolder interface{ Raw() *Raw }

// rawOf returns the JSON of an object, which must be addressable.
func (f *Fields) rawOf(object reflect.Value) *Raw {
	return object.Field(f.unknown).Addr().Interface().(rawHolder).Raw()
}

// Find returns the name of the field that a name means: the same, or else one that differs only in
// case. It finds nothing in a nil Fields.
func (f *Fields) Find(name string) (string, bool) {
	if f == nil {
		return "", false
	}
	index, _ := f.find(name)
	if index < 0 {
		return "", false
	}
	return f.names[index], true
}

// find returns the index of a name, or else of one that differs only in case, or -1.
func (f *Fields) find(name string) (index int, exact bool) {
	if index, ok := f.index[name]; ok {
		return index, true
	}
	return indexFold(f.names, name), false
}

func indexFold(names []string, name string) int {
	return slices.IndexFunc(names, func(known string) bool { return strings.EqualFold(known, name) })
}

// shape is how values of a type are read and written.
type shape struct {
	kind   shapeKind
	typ    reflect.Type
	size   uintptr // of a value in memory
	bits   int     // of an integer
	elem   *shape  // of a list, map or pointer
	fields *Fields // of an object
	null   bool    // a value can be null
	kinded bool    // a discriminator names the type of a value
}

// kinded is implemented by unions and base types with a discriminator.
type kinded interface{ ValueByDiscriminator() (any, error) }

type shapeKind uint8

const (
	shapeOther  shapeKind = iota // for encoding/json
	shapeCustom                  // a Decodable
	shapeObject                  // a generated type
	shapeList
	shapeMap
	shapePointer
	shapeRaw   // json.RawMessage
	shapeBytes // for encoding/json, too
	shapeString
	shapeInteger
	shapeUnsigned
	shapeBoolean
)

var (
	shapes     sync.Map // by type
	shapesLock sync.Mutex
)

// shapeOf returns the shape of a type. Each type has one.
func shapeOf(typ reflect.Type) *shape {
	if known, ok := shapes.Load(typ); ok {
		return known.(*shape)
	}
	shapesLock.Lock()
	defer shapesLock.Unlock()
	fresh := map[reflect.Type]*shape{}
	result := newShape(typ, fresh)
	for _, s := range fresh {
		if s.kind == shapeObject {
			s.fields.directed = directed(s, map[*shape]bool{})
		}
	}
	for typ, s := range fresh { // only now, because they refer to each other
		shapes.Store(typ, s)
	}
	return result
}

var (
	kindedType          = reflect.TypeFor[kinded]()
	decodableType       = reflect.TypeFor[Decodable]()
	nullableType        = reflect.TypeFor[interface{ IsNull() bool }]()
	rawHolderType       = reflect.TypeFor[rawHolder]()
	unmarshalerType     = reflect.TypeFor[json.Unmarshaler]()
	rawMessageType      = reflect.TypeFor[json.RawMessage]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// newShape adds the shapes of a type and of those in it to fresh.
func newShape(typ reflect.Type, fresh map[reflect.Type]*shape) *shape {
	if known, ok := shapes.Load(typ); ok {
		return known.(*shape)
	}
	if s, ok := fresh[typ]; ok {
		return s
	}
	s := &shape{typ: typ, size: typ.Size(), kinded: typ.Kind() == reflect.Struct && typ.Implements(kindedType)}
	fresh[typ] = s
	pointer := reflect.PointerTo(typ)
	switch kind := typ.Kind(); {
	case typ == rawMessageType:
		s.kind, s.null = shapeRaw, true
	case pointer.Implements(decodableType):
		s.kind, s.null = shapeCustom, pointer.Implements(nullableType)
	case kind == reflect.Struct && unknownFieldsIn(typ) >= 0:
		s.kind, s.fields = shapeObject, newFields(typ, fresh)
	case pointer.Implements(unmarshalerType), pointer.Implements(textUnmarshalerType):
		s.null = slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface}, kind)
	case kind == reflect.String:
		s.kind = shapeString
	case kind >= reflect.Int && kind <= reflect.Int64:
		s.kind, s.bits = shapeInteger, typ.Bits()
	case kind >= reflect.Uint && kind <= reflect.Uint64:
		s.kind, s.bits = shapeUnsigned, typ.Bits()
	case kind == reflect.Bool:
		s.kind = shapeBoolean
	case kind == reflect.Pointer:
		s.kind, s.elem, s.null = shapePointer, newShape(typ.Elem(), fresh), true
	case kind == reflect.Slice && typ.Elem().Kind() != reflect.Uint8:
		s.kind, s.elem, s.null = shapeList, newShape(typ.Elem(), fresh), true
	case kind == reflect.Slice:
		s.kind, s.null = shapeBytes, true
	case kind == reflect.Map && typ.Key().Kind() == reflect.String:
		s.kind, s.elem, s.null = shapeMap, newShape(typ.Elem(), fresh), true
	default:
		s.null = kind == reflect.Slice || kind == reflect.Map || kind == reflect.Interface
	}
	return s
}

// unknownFieldsIn returns the index of the wire.UnknownFields that a struct embeds, or -1.
func unknownFieldsIn(structure reflect.Type) int {
	for i := range structure.NumField() {
		if part := structure.Field(i); part.Anonymous && part.IsExported() && reflect.PointerTo(part.Type).Implements(rawHolderType) {
			return i
		}
	}
	return -1
}

// newFields returns the fields of a struct that are in its JSON.
func newFields(structure reflect.Type, fresh map[reflect.Type]*shape) *Fields {
	f := &Fields{typ: structure, index: map[string]int{}, unknown: unknownFieldsIn(structure)}
	for i := range structure.NumField() {
		part := structure.Field(i)
		name, options, _ := strings.Cut(part.Tag.Get("json"), ",")
		if name == "-" || !part.IsExported() || i == f.unknown {
			continue
		}
		name = cmp.Or(name, part.Name)
		spec := strings.Split(part.Tag.Get("wire"), ",")
		s := newShape(part.Type, fresh)
		kind, first := valueOf(spec, "kind=", s)
		only, _ := valueOf(spec, "const=", s)
		f.index[name] = len(f.list)
		f.names = append(f.names, name)
		f.list = append(f.list, &field{
			name: name, position: len(f.list), literal: quoted(name), index: i, offset: part.Offset, shape: s, fixed: kind + only, first: first, optional: options != "",
			null: slices.Contains(spec, "null"), readOnly: slices.Contains(spec, "readOnly"), writeOnly: slices.Contains(spec, "writeOnly"),
		})
	}
	return f
}

// valueOf returns the JSON of the value that follows a prefix in a tag.
func valueOf(spec []string, prefix string, s *shape) (literal string, ok bool) {
	for _, option := range spec {
		if value, ok := strings.CutPrefix(option, prefix); ok && s.kind == shapeString {
			return quoted(value), true
		} else if ok {
			return value, true
		}
	}
	return "", false
}

// directed reports whether a shape contains fields that are in requests only or in responses only.
func directed(s *shape, seen map[*shape]bool) bool {
	if s == nil || seen[s] {
		return false
	}
	seen[s] = true
	if s.kinded { // its other types are unknown
		return true
	}
	if s.kind != shapeObject {
		return directed(s.elem, seen)
	}
	return slices.ContainsFunc(s.fields.list, func(f *field) bool { return f.readOnly || f.writeOnly || directed(f.shape, seen) })
}
