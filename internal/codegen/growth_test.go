package codegen

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// grower changes a spec at random. Descriptions say what each part is, and stay the same while the
// part does.
type grower struct {
	random   *rand.Rand
	document tree.Object
	remove   bool
	paths    int
	ids      map[string]string // descriptions of operations by id
}

func newGrower(seed uint64, remove bool) *grower {
	return &grower{rand.New(rand.NewPCG(seed, 1)), tree.Object{
		"openapi": "3.0.3", "info": tree.Object{"title": "t", "version": "1"}, "paths": tree.Object{}, "components": tree.Object{"schemas": tree.Object{}},
	}, remove, 0, map[string]string{}}
}

// name returns one of many names. Most are nearly the same as others.
func (g *grower) name() string {
	first, second := pickOne(g.random, "order", "item", "list", "stock", "a"), pickOne(g.random, "item", "status", "params", "option1", "new", "id", "2")
	upper := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	switch g.random.IntN(10) {
	case 0:
		return first + "-" + second
	case 1:
		return first + "_" + second
	case 2:
		return first + upper(second)
	case 3:
		return "Acme." + upper(first) + upper(second)
	case 4:
		return "Other." + upper(first) + upper(second)
	case 5:
		return strings.ToUpper(first + second)
	case 6:
		return first
	case 7:
		return upper(first) + "." + second
	}
	return upper(first) + upper(second)
}

func pickOne[T any](random *rand.Rand, choices ...T) T { return choices[random.IntN(len(choices))] }

func (g *grower) pickKey(object tree.Object) string {
	if len(object) == 0 {
		return ""
	}
	return pickOne(g.random, slices.Sorted(maps.Keys(object))...)
}

// objects returns all objects with properties.
func (g *grower) objects() []tree.Object {
	var found []tree.Object
	tree.VisitSchemas(g.document, func(_ string, schema tree.Object) tree.Object {
		if schema["properties"] != nil {
			found = append(found, schema)
		}
		return schema
	})
	return found
}

func (g *grower) object(what string) tree.Object {
	object := tree.Object{"type": "object", "description": what, "properties": tree.Object{}}
	tree.ObjectAt(object, "properties")["id"] = tree.Object{"type": "integer"}
	return object
}

func (g *grower) enum() tree.Object {
	values := []any{"a-b", "aB", "AB", "A_B", "new", "New"}
	g.random.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	return tree.Object{"type": "string", "enum": values[:1+g.random.IntN(2)]}
}

// schema returns a schema for a part of what.
func (g *grower) schema(what string) tree.Object {
	switch g.random.IntN(6) {
	case 0:
		return g.object(what)
	case 1:
		return tree.Object{"type": "array", "items": g.object(what + " item")}
	case 2:
		return g.enum()
	case 3:
		if name := g.pickKey(tree.Schemas(g.document)); name != "" && !g.remove {
			return reference(name)
		}
	case 4:
		first, second := g.object(what+" first"), g.object(what+" second")
		if g.random.IntN(2) == 0 {
			first["title"], second["title"] = pickOne(g.random, "one", "One"), "two"
		} else {
			tree.ObjectAt(first, "properties")["f"] = tree.Object{"type": "string"}
			tree.ObjectAt(second, "properties")["s"] = tree.Object{"type": "string"}
		}
		return tree.Object{"oneOf": []any{first, second}}
	}
	return tree.Object{"type": "string"}
}

