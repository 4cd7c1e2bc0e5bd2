package contract

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Severity separates errors from mere additions.
type Severity string

const (
	Error  Severity = "error"  // breaks the spec
	Notice Severity = "notice" // is not in the spec, which does not rule it out
)

// Kind is the subject of a [Finding].
type Kind string

const (
	KindPath        Kind = "path"         // the spec does not have the path
	KindMethod      Kind = "method"       // the path does not have the method
	KindParameter   Kind = "parameter"    // in the path, the query, a header or a cookie
	KindStatus      Kind = "status"       // the operation does not list the status; a notice
	KindContentType Kind = "content type" // not one of the spec, or missing
	KindBody        Kind = "body"         // missing, not allowed, or not what its content type claims
	KindValue       Kind = "value"        // a value in a body does not fit its schema
	KindForm        Kind = "form"         // a string in a body has the wrong length or does not match its pattern
	KindAddition    Kind = "addition"     // an unlisted field, query parameter or body; a notice
)

// Directions of a [Finding].
const (
	Request  = "request"
	Response = "response"
)

// Finding is one difference between a request or response and the spec. It contains types, and
// names that are in the spec or look like field names; everything else is written as *.
type Finding struct {
	Severity    Severity `json:"severity"`
	Kind        Kind     `json:"kind"`
	Direction   string   `json:"direction"`
	OperationID string   `json:"operationId,omitempty"`
	Method      string   `json:"method"`
	Path        string   `json:"path,omitempty"`     // template; empty if the spec has no such path
	Status      int      `json:"status,omitempty"`   // of a response
	Location    string   `json:"location,omitempty"` // JSON pointer into the body, "query statusidin", "header X-Trace", "path id"; empty for the whole
	Got         string   `json:"got"`
	Want        string   `json:"want"`
}

// String returns one line.
func (f Finding) String() string {
	where := f.Method + " " + cmp.Or(f.Path, "*")
	if f.OperationID != "" {
		where = f.OperationID + " (" + where + ")"
	}
	direction := f.Direction
	if f.Status != 0 {
		direction += fmt.Sprintf(" %d", f.Status)
	}
	if f.Location != "" {
		direction += " at " + f.Location
	}
	return fmt.Sprintf("%s: %s, %s: %s", f.Severity, where, direction, f.Detail())
}

// Detail returns what was sent and what the spec wants.
func (f Finding) Detail() string { return rewordings.Replace(f.Got + ", want " + f.Want) }

// rewordings replace details that read badly.
var rewordings = strings.NewReplacer(
	"no body, want a body", "the body is missing",
	"want no field of this name is listed", "but the spec lists no field of this name",
	"want no field of this name", "but the spec allows no field of this name",
)

// Errors returns the findings that break the spec.
func Errors(all []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f Finding) bool { return f.Severity != Error })
}

// maxFindings bounds the findings of each severity in a message: a long list may not fit at all.
const maxFindings = 1000

type findings struct {
	common          Finding // what all have in common
	list            []Finding
	errors, notices int
}

func (f *findings) fail(kind Kind, location, got, want string) {
	f.add(Error, kind, literal(location), got, want)
}

func (f *findings) note(kind Kind, location, got, want string) {
	f.add(Notice, kind, literal(location), got, want)
}

type literal string

func (l literal) String() string { return string(l) }

// add formats the location only if the finding is kept.
func (f *findings) add(severity Severity, kind Kind, at fmt.Stringer, got, want string) {
	count := &f.errors
	if severity == Notice {
		count = &f.notices
	}
	if *count++; *count > maxFindings {
		return
	}
	finding := f.common
	finding.Severity, finding.Kind, finding.Location, finding.Got, finding.Want = severity, kind, at.String(), got, want
	f.list = append(f.list, finding)
}

// fieldName matches names that a program gives a field. Other names are data, such as totals by
// e-mail address or prices by article.
var fieldName = regexp.MustCompile(`^[$@_]?[A-Za-z][A-Za-z_-]*(\d{1,2}[A-Za-z_-]*)?$`)

// FieldName reports whether a name looks like the name of a field rather than data.
func FieldName(name string) bool { return len(name) <= 64 && fieldName.MatchString(name) }

// printableName returns a name that was sent, or * if it may be data.
func printableName(name string) string {
	if FieldName(name) {
		return name
	}
	return "*"
}

// list joins names of the spec.
func list(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
