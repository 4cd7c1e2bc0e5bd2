package codec

import "fmt"

// Explicit is a field that is to be sent although it has no value. It is part of a list, the latest
// first, which is shared by copies of an object and never changes.
type Explicit struct {
	Name string // in JSON
	Null bool   // else zero
	Next *Explicit
}

type explicitValue int

const (
	explicitNull explicitValue = iota + 1
	explicitZero
)

// explicit returns what fields are to be sent as although they have no value, by name. It returns an
// error for names that are not in the type.
func (r *Raw) explicit(fields *Fields) (map[string]explicitValue, error) {
	if r.Explicit == nil {
		return nil, nil
	}
	values := map[string]explicitValue{}
	for e := r.Explicit; e != nil; e = e.Next {
		if _, ok := fields.index[e.Name]; !ok {
			if similar, ok := fields.Find(e.Name); ok {
				return nil, fmt.Errorf("%s has no field %s: write %s", fields.typ.Name(), e.Name, similar)
			}
			return nil, fmt.Errorf("%s has no field %s: pass the name that it has in JSON", fields.typ.Name(), e.Name)
		}
		switch {
		case values[e.Name] != 0: // said later
		case e.Null:
			values[e.Name] = explicitNull
		default:
			values[e.Name] = explicitZero
		}
	}
	return values, nil
}
