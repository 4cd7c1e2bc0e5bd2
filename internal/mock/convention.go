package mock

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// collection is a path whose items clients create, list or change.
type collection struct {
	path     string // template
	noun     string // its last literal segment
	item     string // template of the path of an item; empty if items have none
	variable string // of the item's path
	key      string // field that identifies an item; empty if nothing does
	schema   *model.SchemaRef
	keyRules model.SchemaRefs // of the field and the variable
	keyAll   *model.SchemaRef // the rules together, or that of the field if their types differ
	creator  *operation       // may be nil
	reader   *operation       // reads an item; may be nil
	lister   *operation       // may be nil
	parents  []parent
}

// itemPath returns the collection of the path of an item, such as /pets of /pets/{id} or /pets({id}),
// and the item's variable.
func itemPath(path string) (collection, variable string, ok bool) {
	last := path[strings.LastIndex(path, "/")+1:]
	before, rest, found := strings.Cut(last, "{")
	variable, after, closed := strings.Cut(rest, "}")
	collection = strings.TrimSuffix(path, "/"+last)
	switch {
	case !found || !closed || strings.Contains(variable, "{") || collection == "":
		return "", "", false
	case before == "" && after == "":
		return collection, variable, true
	case strings.HasSuffix(before, "(") && after == ")":
		return collection + "/" + strings.TrimSuffix(before, "("), variable, true
	}
	return "", "", false
}

// noun returns the last segment of a path that is not a variable.
func noun(path string) string {
	segments := strings.Split(path, "/")
	for _, segment := range slices.Backward(segments) {
		if segment != "" && !strings.Contains(segment, "{") {
			return segment
		}
	}
	return ""
}

// findCollections gives operations their roles.
func (p *Plan) findCollections() {
	onPath := make(map[string]map[string]*operation) // by path and method
	items := make(map[string]string)                 // path of an item, by that of its collection
	for _, o := range p.operations {
		if o.status >= http.StatusBadRequest {
			o.reason = "the spec lists only failures"
			continue
		}
		o.reason = "no collection has this path"
		if onPath[o.Path] == nil {
			onPath[o.Path] = make(map[string]*operation)
		}
		onPath[o.Path][o.Method] = o
		if above, _, ok := itemPath(o.Path); ok && (items[above] == "" || o.Path < items[above]) {
			items[above] = o.Path
		}
	}
	for above, item := range items {
		if onPath[above] == nil {
			for _, o := range onPath[item] {
				o.reason = "nothing lists or creates the items of " + above
			}
		}
	}
	for path := range onPath {
		if _, isItem := items[path]; isItem || onPath[path][http.MethodPost] != nil && onPath[path][http.MethodGet] != nil {
			if c := p.newCollection(path, items[path], onPath); c != nil {
				p.collections = append(p.collections, c)
			}
		}
	}
	slices.SortFunc(p.collections, func(a, b *collection) int { return cmp.Compare(a.path, b.path) })
	for _, c := range p.collections {
		c.parents = p.parentsOf(c.path)
	}
	for _, o := range p.operations {
		o.parents = p.parentsOf(o.Path)
		if o.on != nil {
			o.reason = fmt.Sprintf(roleReasons[o.role], o.on.path)
			o.parents = o.on.parents
		}
	}
}

// parentsOf returns the items of collections that are above a path.
func (p *Plan) parentsOf(path string) (parents []parent) {
	segments := strings.Split(path, "/")
	for _, c := range p.collections {
		length := strings.Count(c.item, "/") + 1
		if c.key == "" || length >= len(segments) {
			continue
		}
		above := strings.Join(segments[:length], "/")
		if route.Shape(above) == route.Shape(c.item) {
			parents = append(parents, parent{c, route.Variables(above)})
		}
	}
	return parents
}

