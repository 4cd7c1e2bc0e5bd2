package xsaletest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// faultFields is a fault as JSON.
type faultFields struct {
	Fault     string            `json:"fault"`
	Status    int               `json:"status,omitempty"`
	Body      json.RawMessage   `json:"body,omitempty"`
	Headers   map[string]string `json:"headers,omitempty"`
	Seconds   *float64          `json:"seconds,omitempty"`
	Date      time.Time         `json:"date,omitzero"`
	At        string            `json:"at,omitempty"`
	Bytes     int               `json:"bytes,omitempty"`
	Processed bool              `json:"processed,omitempty"`
	Chunked   bool              `json:"chunked,omitempty"`
	Times     int               `json:"times,omitempty"`
	Always    bool              `json:"always,omitempty"`
}

// faultNames are the names of faults in JSON, and their own fields. A field with a question mark is
// optional.
var faultNames = map[faultKind]struct {
	name   string
	fields []string
}{
	statusFault:            {"status", []string{"status", "body?", "headers?"}},
	retryAfterFault:        {"retryAfter", []string{"seconds", "headers?"}},
	retryAtFault:           {"retryAt", []string{"date", "headers?"}},
	delayFault:             {"delay", []string{"seconds"}},
	cutFault:               {"cut", []string{"at"}},
	truncatedFault:         {"truncated", nil},
	garbageFault:           {"garbage", nil},
	trickleFault:           {"trickle", []string{"bytes", "seconds"}},
	revokedTokenFault:      {"revokedToken", nil},
	expiredIDTokenFault:    {"expiredIDToken", nil},
	blockedAccountFault:    {"blockedAccount", nil},
	changedSigningKeyFault: {"changedSigningKey", nil},
}

// cutPointNames are the names of each [CutPoint] in JSON.
var cutPointNames = []string{"beforeResponse", "afterHeaders", "inBody"}

// maxSeconds is more than any test waits, and less than a [time.Duration] can be.
const maxSeconds = 1e9

// MarshalJSON returns the fault as the control API writes it, such as
// {"fault":"status","status":503,"times":3}. The zero Fault is null.
func (f Fault) MarshalJSON() ([]byte, error) {
	if f.IsZero() {
		return []byte("null"), nil
	}
	fields := faultFields{
		Fault: faultNames[f.kind].name, Status: f.status, Date: f.at, Bytes: f.bytes,
		Processed: f.processed, Chunked: f.chunked, Times: max(f.times, 0), Always: f.times == always,
	}
	if slices.Contains(faultNames[f.kind].fields, "seconds") {
		seconds := f.delay.Seconds()
		fields.Seconds = &seconds
	}
	if f.kind == cutFault {
		fields.At = cutPointNames[f.cut]
	}
	for name, value := range f.headers() {
		if fields.Headers == nil {
			fields.Headers = make(map[string]string)
		}
		fields.Headers[name] = value
	}
	if f.hasBody {
		fields.Body = json.RawMessage(f.body)
		if !json.Valid(fields.Body) || strings.HasPrefix(strings.TrimSpace(f.body), `"`) { // a string is text
			fields.Body, _ = json.Marshal(f.body)
		}
	}
	return json.Marshal(fields)
}

// UnmarshalJSON reads a fault as [Fault.MarshalJSON] writes it. A body that is a JSON string is
// sent as text, any other value as JSON. An error names each field that is unknown, missing, or not
// one of the fault.
func (f *Fault) UnmarshalJSON(data []byte) error {
	var present map[string]json.RawMessage
	if err := json.Unmarshal(data, &present); err != nil {
		return errors.New("want an object, such as {\"fault\":\"status\",\"status\":503}")
	}
	var fields faultFields
	if err := json.Unmarshal(data, &fields); err != nil {
		return wrongType(err)
	}
	read := Fault{
		kind: faultKindOf(fields.Fault), status: fields.Status, at: fields.Date, bytes: fields.Bytes,
		processed: fields.Processed, chunked: fields.Chunked, times: fields.Times,
	}
	if err := read.checkFields(present); err != nil {
		return err
	}
	if fields.Seconds != nil {
		if math.Abs(*fields.Seconds) > maxSeconds {
			return fmt.Errorf("seconds: want at most %g", maxSeconds)
		}
		read.delay = time.Duration(math.Round(*fields.Seconds * float64(time.Second)))
	}
	if read.kind == cutFault {
		point := slices.Index(cutPointNames, fields.At)
		if point < 0 {
			return fmt.Errorf("at: want one of %s", strings.Join(cutPointNames, ", "))
		}
		read.cut = CutPoint(point)
	}
	read.body, read.hasBody = string(fields.Body), len(fields.Body) > 0
	if strings.HasPrefix(read.body, `"`) {
		if err := json.Unmarshal(fields.Body, &read.body); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields.Headers)) {
		read = read.WithHeader(name, fields.Headers[name])
	}
	if _, given := present["times"]; given && (fields.Always || fields.Times < 1) {
		return errors.New("times: want 1 or more, and not together with always")
	}
	if fields.Always {
		read.times = always
	}
	*f = read
	return nil
}

// faultKindOf returns the kind with a name in JSON, or noFault.
func faultKindOf(name string) faultKind {
	for kind, fault := range faultNames {
		if fault.name == name {
			return kind
		}
	}
	return noFault
}

// checkFields checks that JSON has the fields of the fault, and no others.
func (f Fault) checkFields(present map[string]json.RawMessage) error {
	if f.kind == noFault {
		names := make([]string, 0, len(faultNames))
		for _, fault := range faultNames {
			names = append(names, fault.name)
		}
		slices.Sort(names)
		return fmt.Errorf("fault: want one of %s", strings.Join(names, ", "))
	}
	fault := faultNames[f.kind]
	known := []string{"fault", "processed", "chunked", "times", "always"}
	for _, field := range fault.fields {
		name, optional := strings.CutSuffix(field, "?")
		if _, given := present[name]; !given && !optional {
			return fmt.Errorf("%s: is missing in the fault %s", name, fault.name)
		}
		known = append(known, name)
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%s: the fault %s has no such field: it has %s", name, fault.name, strings.Join(known, ", "))
		}
	}
	return nil
}

// wrongType rewords an error about the type of a field, which names Go types.
func wrongType(err error) error {
	if unfit, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s: does not take a %s", unfit.Field, unfit.Value)
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return errors.New("date: want a date such as 2025-03-31T12:00:00Z")
	}
	return err
}
