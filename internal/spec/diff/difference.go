package diff

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// difference is a place where two descriptions are not the same JSON. Where something was added there is no old place;
// where something was taken out, no new one.
type difference struct {
	old, new      string // JSON pointers
	before, after any
}

// differencesOf lists the outermost places where two descriptions differ.
func differencesOf(before, after tree.Object) []difference {
	c := &comparison{}
	c.objects("", "", before, after)
	return c.found
}

type comparison struct{ found []difference }

func (c *comparison) values(old, new string, before, after any) {
	switch before := before.(type) {
	case tree.Object:
		// Another reference is one difference: what is behind it is compared where it stands.
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
	for name, member := range tree.Fields(before) {
		counterpart := name
		if other, ok := renamed[name]; ok {
			counterpart = other
			c.found = append(c.found, difference{tree.Join(old, name), tree.Join(new, other), name, other})
		}
		met[counterpart] = true
		if other, ok := after[counterpart]; ok {
			c.values(tree.Join(old, name), tree.Join(new, counterpart), member, other)
		} else {
			c.found = append(c.found, difference{old: tree.Join(old, name), before: member})
		}
	}
	for name, member := range tree.Fields(after) {
		if !met[name] {
			c.found = append(c.found, difference{new: tree.Join(new, name), after: member})
		}
	}
}

// renamedPaths returns the paths of which nothing but the names of parameters changed, with their new form.
func renamedPaths(before, after tree.Object) map[string]string {
	templates := map[string]string{}
	for path := range tree.Fields(after) {
		templates[template(path)] = path
	}
	renamed := map[string]string{}
	for path := range tree.Fields(before) {
		if other, ok := templates[template(path)]; ok && other != path {
			renamed[path] = other
		}
	}
	return renamed
}

var parameterName = regexp.MustCompile(`\{[^{}]*\}`)

func template(path string) string { return parameterName.ReplaceAllLiteralString(path, "{}") }

// lists compares elements with their like, so that one that is put in between does not make all behind it differ.
func (c *comparison) lists(old, new string, before, after []any) {
	oldKeys, newKeys := keysOf(before), keysOf(after)
	counterparts := map[string]int{}
	for j, key := range newKeys {
		counterparts[key] = j
	}
	var order []int // in the new list, of the elements that both have
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
		place := tree.Join(old, strconv.Itoa(i))
		n := slices.IndexFunc(added, func(j int) bool { return inPath(before[i]) && inPath(after[j]) })
		if n < 0 {
			c.found = append(c.found, difference{old: place, before: before[i]})
			continue
		}
		c.values(place, tree.Join(new, strconv.Itoa(added[n])), before[i], after[added[n]])
		added = slices.Delete(added, n, n+1)
	}
	for _, j := range added {
		c.found = append(c.found, difference{new: tree.Join(new, strconv.Itoa(j)), after: after[j]})
	}
}

// inPath reports whether an element is a parameter in the path, which has another name where nothing but that changed.
func inPath(element any) bool {
	object, _ := element.(tree.Object)
	return object["in"] == "path"
}

// keysOf returns what the elements of a list are known by: scalars and references by themselves, objects by their names,
// the others by their number among their like.
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
		data, _ := tree.JSON(element) // which every part of a tree can be written as
		return string(data)
	}
	for _, name := range []string{"$ref", "name"} {
		if text, ok := object[name].(string); ok {
			return name + " " + text + " " + tree.String(object["in"])
		}
	}
	return ""
}