// newCollection returns a collection and gives its operations their roles, or returns nil and gives
// them the reason.
func (p *Plan) newCollection(path, item string, onPath map[string]map[string]*operation) *collection {
	c := &collection{path: path, noun: noun(path), item: item}
	all, one := onPath[path], onPath[item]
	deny := func(reason string) *collection {
		for _, operations := range []map[string]*operation{all, one} {
			for _, o := range operations {
				o.reason = reason
			}
		}
		return nil
	}
	lists := place{}
	if get := all[http.MethodGet]; get != nil {
		lists = findList(get.schema(), c.noun, 1)
	}
	if item != "" {
		var sample *operation
		for _, o := range one {
			sample = o
		}
		_, c.variable, _ = itemPath(item)
		c.findKey(sample.Operation, one[http.MethodGet], all[http.MethodPost], lists)
		if c.key == "" {
			return deny(fmt.Sprintf("no field of an item is %s", c.variable))
		}
	} else if lists.found {
		c.schema = lists.schema
	}
	if c.schema == nil {
		return deny("neither a list nor an item is an object")
	}
	post := all[http.MethodPost]
	if post != nil && !p.creates(c, post) {
		post = nil
	}
	switch {
	case !lists.found && post == nil:
		return deny("nothing lists or creates the items of " + path)
	case item == "" && post == nil:
		return deny("items have no path, and nothing creates them")
	}
	if lists.found && (c.key == "" || propertiesOf(lists.schema)[c.key] != nil) {
		c.lister = all[http.MethodGet]
		c.lister.give(list, c, place{}, lists)
		c.lister.query, c.lister.pages = filtersOf(c.lister.Operation, propertiesOf(lists.schema)), pagingOf(c.lister.Operation)
	} else if post == nil {
		return deny(fmt.Sprintf("the elements of the list have no %s", c.key))
	}
	if post != nil {
		post.give(create, c, c.inRequest(post), c.inResponse(post))
		c.creator = post
	}
	p.giveOnCollection(c, all)
	p.giveOnItem(c, one)
	if c.creator == nil && !slices.ContainsFunc(slices.Collect(maps.Values(one)), func(o *operation) bool { return o.on == c }) {
		c.lister.give(stateless, nil, place{}, place{})
		return deny("nothing else uses the items of the list")
	}
	return c
}

// findKey sets the schema and the key of the items.
func (c *collection) findKey(sample *contract.Operation, get, post *operation, lists place) {
	variable := pathParameter(sample, c.variable)
	if variable == nil {
		return
	}
	key := func(properties map[string]*model.SchemaRef) string { return keyOf(properties, variable, c.noun) }
	has := func(properties map[string]*model.SchemaRef) bool { return key(properties) != "" }
	var found place
	if get != nil {
		found = findItem(get.schema(), c.noun, has)
	}
	if !found.found && lists.found && has(propertiesOf(lists.schema)) {
		found = lists
	}
	if !found.found && post != nil {
		found = findItem(post.schema(), c.noun, has)
	}
	if !found.found {
		return
	}
	c.schema, c.key = found.schema, key(propertiesOf(found.schema))
	c.keyRules = model.SchemaRefs{propertiesOf(c.schema)[c.key]}
	if variable.Schema != nil {
		c.keyRules = append(c.keyRules, variable.Schema)
	}
	c.keyAll = &model.SchemaRef{Value: &model.Schema{AllOf: c.keyRules}}
	if scalarType(c.keyRules[0]) != scalarType(variable.Schema) {
		c.keyAll = c.keyRules[0]
	}
}

// creates reports whether a POST to the collection creates an item: its body has fields of the items.
func (p *Plan) creates(c *collection, post *operation) bool {
	if post.body == nil || !c.inRequest(post).found {
		post.reason = "its body has no fields of the items, or is not JSON"
		return false
	}
	return true
}