// grow makes one change.
func (g *grower) grow() {
	paths, schemas := tree.ObjectAt(g.document, "paths"), tree.Schemas(g.document)
	operations := tree.Operations(g.document)
	switch step := g.random.IntN(16); step {
	case 0, 1:
		name := g.name()
		if schemas[name] == nil {
			schemas[name] = g.object("schema " + name)
			if g.random.IntN(4) == 0 {
				schemas[name] = g.enum()
			}
		}
	case 2, 3, 4, 5, 6:
		if objects := g.objects(); len(objects) > 0 {
			object := pickOne(g.random, objects...)
			name := g.name()
			if properties := tree.ObjectAt(object, "properties"); properties[name] == nil {
				properties[name] = g.schema(tree.String(object["description"]) + " / " + name)
			}
		}
	case 7, 8:
		id := g.name()
		if slices.ContainsFunc(operations, func(o tree.Operation) bool {
			return o.Object["operationId"] == id || o.Object["description"] == g.ids[id]
		}) {
			break
		}
		g.paths++
		if g.ids[id] == "" {
			g.ids[id] = fmt.Sprint("operation ", g.paths)
		}
		paths[fmt.Sprint("/p", g.paths)] = tree.Object{"get": tree.Object{"operationId": id, "description": g.ids[id], "parameters": []any{}, "responses": tree.Object{"200": tree.Object{
			"description": "", "content": tree.Object{jsonType: tree.Object{"schema": g.object(g.ids[id] + " response")}}}}}}
	case 9, 10:
		if len(operations) > 0 {
			operation := pickOne(g.random, operations...).Object
			parameters := tree.ListAt(operation, "parameters")
			name, in := g.name(), pickOne(g.random, "query", "header")
			if !slices.ContainsFunc(parameters, func(p any) bool { return p.(tree.Object)["name"] == name && p.(tree.Object)["in"] == in }) {
				schema := pickOne(g.random, tree.Object{"type": "string"}, g.enum())
				operation["parameters"] = append(parameters, tree.Object{"name": name, "in": in, "schema": schema})
			}
		}
	case 11: // an operation moves, or gets another id
		if len(operations) > 0 {
			operation := pickOne(g.random, operations...)
			if id := g.name(); g.random.IntN(2) == 0 && g.ids[id] == "" {
				operation.Object["operationId"] = id
				g.ids[id] = tree.String(operation.Object["description"])
				break
			}
			g.paths++
			delete(paths, operation.Path)
			paths[fmt.Sprint("/p", g.paths)] = operation.Item
		}
	case 12: // an enum gets a value
		tree.VisitSchemas(g.document, func(_ string, schema tree.Object) tree.Object {
			if values := tree.ListAt(schema, "enum"); len(values) > 0 && g.random.IntN(5) == 0 {
				value := g.name()
				if !slices.Contains(values, any(value)) {
					schema["enum"] = append(slices.Clone(values), value)
				}
			}
			return schema
		})
	case 13: // the order changes
		tree.VisitSchemas(g.document, func(_ string, schema tree.Object) tree.Object {
			for _, keyword := range []string{"enum", "oneOf"} {
				list := tree.ListAt(schema, keyword)
				g.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			}
			return schema
		})
		for _, operation := range operations {
			list := tree.ListAt(operation.Object, "parameters")
			g.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
	case 14, 15:
		if g.remove {
			switch g.random.IntN(4) {
			case 0:
				delete(schemas, g.pickKey(schemas))
			case 1:
				delete(paths, g.pickKey(paths))
			case 2:
				if objects := g.objects(); len(objects) > 0 {
					properties := tree.ObjectAt(pickOne(g.random, objects...), "properties")
					if name := g.pickKey(properties); len(name) > 1 { // f and s tell elements of unions apart
						delete(properties, name)
					}
				}
			case 3:
				if len(operations) > 0 {
					operation := pickOne(g.random, operations...).Object
					if list := tree.ListAt(operation, "parameters"); len(list) > 0 {
						operation["parameters"] = list[1:]
					}
				}
			}
		}
	}
}

// meanings returns what each name in a prepared spec stands for.
func meanings(document tree.Object) map[string]string {
	found := map[string]string{}
	for goType, value := range tree.Fields(tree.Schemas(document)) {
		schema, _ := value.(tree.Object)
		if schema["description"] != nil {
			found[goType] = tree.String(schema["description"])
		}
		names := tree.ListAt(schema, "x-enum-varnames")
		for i, value := range tree.ListAt(schema, "enum") {
			found[goType+tree.String(names[i])] = goType + " " + strconv.Quote(tree.String(value))
		}
		for property, value := range tree.Fields(schema["properties"]) {
			found[goType+"."+tree.String(value.(tree.Object)["x-go-name"])] = "property " + property
		}
	}
	for _, operation := range tree.Operations(document) {
		method := "Client." + tree.String(operation.Object["operationId"])
		found[method] = tree.String(operation.Object["description"])
		for _, value := range tree.ListAt(operation.Object, "parameters") {
			parameter := value.(tree.Object)
			found[method+"."+tree.String(parameter["x-go-name"])] = tree.String(parameter["in"]) + " " + tree.String(parameter["name"])
		}
	}
	return found
}

// No name ever changes its meaning, and nothing loses its name, while a spec grows at random.
func TestNamesNeverMove(t *testing.T) {
	for seed := range fewer.UnderRace[uint64](10, 2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			g := newGrower(seed, seed%2 == 0)
			lock := (&Lock{}).clone()
			var consumer File
			known := map[string]string{} // meanings by name
			names := map[string]string{} // names of types and methods by meaning
			for step := range 100 {
				g.grow()
				document := tree.Clone(g.document).(tree.Object)
				if _, _, err := prepare(document, lock, &tree.Report{}); err != nil {
					t.Fatal(err)
				}
				for name, meaning := range meanings(document) {
					if before, ok := known[name]; ok && before != meaning {
						t.Fatalf("step %d: %s was %s and is %s", step, name, before, meaning)
					}
					known[name] = meaning
					if strings.HasPrefix(meaning, "property ") || strings.HasPrefix(meaning, "query ") || strings.HasPrefix(meaning, "header ") {
						owner, _, _ := strings.Cut(name, ".")
						if method, _, ok := strings.Cut(strings.TrimPrefix(name, "Client."), "."); ok && owner == "Client" {
							owner = "Client." + method
						}
						meaning = owner + " " + meaning
					}
					if before, ok := names[meaning]; ok && before != name {
						t.Fatalf("step %d: %s was called %s and is called %s", step, meaning, before, name)
					}
					names[meaning] = name
				}
				var err error
				if lock, err = parseLock(lock.bytes()); err != nil {
					t.Fatal(err)
				}
				if step == 50 {
					consumer = consumerOf(known)
				}
			}
			files, err := Generate(g.document, Options{Package: "api", Lock: lock}, &tree.Report{})
			if err != nil {
				t.Fatal(err)
			}
			if !g.remove {
				if err := checkCode(append(files, consumer)); err != nil {
					t.Errorf("%v\n%s", err, consumer.Content)
				}
			}
		})
	}
}

// consumerOf returns code that uses all names.
func consumerOf(meanings map[string]string) File {
	var code strings.Builder
	code.WriteString("package api\n\nfunc use() {\n")
	for _, name := range slices.Sorted(maps.Keys(meanings)) {
		method, isMethod := strings.CutPrefix(name, "Client.")
		operation, field, isParameter := strings.Cut(method, ".")
		switch {
		case isMethod && isParameter:
			fmt.Fprintf(&code, "_ = %sParams{}.%s\n", operation, field)
		case isMethod:
			fmt.Fprintf(&code, "_ = (*Client).%s\n", method)
		case strings.Contains(name, "."):
			fmt.Fprintf(&code, "_ = %s\n", strings.Replace(name, ".", "{}.", 1))
		case strings.Contains(meanings[name], `"`):
			goType, value, _ := strings.Cut(meanings[name], " ")
			fmt.Fprintf(&code, "switch %s(%s) { case %s: }\n", goType, value, name)
		default:
			fmt.Fprintf(&code, "_ = %s{}\n", name)
		}
	}
	code.WriteString("}\n")
	return File{"consumer.go", []byte(code.String())}
}
