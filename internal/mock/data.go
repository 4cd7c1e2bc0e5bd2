package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/mock/values"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Data is the current items of the collections of a spec. It is safe for concurrent use.
type Data struct {
	plan *Plan

	mu     sync.Mutex
	tables map[string]*table           // by concrete path of a collection
	seeds  map[string][]map[string]any // by path of a collection, concrete or a template
}

// table has the items of a concrete collection, such as those of one parent.
type table struct {
	on    *collection
	path  string
	items []*item // the oldest first
	byKey map[string]*item
	gone  map[string]bool // keys of deleted items
	made  int             // items that got a generated key
	last  int64
}

// item is an item of a collection. Its fields are replaced, never changed.
type item struct {
	fields  map[string]any
	key     string
	created bool // by a client, so that nothing optional is made up

	mu       sync.Mutex
	versions map[*model.Schema]map[string]any // as the responses have it
}

// initialItems is the number of generated items of a collection.
const initialItems = 3

// NewData returns the initial data: the given items of some collections, by path, and for all others
// examples of the spec or generated items. A path is that of a concrete collection, or a template for
// all that it matches; its beginning may be left out if the rest is unambiguous. Errors name the JSON
// pointer into the items.
func (p *Plan) NewData(resources map[string][]json.RawMessage) (*Data, error) {
	d := &Data{plan: p, tables: make(map[string]*table), seeds: make(map[string][]map[string]any)}
	for _, path := range slices.Sorted(maps.Keys(resources)) {
		c, full, err := p.collectionOf(path)
		if err != nil {
			return nil, err
		}
		if _, twice := d.seeds[full]; twice {
			return nil, fmt.Errorf("/%s: %s is listed twice: put all its items into one list", contract.EscapePointer(path), full)
		}
		seeds := []map[string]any{}
		keys := make(map[string]bool)
		for i, raw := range resources[path] {
			fields, err := p.seeded(c, raw)
			pointer := fmt.Sprintf("/%s/%d", contract.EscapePointer(path), i)
			if err != nil {
				return nil, fmt.Errorf("%s%w", pointer, err)
			}
			if key := tree.String(fields[c.key]); c.key != "" && key != "" {
				if keys[key] {
					return nil, fmt.Errorf("%s/%s: is already used by another item", pointer, c.key)
				}
				keys[key] = true
			}
			seeds = append(seeds, fields)
		}
		d.seeds[full] = seeds
	}
	return d, nil
}

// collectionOf returns the collection of a path, and the path with its beginning.
func (p *Plan) collectionOf(path string) (found *collection, full string, err error) {
	var paths []string
	for _, c := range p.collections {
		paths = append(paths, c.path)
		segments := strings.Split(c.path, "/")
		given := strings.Split(path, "/")
		missing := len(segments) - len(given)
		if !strings.HasPrefix(path, "/") || missing < 0 {
			continue
		}
		if matches(segments[missing+1:], given[1:]) {
			for i, segment := range given[1:] {
				if !strings.HasPrefix(segment, "{") { // a variable may have another name
					segments[missing+1+i] = segment
				}
			}
			if missing == 0 {
				return c, strings.Join(segments, "/"), nil
			}
			if found != nil {
				return nil, "", fmt.Errorf("/%s: is the end of several paths: write the whole path", contract.EscapePointer(path))
			}
			found, full = c, strings.Join(segments, "/")
		}
	}
	if found == nil {
		return nil, "", fmt.Errorf("/%s: no stateful collection has this path: want one of %s", contract.EscapePointer(path), strings.Join(paths, ", "))
	}
	return found, full, nil
}

// matches reports whether segments are those of a template, or values of its variables.
func matches(template, segments []string) bool {
	return slices.EqualFunc(template, segments, func(want, got string) bool {
		return want == got || strings.HasPrefix(want, "{") && got != ""
	})
}

// seeded returns an item of a seed, which must fit the schema of the items. It may lack its key, what
// only a server sets, and what its path sets.
func (p *Plan) seeded(c *collection, raw json.RawMessage) (map[string]any, error) {
	fields, ok := decode(raw).(map[string]any)
	if !ok {
		return nil, fmt.Errorf(": want a JSON object")
	}
	complete := maps.Clone(fields)
	assigned, _ := p.generator.Value(c.schema, c.path, values.Assigned)
	generated, _ := assigned.(map[string]any)
	parents := p.parentFields(c)
	for name, property := range propertiesOf(c.schema) {
		_, ofPath := parents[name]
		if value, ok := generated[name]; ok && complete[name] == nil && (property.Value.ReadOnly || name == c.key || ofPath) {
			complete[name] = value
		}
	}
	encoded, err := marshal(complete)
	if err != nil {
		return nil, err
	}
	for _, finding := range contract.Errors(p.document.CheckValue(c.schema, encoded)) {
		return nil, fmt.Errorf("%s: %s", finding.Location, finding.Detail())
	}
	return fields, nil
}

