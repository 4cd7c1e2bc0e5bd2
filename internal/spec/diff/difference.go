package diff

import (
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// difference is a location where the JSON of two specs differs. An addition has no old pointer and
// a removal no new one.
type difference struct {
	old, new      string // JSON pointers
	before, after any
}

// differencesOf lists the outermost differences between two specs.
func differencesOf(before, after tree.Object) []difference {
	c := &comparison{}
	c.objects("", "", before, after)
	return c.found
}

type comparison struct{ found []difference }

func (c *comparison) values(old, new string, before, after any) {
	switch before := before.(type) {
	case tree.Object:
		// A different reference is one difference: its target is compared where it is defined.
		if after, ok := after.(tree.Object); ok && before["$ref"] == after["$ref"] {
			c.objects(old, new, before, after)
			return
		}
	case []any:
		if after, ok := after.([]any); ok {
			c.lists(old, new, before, after)
			return
		}
	}
	if !reflect.DeepEqual(before, after) {
		c.found = append(c.found, difference{old, new, before, after})
	}
}

func (c *comparison) objects(old, new string, before, after tree.Object) {
	renamed := map[string]string{}
	if old == "/paths" {
		renamed = renamedPaths(before, after)
	}
	met := map[string]bool{}
	for name, value := range tree.Fields(before) {
		counterpart := name
		if other, ok := renamed[name]; ok {
			counterpart = other
			c.found = append(c.found, difference{tree.Join(old, name), tree.Join(new, other), name, other})
		}
		met[counterpart] = true
		if other, ok := after[counterpart]; ok {
			c.values(tree.Join(old, name), tree.Join(new, counterpart), value, other)
		} else {
			c.found = append(c.found, difference{old: tree.Join(old, name), before: value})
		}
	}
	for name, value := range tree.Fields(after) {
		if !met[name] {
			c.found = append(c.found, difference{new: tree.Join(new, name), after: value})
		}
	}
}

// renamedPaths maps old paths to new ones that differ only in the names of variables.
func renamedPaths(before, after tree.Object) map[string]string {
	templates := map[string]string{}
	for path := range tree.Fields(after) {
		templates[route.Shape(path)] = path
	}
	renamed := map[string]string{}
	for path := range tree.Fields(before) {
		_, same := after[path]
		if other, ok := templates[route.Shape(path)]; ok && !same {
			renamed[path] = other
		}
	}
	return renamed
}

// lists compares elements by key, so an insertion does not make all later elements differ.
func (c *comparison) lists(old, new string, before, after []any) {
	oldKeys, newKeys := keysOf(before), keysOf(after)
	counterparts := map[string]int{}
	for j, key := range newKeys {
		counterparts[key] = j
	}
	var order []int // new indexes of the common elements
	var removed []int
	for i, key := range oldKeys {
		j, ok := counterparts[key]
		if !ok {
			removed = append(removed, i)
			continue
		}
		delete(counterparts, key)
		order = append(order, j)
		c.values(tree.Join(old, strconv.Itoa(i)), tree.Join(new, strconv.Itoa(j)), before[i], after[j])
	}
	if !slices.IsSorted(order) {
		c.found = append(c.found, difference{old, new, before, after})
	}
	added := slices.Sorted(maps.Values(counterparts))
	for _, i := range removed {
		pointer := tree.Join(old, strconv.Itoa(i))
		n := slices.IndexFunc(added, func(j int) bool { return inPath(before[i]) && inPath(after[j]) })
		if n < 0 {
			c.found = append(c.found, difference{old: pointer, before: before[i]})
			continue
		}
		c.values(pointer, tree.Join(new, strconv.Itoa(added[n])), before[i], after[added[n]])
		added = slices.Delete(added, n, n+1)
	}
	for _, j := range added {
		c.found = append(c.found, difference{new: tree.Join(new, strconv.Itoa(j)), after: after[j]})
	}
}

// inPath reports whether an element is a path parameter. They are compared even after a rename.
func inPath(element any) bool {
	object, _ := element.(tree.Object)
	return object["in"] == "path"
}

// keysOf returns keys for the elements of a list: the value of a scalar or reference, the name of
// an object, and a number among equal ones.
func keysOf(list []any) []string {
	counts := map[string]int{}
	keys := make([]string, len(list))
	for i, element := range list {
		key := keyOf(element)
		keys[i] = key + "#" + strconv.Itoa(counts[key])
		counts[key]++
	}
	return keys
}

func keyOf(element any) string {
	object, ok := element.(tree.Object)
	if !ok {
		data, _ := tree.JSON(element) // every part of a spec is valid JSON
		return string(data)
	}
	for _, name := range []string{"$ref", "name"} {
		if value, ok := object[name].(string); ok {
			return name + " " + value + " " + tree.String(object["in"])
		}
	}
	return ""
}
