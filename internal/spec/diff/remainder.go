package diff

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// names are the places that the rules name, and with false those that only hold such places: a path that is gone is named
// by its operations.
type names struct{ old, new map[string]bool }

func namesOf(changes []Change) names {
	n := names{map[string]bool{}, map[string]bool{}}
	for _, change := range changes {
		enter(n.old, change.Old)
		enter(n.new, change.New)
	}
	return n
}

func enter(places map[string]bool, pointer string) {
	if pointer == "" {
		return
	}
	places[pointer] = true
	for i, c := range pointer {
		if _, ok := places[pointer[:i]]; !ok && c == '/' {
			places[pointer[:i]] = false
		}
	}
}

// have reports whether a rule names the difference.
func (n names) have(d difference) bool {
	return isNamed(n.old, d.old, d.before) || isNamed(n.new, d.new, d.after)
}

func isNamed(places map[string]bool, place string, value any) bool {
	if place == "" {
		return false
	}
	if _, ok := places[place]; ok {
		return true
	}
	tokens, _ := tree.Split(place)
	last := len(tokens) - 1
	outer := func(count int) string { return tree.Join("", tokens[:count]...) }
	// The rules name some things by what they belong to.
	switch {
	case last > 0 && tokens[last-1] == "required": // a required member by the member
		return places[tree.Join(outer(last-1), "properties", tree.String(value))]
	case tokens[last] == "required":
		members, _ := value.([]any)
		return len(members) > 0 && !slices.ContainsFunc(members, func(member any) bool {
			return !places[tree.Join(outer(last), "properties", tree.String(member))]
		})
	case tokens[last] == "format":
		return places[tree.Join(outer(last), "type")]
	case slices.Contains(tokens, "security"):
		return places[outer(slices.Index(tokens, "security")+1)]
	case last > 2 && tokens[1] == "securitySchemes":
		return places[outer(3)] && !isInNote(tokens)
	}
	return false
}

// change says what no rule has a word for. It is a warning where it belongs to what goes over the wire.
func (d difference) change() Change {
	place := d.new
	if place == "" {
		place = d.old
	}
	tokens, _ := tree.Split(place)
	change := Change{ID: "unjudged-change", Level: Warning, Section: tokens[0], Old: d.old, New: d.new}
	if isNote(tokens, d) {
		change.ID, change.Level = "note-changed", Info
	}
	if len(tokens) > 2 && tokens[0] == "paths" && slices.Contains(tree.Methods, tokens[2]) {
		change.Operation = strings.ToUpper(tokens[2]) + " " + tokens[1]
	}
	switch {
	case d.old == "":
		change.Text = place + " was added" + shown(": ", d.after)
	case d.new == "":
		change.Text = place + " was removed" + shown(": ", d.before)
	default:
		change.Text = place + " changed" + shown(" from ", d.before) + shown(" to ", d.after)
	}
	return change
}

// notes are the members that say something about an API and change nothing of it.
var notes = []string{
	"deprecated", "description", "example", "examples", "externalDocs", "info", "links", "openapi", "operationId", "summary",
	"tags", "title", "xml",
}

// collections are the members whose own members have names or numbers.
var collections = []string{
	"callbacks", "content", "encoding", "headers", "mapping", "parameters", "paths", "properties", "requestBodies",
	"responses", "schemas", "scopes", "securitySchemes", "variables",
}

// isNote reports whether a difference is outside of what goes over the wire.
func isNote(tokens []string, d difference) bool {
	last, inBoth := len(tokens)-1, d.old != "" && d.new != ""
	switch {
	case tokens[0] == "components" && last <= 2 && !inBoth: // where it is used, the use differs as well
	case inBoth && isList(d.before) && isList(d.after): // of lists, nothing but their order is compared as a whole
	case inBoth && (isReference(d.before) || isReference(d.after)): // what is behind it is compared by the rules
	case tokens[0] == "paths" && last == 1 && inBoth: // the names of parameters in the path
	case last > 1 && tokens[last] == "name" && tokens[last-2] == "parameters": // those parameters themselves
	default:
		return isInNote(tokens)
	}
	return true
}

func isList(value any) bool {
	_, ok := value.([]any)
	return ok
}

func isReference(value any) bool {
	object, _ := value.(tree.Object)
	return object["$ref"] != nil
}

func isInNote(tokens []string) bool {
	named := false
	for _, token := range tokens {
		if !named && (slices.Contains(notes, token) || strings.HasPrefix(token, "x-")) {
			return true
		}
		named = !named && slices.Contains(collections, token)
	}
	return false
}

const maxShown = 60 // runes of a value, which keeps a change on a line

func shown(before string, value any) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false) // which ASP.NET descriptions are full of
	if err := encoder.Encode(value); err != nil {
		return ""
	}
	text := []rune(strings.TrimSpace(buffer.String()))
	if len(text) > maxShown {
		text = append(text[:maxShown-1], '…')
	}
	return before + string(text)
}