// inRequest returns the place of an item in the body of a request: where a field has the name of one
// of the item's, other than the key.
func (c *collection) inRequest(o *operation) place {
	if o.body == nil || itemsOf(o.body) != nil {
		return place{}
	}
	if body := single(o.body); len(propertiesOf(body)) == 0 && body.Value.AdditionalProperties.Schema == nil && (body.Value.Type == nil || body.Value.Type.Is(model.Object)) {
		return place{found: true, schema: o.body} // takes any fields
	}
	own := propertiesOf(c.schema)
	return findItem(o.body, c.noun, func(properties map[string]*model.SchemaRef) bool {
		for name := range properties {
			if _, property := named(own, name); property != nil && name != c.key {
				return true
			}
		}
		return false
	})
}

// inResponse returns the place of an item in the response of an operation: where the key is.
func (c *collection) inResponse(o *operation) place {
	schema := o.schema()
	if schema == nil || itemsOf(schema) != nil {
		return place{}
	}
	own := propertiesOf(c.schema)
	return findItem(schema, c.noun, func(properties map[string]*model.SchemaRef) bool {
		if c.key != "" {
			property := properties[c.key]
			return property != nil && scalarType(property) == scalarType(own[c.key])
		}
		for name := range properties {
			if own[name] != nil {
				return true
			}
		}
		return false
	})
}

// schema returns that of the preferred response, or nil.
func (o *operation) schema() *model.SchemaRef {
	if len(o.media) == 0 || o.media[0].kind != jsonBody {
		return nil
	}
	return o.media[0].entry.Schema
}

func (o *operation) give(role role, c *collection, in, out place) {
	o.role, o.on, o.in, o.out = role, c, in, out
}

// giveOnCollection gives the other operations of the collection's path their roles.
func (p *Plan) giveOnCollection(c *collection, all map[string]*operation) {
	for _, o := range all {
		if o.role != stateless {
			continue
		}
		in := c.inRequest(o)
		keyed := in.found && c.key != "" && propertiesOf(in.schema)[c.key] != nil
		switch {
		case o.Method == http.MethodPut && keyed:
			o.give(put, c, in, c.inResponse(o))
		case o.Method == http.MethodPatch && keyed:
			o.give(patch, c, in, c.inResponse(o))
		case o.Method == http.MethodDelete && o.body == nil:
			o.give(clearAll, c, place{}, place{})
			o.query = filtersOf(o.Operation, propertiesOf(c.schema))
		}
	}
}

// giveOnItem gives the operations of an item's path their roles.
func (p *Plan) giveOnItem(c *collection, one map[string]*operation) {
	for _, o := range one {
		in, out := c.inRequest(o), c.inResponse(o)
		switch o.Method {
		case http.MethodGet:
			if out.found {
				o.give(read, c, in, out)
				c.reader = o
			} else {
				o.reason = fmt.Sprintf("its response has no %s", c.key)
			}
		case http.MethodDelete:
			o.give(remove, c, in, out)
		case http.MethodPut:
			o.giveChange(replace, c, in, out)
		case http.MethodPatch:
			if o.jsonPatch() {
				in = place{found: true, schema: o.body}
			}
			o.giveChange(patch, c, in, out)
		default:
			o.reason = "only GET, PUT, PATCH and DELETE have a usual meaning for an item"
		}
	}
}

func (o *operation) giveChange(role role, c *collection, in, out place) {
	if !in.found {
		o.reason = "its body has no fields of the items, or is not JSON"
		return
	}
	o.give(role, c, in, out)
}

// jsonPatch reports whether the body is a list of changes (RFC 6902).
func (o *operation) jsonPatch() bool {
	request := o.Spec().RequestBody
	if request == nil || itemsOf(o.body) == nil {
		return false
	}
	for name, media := range request.Content {
		if media.Schema == o.body && (httpx.MediaType(name) == "application/json-patch+json") {
			return true
		}
	}
	properties := propertiesOf(itemsOf(o.body))
	return properties["op"] != nil && properties["path"] != nil
}

// concretePath returns a path with the values of its variables, in their order.
func concretePath(template string, values []string) string {
	for i, name := range route.Variables(template) {
		template = strings.Replace(template, "{"+name+"}", url.PathEscape(values[i]), 1)
	}
	return template
}
