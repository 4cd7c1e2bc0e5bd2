package codec

import "fmt"

// explicit is a field that is to be sent although it has no value. It is part of a list, the latest
// first, which is shared by copies of an object and never changes.
type explicit struct {
	name string // in JSON
	as   explicitValue
	next *explicit
}

type explicitValue int

const (
	explicitNull explicitValue = iota + 1
	explicitZero
)

// SendNull makes the object send null for fields without a value, named as in JSON.
func (r *Raw) SendNull(names ...string) { r.send(explicitNull, names) }

// SendZero makes the object send the zero value of fields without a value, named as in JSON.
func (r *Raw) SendZero(names ...string) { r.send(explicitZero, names) }

func (r *Raw) send(as explicitValue, names []string) {
	for _, name := range names {
		r.explicit = &explicit{name, as, r.explicit}
	}
}

// explicitValues returns which fields are to be sent although they have no value, by name. It
// returns an error for names that are not in the type.
func (r *Raw) explicitValues(fields *Fields) (map[string]explicitValue, error) {
	if r.explicit == nil {
		return nil, nil
	}
	values := map[string]explicitValue{}
	for e := r.explicit; e != nil; e = e.next {
		if _, ok := fields.index[e.name]; !ok {
			if similar, ok := fields.Find(e.name); ok {
				return nil, fmt.Errorf("%s has no field %s: write %s", fields.typ.Name(), e.name, similar)
			}
			return nil, fmt.Errorf("%s has no field %s: pass the name that it has in JSON", fields.typ.Name(), e.name)
		}
		if values[e.name] == 0 { // the latest counts
			values[e.name] = e.as
		}
	}
	return values, nil
}
