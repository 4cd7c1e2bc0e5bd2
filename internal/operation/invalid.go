package operation

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/similar"
	"github.com/xsale-go/xsale/wire/param"
)

// InvalidError reports all inputs that do not fit the spec. It wraps [call.ErrInvalid].
type InvalidError struct {
	Operation *Operation
	Problems  []Problem
}

// Problem is one input that does not fit.
type Problem struct {
	Parameter *Parameter // nil for a value that has no flag, and for the whole body
	Location  string     // such as "query ids" or "/Items/0/OfferId"
	Value     string     // JSON of the value of the parameter; empty without one
	Detail    string     // such as `is missing: want an integer`
}

// Text describes the problem with a name for the parameter, such as its flag.
func (p Problem) Text(name func(*Parameter) string) string {
	where := cmp.Or(p.Location, "the body")
	if p.Parameter != nil {
		where = name(p.Parameter)
		if _, inside, ok := strings.Cut(strings.TrimPrefix(p.Location, "/"), "/"); ok && p.Parameter.Inside == "" && p.Value == "" {
			where += " at /" + inside
		}
	}
	if strings.HasPrefix(p.Detail, "the body") {
		return p.Detail
	}
	if p.Value != "" {
		where += " " + p.Value
	}
	if strings.HasPrefix(p.Detail, "is ") {
		return where + " " + p.Detail
	}
	return where + ": " + p.Detail
}

// Text describes the problems with a name for each parameter.
func (e *InvalidError) Text(name func(*Parameter) string) string {
	var texts []string
	for _, p := range e.Problems {
		if text := p.Text(name); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "; ")
}

func (e *InvalidError) Error() string {
	return e.Operation.Name + ": " + e.Text(func(p *Parameter) string { return p.path() })
}

func (e *InvalidError) Unwrap() error { return call.ErrInvalid }

// sort puts the problems in the order of the inputs.
func (e *InvalidError) sort() {
	inputs := e.Operation.Inputs()
	slices.SortStableFunc(e.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(inputs, a.Parameter), slices.Index(inputs, b.Parameter)), cmp.Compare(a.Location, b.Location))
	})
}

func asParamError(err error) (*param.Error, bool) { return errors.AsType[*param.Error](err) }

// add adds a finding of the check. Fields that the spec does not list are fine, because a spec rarely
// lists all; one that looks like a misspelled field is a problem.
func (b *builder) add(finding contract.Finding, body []byte) {
	at := b.at(finding.Location)
	if finding.Severity == contract.Notice {
		if strings.HasPrefix(finding.Location, "/") {
			b.addUnlisted(finding.Location, body)
		}
		return
	}
	problem := Problem{Parameter: at, Location: finding.Location, Detail: finding.Detail()}
	switch value, given := b.given[at]; {
	case finding.Got == "missing":
		problem.Detail = "is missing: want " + finding.Want
	case at != nil && given && len(pointerNames(finding.Location)) < 3 && (at.Kind != JSON || strings.Count(finding.Location, "/") < 2):
		problem.Value, _ = encode(value)
		problem.Detail = "want " + finding.Want + b.similarValue(at, value)
	}
	b.problem(problem)
}

// at returns the input that a finding is about, or nil.
func (b *builder) at(location string) *Parameter {
	if in, name, ok := strings.Cut(location, " "); ok && !strings.HasPrefix(location, "/") {
		return b.parameter(In(in), name)
	}
	names := pointerNames(location)
	if len(names) == 0 {
		return nil
	}
	if p := b.parameter(Field, strings.Join(names[:min(len(names), 2)], ".")); p != nil {
		return p
	}
	if p := b.parameter(Field, names[0]); p != nil && b.given[p] != nil {
		return p
	}
	return nil
}

func pointerNames(pointer string) []string {
	if !strings.HasPrefix(pointer, "/") {
		return nil
	}
	names := strings.Split(pointer[1:], "/")
	for i, name := range names {
		names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	}
	return names
}

// similarValue suggests a value of an enum.
func (b *builder) similarValue(p *Parameter, value any) string {
	text, ok := value.(string)
	if !ok {
		return ""
	}
	if meant := similar.Names(text, p.Enum); len(meant) > 0 {
		return ": did you mean " + strings.Join(meant, " or ") + "?"
	}
	return ""
}

// addUnlisted reports a field that looks like a misspelled one of the spec which is not there, or that
// is one of the spec in other case.
func (b *builder) addUnlisted(pointer string, body []byte) {
	names := pointerNames(pointer)
	parent, sent := names[:len(names)-1], names[len(names)-1:]
	object := objectAt(body, parent)
	if sent[0] == "*" { // stands for names that may be data, such as one with a space
		sent = slices.DeleteFunc(slices.Sorted(maps.Keys(object)), contract.FieldName)
	}
	known := b.schemaAt(parent).names()
	for _, name := range sent {
		location := pointer
		if !contract.FieldName(name) {
			location = strings.TrimSuffix(pointer, "*") + fmt.Sprintf("%.100q", name)
		}
		b.addMisspelled(name, location, known, object)
	}
}

func (b *builder) addMisspelled(name, location string, known []string, object map[string]any) {
	var missing []string
	for _, k := range known {
		if _, ok := object[k]; !ok {
			missing = append(missing, k)
		} else if k != name && strings.EqualFold(k, name) { // the API reads names without case, and drops one of them
			b.problem(Problem{Location: location, Detail: "the field " + k + " is there as well: want one of them"})
			return
		}
	}
	if meant := similar.Names(name, missing); len(meant) > 0 {
		b.problem(Problem{Location: location, Detail: "the spec has no such field: did you mean " + strings.Join(meant, " or ") + "?"})
	}
}

// schemaAt returns the schema of a value in a JSON body.
func (b *builder) schemaAt(names []string) shape {
	spec := b.document.Operation(b.operation.Name).Spec().RequestBody
	media := spec.Content[b.operation.Body.Media[0].Type]
	if media == nil {
		return shape{}
	}
	s := shapeOf(media.Schema)
	for _, name := range names {
		if s.items != nil && s.list() {
			s = shapeOf(s.items)
		} else {
			s = shapeOf(s.properties[name])
		}
	}
	return s
}

// objectAt returns the fields of an object in JSON, or nil.
func objectAt(data []byte, names []string) map[string]any {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return nil
	}
	for _, name := range names {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[name]
		case []any:
			i := 0
			for _, digit := range name {
				i = i*10 + int(digit-'0')
			}
			if i >= len(inner) || i < 0 {
				return nil
			}
			value = inner[i]
		}
	}
	object, _ := value.(map[string]any)
	return object
}
