package contract

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// Severity says how grave a [Finding] is.
type Severity string

// The severities.
const (
	Fault  Severity = "fault"  // breaks the description
	Notice Severity = "notice" // is beyond it, which it does not rule out
)

// Kind says what a [Finding] is about.
type Kind string

// The kinds.
const (
	KindPath        Kind = "path"         // the description does not have the path
	KindMethod      Kind = "method"       // the path has no such method
	KindParameter   Kind = "parameter"    // in the path, the query, a header or a cookie
	KindStatus      Kind = "status"       // the operation has no such status; a notice
	KindContentType Kind = "content type" // another one than the description's, or none
	KindBody        Kind = "body"         // missing, there where none may be, or not what its content type says
	KindValue       Kind = "value"        // a value in a body that does not fit its schema
	KindForm        Kind = "form"         // a string in a body of another length or pattern than its schema's
	KindAddition    Kind = "addition"     // a member, query parameter or body that is not listed; a notice
)

// The directions.
const (
	Request  = "request"
	Response = "response"
)

// Finding is one thing in a request or response that does not fit the description. It holds types, and names that the
// description has or that look like names; everything else is written as *.
type Finding struct {
	Severity    Severity `json:"severity"`
	Kind        Kind     `json:"kind"`
	Direction   string   `json:"direction"`
	OperationID string   `json:"operationId,omitempty"`
	Method      string   `json:"method"`
	Path        string   `json:"path,omitempty"`   // the template; empty where the description has no such path
	Status      int      `json:"status,omitempty"` // of a response
	Place       string   `json:"place,omitempty"`  // JSON pointer into the body, "query statusidin", "header X-Trace", "path id", "" for the whole
	Got         string   `json:"got"`
	Want        string   `json:"want"`
}

// String is one line.
func (f Finding) String() string {
	where := f.Method + " " + cmp.Or(f.Path, "*")
	if f.OperationID != "" {
		where = f.OperationID + " (" + where + ")"
	}
	direction := f.Direction
	if f.Status != 0 {
		direction += fmt.Sprintf(" %d", f.Status)
	}
	if f.Place != "" {
		direction += " at " + f.Place
	}
	return fmt.Sprintf("%s: %s, %s: %s, want %s", f.Severity, where, direction, f.Got, f.Want)
}

// maxFindings of one severity are kept of a message: one that does not fit at all may be as long as a list of orders.
const maxFindings = 1000

type findings struct {
	common          Finding // what all have
	list            []Finding
	faults, notices int
}

func (f *findings) fault(kind Kind, where, got, want string) {
	f.add(Fault, kind, text(where), got, want)
}

func (f *findings) notice(kind Kind, where, got, want string) {
	f.add(Notice, kind, text(where), got, want)
}

type text string

func (t text) String() string { return string(t) }

// add writes the place only of findings that are kept.
func (f *findings) add(severity Severity, kind Kind, at fmt.Stringer, got, want string) {
	count := &f.faults
	if severity == Notice {
		count = &f.notices
	}
	if *count++; *count > maxFindings {
		return
	}
	finding := f.common
	finding.Severity, finding.Kind, finding.Place, finding.Got, finding.Want = severity, kind, at.String(), got, want
	f.list = append(f.list, finding)
}

// fieldName is a name that programs give a field. Others are data: totals by e-mail address, prices by article.
var fieldName = regexp.MustCompile(`^[$@_]?[A-Za-z][A-Za-z_-]*(\d{1,2}[A-Za-z_-]*)?$`)

// printableName returns a name that was sent, or * where it may be data.
func printableName(name string) string {
	if len(name) <= 64 && fieldName.MatchString(name) {
		return name
	}
	return "*"
}

// list writes names of the description.
func list(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
