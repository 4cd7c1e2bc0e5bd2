// Package reflected prints what printers by reflection can reach. It is the judge of tests that a
// value shows no secret.
package reflected

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// maxNodes bounds a print. A value that reaches more is a mistake of the test.
const maxNodes = 2_000_000

// Print returns every string and byte slice, and the names of the types, that are reachable from
// value: through pointers, atomic pointers, interfaces, maps and unexported fields, but not into
// functions, which no printer looks into.
func Print(value any) string {
	p := &printer{seen: make(map[visit]bool)}
	p.print(reflect.ValueOf(value))
	return p.out.String()
}

type visit struct {
	address unsafe.Pointer
	typ     reflect.Type
}

type printer struct {
	out   strings.Builder
	seen  map[visit]bool
	nodes int
}

func (p *printer) print(v reflect.Value) {
	if p.nodes++; p.nodes > maxNodes {
		panic("reflected: the value reaches too much")
	}
	switch v.Kind() {
	case reflect.String:
		fmt.Fprintln(&p.out, v.String())
	case reflect.Pointer:
		if v.IsNil() || !p.enter(v.UnsafePointer(), v.Type()) {
			return
		}
		p.print(v.Elem())
	case reflect.Interface:
		if !v.IsNil() {
			p.print(v.Elem())
		}
	case reflect.Struct:
		fmt.Fprintln(&p.out, v.Type())
		for i := range v.NumField() {
			p.printField(v, i)
		}
	case reflect.Map:
		if v.IsNil() || !p.enter(v.UnsafePointer(), v.Type()) {
			return
		}
		for entries := v.MapRange(); entries.Next(); {
			p.print(entries.Key())
			p.print(entries.Value())
		}
	case reflect.Slice:
		if v.IsNil() || v.Len() > 0 && !p.enter(v.UnsafePointer(), v.Type()) {
			return
		}
		p.printElements(v)
	case reflect.Array:
		p.printElements(v)
	}
}

// printField follows the pointer in a sync/atomic.Pointer, whose type is that of its first field.
func (p *printer) printField(v reflect.Value, i int) {
	if field := v.Field(i); field.Kind() != reflect.UnsafePointer {
		p.print(field)
	} else if typ := v.Type(); typ.PkgPath() == "sync/atomic" && !field.IsNil() {
		target := typ.Field(0).Type.Elem() // of [0]*T
		p.print(reflect.NewAt(target.Elem(), field.UnsafePointer()))
	}
}

func (p *printer) printElements(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		bytes := make([]byte, v.Len())
		for i := range bytes {
			bytes[i] = byte(v.Index(i).Uint())
		}
		fmt.Fprintf(&p.out, "%s\n", bytes)
		return
	}
	for i := range v.Len() {
		p.print(v.Index(i))
	}
}

// enter reports whether the address is a new one.
func (p *printer) enter(address unsafe.Pointer, typ reflect.Type) bool {
	at := visit{address, typ}
	if p.seen[at] {
		return false
	}
	p.seen[at] = true
	return true
}
