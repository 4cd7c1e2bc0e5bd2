package diff

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// pointers are the pointers that the rules report (true) and the pointers around them (false). A
// removed path is only reported by its operations.
type pointers struct{ old, new map[string]bool }

func pointersOf(changes []Change) pointers {
	p := pointers{map[string]bool{}, map[string]bool{}}
	for _, change := range changes {
		enter(p.old, change.Old)
		enter(p.new, change.New)
	}
	return p
}

func enter(reported map[string]bool, pointer string) {
	if pointer == "" {
		return
	}
	reported[pointer] = true
	for i, c := range pointer {
		if _, ok := reported[pointer[:i]]; !ok && c == '/' {
			reported[pointer[:i]] = false
		}
	}
}

// contain reports whether a rule covers a difference.
func (p pointers) contain(d difference) bool {
	return covered(p.old, d.old, d.before) || covered(p.new, d.new, d.after)
}

func covered(reported map[string]bool, pointer string, value any) bool {
	if pointer == "" {
		return false
	}
	if _, ok := reported[pointer]; ok {
		return true
	}
	tokens, _ := tree.Split(pointer)
	last := len(tokens) - 1
	outer := func(count int) string { return tree.Join("", tokens[:count]...) }
	// The rules report some changes at a related pointer.
	switch {
	case last > 0 && tokens[last-1] == "required": // at the required property
		return reported[tree.Join(outer(last-1), "properties", tree.String(value))]
	case tokens[last] == "required":
		names, _ := value.([]any)
		return len(names) > 0 && !slices.ContainsFunc(names, func(name any) bool {
			return !reported[tree.Join(outer(last), "properties", tree.String(name))]
		})
	case tokens[last] == "format":
		return reported[tree.Join(outer(last), "type")]
	case slices.Contains(tokens, "security"):
		return reported[outer(slices.Index(tokens, "security")+1)]
	case last > 2 && tokens[1] == "securitySchemes":
		return reported[outer(3)] && !insideNote(tokens)
	}
	return false
}

// change returns the change for a difference that no rule covers. It is a warning if it affects
// requests or responses.
func (d difference) change() Change {
	pointer := cmp.Or(d.new, d.old)
	tokens, _ := tree.Split(pointer)
	change := Change{ID: "unjudged-change", Level: Warning, Section: tokens[0], Old: d.old, New: d.new}
	if note(tokens, d) {
		change.ID, change.Level = "note-changed", Info
	}
	if len(tokens) > 2 && tokens[0] == "paths" && slices.Contains(tree.Methods, tokens[2]) {
		change.Operation = strings.ToUpper(tokens[2]) + " " + tokens[1]
	}
	if len(tokens) > 3 && tokens[0] == "paths" && tokens[2] == tree.AdditionalOperations {
		change.Operation = tokens[3] + " " + tokens[1]
	}
	switch {
	case d.old == "":
		change.Text = pointer + " was added" + shown(": ", d.after)
	case d.new == "":
		change.Text = pointer + " was removed" + shown(": ", d.before)
	default:
		change.Text = pointer + " changed" + shown(" from ", d.before) + shown(" to ", d.after)
	}
	return change
}

// notes are fields that document an API without changing it.
var notes = []string{
	"deprecated", "description", "example", "examples", "externalDocs", "info", "links", "openapi", "operationId", "summary",
	"tags", "title", "xml",
}

// collections are fields whose own fields have names or numbers that an author chooses.
var collections = []string{
	"callbacks", "content", "encoding", "headers", "mapping", "parameters", "paths", "properties", "requestBodies",
	"responses", "schemas", "scopes", "securitySchemes", "variables", tree.AdditionalOperations,
}

// note reports whether a difference does not affect requests and responses.
func note(tokens []string, d difference) bool {
	last, inBoth := len(tokens)-1, d.old != "" && d.new != ""
	switch {
	case tokens[0] == "components" && last <= 2 && !inBoth: // if it is used, the use differs too
	case inBoth && list(d.before) && list(d.after): // lists as a whole only differ in order
	case inBoth && (reference(d.before) || reference(d.after)): // the rules compare the targets
	case tokens[0] == "paths" && last == 1 && inBoth: // names of path variables
	case last > 1 && tokens[last] == "name" && tokens[last-2] == "parameters": // names of their parameters
	default:
		return insideNote(tokens)
	}
	return true
}

func list(value any) bool {
	_, ok := value.([]any)
	return ok
}

func reference(value any) bool {
	object, _ := value.(tree.Object)
	return object["$ref"] != nil
}

func insideNote(tokens []string) bool {
	named := false
	for _, token := range tokens {
		if !named && (slices.Contains(notes, token) || tree.Extension(token) && token != tree.AdditionalOperations) {
			return true
		}
		named = !named && slices.Contains(collections, token)
	}
	return false
}

const maxShown = 60 // runes of a value, to keep a change on one line

func shown(before string, value any) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false) // common in ASP.NET specs
	if err := encoder.Encode(value); err != nil {
		return ""
	}
	runes := []rune(strings.TrimSpace(buffer.String()))
	if len(runes) > maxShown {
		runes = append(runes[:maxShown-1], '…')
	}
	return before + string(runes)
}