// decode returns the value of JSON, nil if it is not JSON.
func decode(data []byte) any {
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// table returns the items of a concrete collection. The caller holds the lock.
func (d *Data) table(c *collection, values []string) *table {
	path := concretePath(c.path, values)
	if t := d.tables[path]; t != nil {
		return t
	}
	t := &table{on: c, path: path, byKey: make(map[string]*item), gone: make(map[string]bool)}
	initial, seeded := d.seeds[path]
	if !seeded {
		initial, seeded = d.seeds[c.path]
	}
	if !seeded {
		initial = d.plan.initial(c, path)
	}
	for _, fields := range initial {
		fields = maps.Clone(fields)
		key := tree.String(fields[c.key])
		if c.key != "" && (key == "" || t.byKey[key] != nil) {
			fields[c.key] = d.plan.newKey(t)
		}
		d.plan.setParents(c, fields, values)
		t.add(fields, seeded)
	}
	d.tables[path] = t
	return t
}

// initial returns the items of the examples of a collection, or generated ones.
func (p *Plan) initial(c *collection, path string) (items []map[string]any) {
	if c.lister != nil && len(c.lister.media) > 0 {
		if example, found := c.lister.media[0].example(p.document); found {
			elements, _ := c.lister.out.in(example).([]any)
			for _, element := range elements {
				if fields, ok := element.(map[string]any); ok {
					items = append(items, fields)
				}
			}
		}
	}
	if c.reader != nil && len(c.reader.media) > 0 {
		if example, found := c.reader.media[0].example(p.document); found {
			fields, ok := c.reader.out.in(example).(map[string]any)
			if ok && !slices.ContainsFunc(items, func(other map[string]any) bool { return tree.String(other[c.key]) == tree.String(fields[c.key]) }) {
				items = append(items, fields)
			}
		}
	}
	for i := len(items); len(items) < initialItems && i < initialItems; i++ {
		generate := p.generator.Other
		if i == 0 {
			generate = func(schema *model.SchemaRef, key string) (any, error) {
				return p.generator.Value(schema, key, values.Full)
			}
		}
		value, err := generate(c.schema, path+"#"+strconv.Itoa(i))
		fields, ok := value.(map[string]any)
		if err != nil || !ok {
			break
		}
		if i > 0 || !p.example(c) {
			delete(fields, c.key) // gets one in order
		}
		items = append(items, fields)
	}
	return items
}

// example reports whether the spec has an example of the key.
func (p *Plan) example(c *collection) bool {
	return slices.ContainsFunc(c.keyRules, func(rule *model.SchemaRef) bool { return rule.Value.Example != nil })
}

// setParents sets the fields that have the name of a variable above the collection.
func (p *Plan) setParents(c *collection, fields map[string]any, values []string) {
	properties := propertiesOf(c.schema)
	for field, i := range p.parentFields(c) {
		if value := typed(properties[field], values[i]); p.document.Fits(properties[field].Value, value) {
			fields[field] = value
		}
	}
}

// parentFields returns the fields that have the name of a variable above the collection, with the
// index of the variable.
func (p *Plan) parentFields(c *collection) map[string]int {
	properties := propertiesOf(c.schema)
	fields := make(map[string]int)
	segments := strings.Split(c.path, "/")
	for i, variable := range route.Variables(c.path) {
		names := []string{variable}
		for j, segment := range segments {
			if segment == "{"+variable+"}" && j > 0 && plain(variable) == "id" {
				names = append(names, singular(segments[j-1])+"Id")
			}
		}
		for _, name := range names {
			if field, property := named(properties, name); property != nil && field != c.key {
				fields[field] = i
			}
		}
	}
	return fields
}

// typed returns a value of a path as a value of JSON.
func typed(schema *model.SchemaRef, value string) any {
	if scalarType(schema) == model.Integer {
		return json.Number(value)
	}
	return value
}

// newKey returns an unused key.
func (p *Plan) newKey(t *table) any {
	fits := func(key any) bool {
		text := tree.String(key)
		return text != "" && t.byKey[text] == nil && !t.gone[text] &&
			!slices.ContainsFunc(t.on.keyRules, func(rule *model.SchemaRef) bool { return !p.document.Fits(rule.Value, typed(rule, text)) })
	}
	next := strconv.FormatInt(t.last+1, 10)
	number := any(json.Number(next))
	if scalarType(t.on.keyRules[0]) == model.String {
		number = next
	}
	if fits(number) {
		return number
	}
	for range 1000 {
		t.made++
		key, err := p.generator.Other(t.on.keyAll, t.path+"#"+strconv.Itoa(t.made))
		if err == nil && fits(key) {
			return key
		}
	}
	return number // the check of the response reports that it does not fit
}

// add adds an item. The caller holds the lock.
func (t *table) add(fields map[string]any, created bool) *item {
	added := &item{fields: fields, key: tree.String(fields[t.on.key]), created: created}
	t.items = append(t.items, added)
	t.index(added)
	return added
}

func (t *table) index(added *item) {
	if t.on.key == "" {
		return
	}
	t.byKey[added.key] = added
	if number, err := strconv.ParseInt(added.key, 10, 64); err == nil && number < math.MaxInt64 {
		t.last = max(t.last, number)
	}
}

// replace replaces an item. The caller holds the lock.
func (t *table) replace(former *item, fields map[string]any) *item {
	changed := &item{fields: fields, key: former.key, created: former.created}
	t.items[slices.Index(t.items, former)] = changed
	t.index(changed)
	return changed
}

// remove removes an item. The caller holds the lock.
func (t *table) remove(former *item) {
	t.items = slices.Delete(t.items, slices.Index(t.items, former), slices.Index(t.items, former)+1)
	delete(t.byKey, former.key)
	t.gone[former.key] = true
}

// find returns the item of a key in a path, or nil. Where nothing creates items, another operation
// must have made them, and every item exists until it is deleted. The caller holds the lock.
func (d *Data) find(t *table, key string) *item {
	if t.on.keyRules[0].Value.Format == "uuid" && t.byKey[key] == nil {
		key = strings.ToLower(key)
	}
	if found := t.byKey[key]; found != nil || t.on.creator != nil || t.gone[key] {
		return found
	}
	value, err := d.plan.generator.Other(t.on.schema, t.path+"#"+key)
	fields, ok := value.(map[string]any)
	if err != nil || !ok {
		return nil
	}
	fields[t.on.key] = typed(t.on.keyRules[0], key)
	return t.add(fields, false)
}

// as returns an item as a response with the schema has it: its own fields as far as they fit, and what
// the schema requires else. Of an item of a client, only what a server sets is made up.
func (d *Data) as(schema *model.SchemaRef, t *table, i *item) map[string]any {
	i.mu.Lock()
	defer i.mu.Unlock()
	if version := i.versions[schema.Value]; version != nil {
		return version
	}
	version := d.version(schema, t, i)
	if i.versions == nil {
		i.versions = make(map[*model.Schema]map[string]any)
	}
	i.versions[schema.Value] = version
	return version
}

func (d *Data) version(schema *model.SchemaRef, t *table, i *item) map[string]any {
	fits := func(version map[string]any) bool { return d.plan.document.Fits(schema.Value, version) }
	own := d.plan.fieldsOf(schema, i.fields)
	if !i.created && fits(own) {
		return own
	}
	extent := values.Full
	if i.created {
		extent = values.Assigned
	}
	whole := own
	for attempt := range 8 { // another one of several kinds may fit
		key := fmt.Sprintf("%s#%s#%d", t.path, i.key, attempt)
		value, err := d.plan.generator.Value(schema, key, extent)
		if err != nil { // without optional fields, it may be of several kinds
			value, _ = d.plan.generator.Value(schema, key, values.Full)
		}
		generated, ok := value.(map[string]any)
		if !ok {
			continue
		}
		version := maps.Clone(generated)
		maps.Copy(version, own)
		if fits(version) {
			if i.created {
				d.plan.removeForeign(schema, version, own)
			}
			return version
		}
		whole = generated
	}
	if key, ok := own[t.on.key]; ok { // the fields do not fit together
		whole = maps.Clone(whole)
		whole[t.on.key] = key
	}
	return whole
}

// removeForeign removes generated fields that the version of an item does not need, such as those of
// another kind of item than the client's. What only a server sets stays.
func (p *Plan) removeForeign(schema *model.SchemaRef, version, own map[string]any) {
	properties := propertiesOf(schema)
	for _, name := range slices.Sorted(maps.Keys(version)) {
		property := properties[name]
		if _, sent := own[name]; sent || property != nil && property.Value.ReadOnly {
			continue
		}
		value := version[name]
		delete(version, name)
		if !p.document.Fits(schema.Value, version) {
			version[name] = value
		}
	}
}

// fieldsOf returns the fields that a schema lists and that fit it. A schema that lists nothing takes
// all.
func (p *Plan) fieldsOf(schema *model.SchemaRef, fields map[string]any) map[string]any {
	properties := propertiesOf(schema)
	own := make(map[string]any, len(fields))
	for name, value := range fields {
		property := properties[name]
		if property == nil {
			if other, found := named(properties, name); found != nil {
				name, property = other, found
			}
		}
		if property != nil && !property.Value.WriteOnly && p.document.Fits(property.Value, value) && fitsFormat(property, value) || len(properties) == 0 {
			own[name] = value
		}
	}
	return own
}
