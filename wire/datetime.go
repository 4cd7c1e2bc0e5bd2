package wire

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xsale-go/xsale/wire/codec"
)

// DateTime is a date, optionally with a time and a zone, in a format ASP.NET writes: 2024-10-25,
// 2024-10-25T08:15:00, 2024-10-25T08:15:00.1234567+02:00, or an empty string. It keeps the string
// it was read from and writes it back unchanged.
//
// The vendor does not document the zone of times without one, so [DateTime.Time] takes it as an
// argument.
//
// The zero value is an absent date. == compares strings, not instants.
type DateTime struct {
	literal string // the JSON string with its quotes, or null; empty if absent
}

// NewDate returns a date without a time, such as 2024-10-25. Like [time.Date], it normalizes months
// and days out of range.
func NewDate(year int, month time.Month, day int) DateTime {
	return DateIn(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), time.UTC)
}

// DateIn returns the date of an instant in a location, without a time: an order at 22:05 UTC is of
// the next day in Warsaw in summer. A nil location is UTC.
func DateIn(t time.Time, location *time.Location) DateTime {
	return DateTime{quote(t.In(cmp.Or(location, time.UTC)).Format(time.DateOnly))}
}

// NewDateTime returns t with its zone, in nanosecond precision.
func NewDateTime(t time.Time) DateTime { return DateTime{quote(t.Format(time.RFC3339Nano))} }

// ParseDateTime parses any of the formats that [DateTime] lists.
func ParseDateTime(s string) (DateTime, error) {
	if err := checkDateTime(s); err != nil {
		return DateTime{}, fmt.Errorf("%.40q is %w", s, err)
	}
	return DateTime{quote(s)}, nil
}

// Time returns the instant and true, or false if d is absent, null, empty or the minimum of .NET. A
// DateTime with a zone ignores location; any other is wall clock time in location, and a date
// without a time is midnight there. A nil location is UTC.
//
// When clocks go back, an hour occurs twice: Time returns the first. When they go forward, the
// skipped times do not occur: Time moves them forward by the length of the gap.
// In Warsaw, 02:30 on the last Sunday of October is in summer time, and on the last Sunday of March
// it is 03:30.
func (d DateTime) Time(location *time.Location) (time.Time, bool) {
	s := d.String()
	if s == "" || d.IsMinValue() {
		return time.Time{}, false
	}
	if d.HasZone() {
		t, err := time.Parse(time.RFC3339, s) // cannot fail: constructors check s
		return t, err == nil
	}
	layout := "2006-01-02T15:04:05"
	if !d.HasTime() {
		layout = time.DateOnly
	}
	wall, err := time.Parse(layout, s)
	return inLocation(wall, cmp.Or(location, time.UTC)), err == nil
}

// inLocation returns the instant at which clocks in location show the same as wall, in UTC. The
// choice of [time.Date] around a change of the clocks is not specified.
func inLocation(wall time.Time, location *time.Location) time.Time {
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(location).Zone()
		return time.Duration(seconds) * time.Second
	}
	before := wall.Add(-offset(wall.Add(-24 * time.Hour)))
	after := wall.Add(-offset(wall.Add(24 * time.Hour)))
	if after.Add(offset(after)).Equal(wall) && !before.Add(offset(before)).Equal(wall) {
		return after.In(location)
	}
	return before.In(location)
}

// IsMinValue reports whether d is 0001-01-01, the DateTime.MinValue of .NET, at midnight if it has
// a time. Servers write it for a date that is not set.
func (d DateTime) IsMinValue() bool {
	rest, ok := strings.CutPrefix(d.String(), "0001-01-01")
	if zone := strings.IndexAny(rest, "Z+-"); zone >= 0 {
		rest = rest[:zone]
	}
	return ok && strings.Trim(rest, "T0:.") == ""
}

// HasTime reports whether d has a time of day.
func (d DateTime) HasTime() bool { return len(d.String()) > len(time.DateOnly) }

// HasZone reports whether d specifies its zone.
func (d DateTime) HasZone() bool {
	s := d.String()
	return d.HasTime() && strings.ContainsAny(s[len(time.DateOnly):], "Z+-")
}

// IsSet reports whether d is neither absent nor null. The empty string is set.
func (d DateTime) IsSet() bool { return d.literal != "" && d.literal != null }

// IsNull reports whether the field was present and null.
func (d DateTime) IsNull() bool { return d.literal == null }

// String returns the string as received, or "" if d is absent or null.
func (d DateTime) String() string {
	if !d.IsSet() {
		return ""
	}
	return unquote(d.literal)
}

// MarshalJSON writes the JSON literal as received.
func (d DateTime) MarshalJSON() ([]byte, error) {
	if d.literal == "" {
		return []byte(null), nil
	}
	return []byte(d.literal), nil
}

// UnmarshalJSON reads a string in any of the formats that [DateTime] lists, or null.
func (d *DateTime) UnmarshalJSON(data []byte) error {
	literal := string(data)
	if err := checkDateTimeLiteral(literal); err != nil {
		return fmt.Errorf("%.40s is %w", literal, err)
	}
	d.literal = literal
	return nil
}

// DecodeJSON implements [codec.Decodable].
func (d *DateTime) DecodeJSON(decoder *codec.Decoder) {
	literal := decoder.Literal()
	if literal == "" {
		return
	}
	if err := checkDateTimeLiteral(literal); err != nil {
		decoder.Fail(err)
		return
	}
	d.literal = literal
}

func checkDateTimeLiteral(literal string) error {
	if literal == null {
		return nil
	}
	if literal == "" || literal[0] != '"' {
		return errors.New("not a date: want a string such as \"2024-10-25\"")
	}
	return checkDateTime(unquote(literal))
}

// MarshalText writes the same as [DateTime.String]. Dates in paths and queries use it.
func (d DateTime) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText parses like [ParseDateTime].
func (d *DateTime) UnmarshalText(text []byte) error {
	parsed, err := ParseDateTime(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// checkDateTime returns an error that does not quote s, because s may be personal data.
func checkDateTime(s string) error {
	if s != "" && !validDateTime(s) {
		return errors.New("not a date: want 2024-10-25, 2024-10-25T08:15:00 or 2024-10-25T08:15:00+02:00")
	}
	return nil
}

// validDateTime is stricter than time.Parse, which accepts 8:15:00, a comma before the fraction and
// +02:60, and faster.
func validDateTime(s string) bool {
	if len(s) < len(time.DateOnly) || s[4] != '-' || s[7] != '-' {
		return false
	}
	year, month, day := number(s[:2])*100+number(s[2:4]), number(s[5:7]), number(s[8:10])
	if number(s[:2]) < 0 || number(s[2:4]) < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, time.Month(month)) {
		return false
	}
	clock := s[len(time.DateOnly):]
	if clock == "" {
		return true
	}
	if len(clock) < len("T15:04:05") || clock[0] != 'T' || !validClock(clock[1:6]) || clock[6] != ':' || !within(clock[7:9], 59) {
		return false
	}
	rest := clock[len("T15:04:05"):]
	if fraction, ok := strings.CutPrefix(rest, "."); ok {
		rest = strings.TrimLeft(fraction, "0123456789")
		if rest == fraction {
			return false
		}
	}
	return rest == "" || rest == "Z" || (rest[0] == '+' || rest[0] == '-') && validClock(rest[1:])
}

// validClock accepts hours and minutes, such as 15:04.
func validClock(s string) bool {
	return len(s) == 5 && s[2] == ':' && within(s[:2], 23) && within(s[3:], 59)
}

func within(digits string, limit int) bool {
	n := number(digits)
	return n >= 0 && n <= limit
}

// number returns the value of two digits, or -1.
func number(s string) int {
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return -1
	}
	return int(s[0]-'0')*10 + int(s[1]-'0')
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// quote needs no escapes: a string that passed checkDateTime contains nothing to escape.
func quote(s string) string { return `"` + s + `"` }

// unquote also handles the escaped plus sign (\u002B) that some ASP.NET encoders write in a zone.
func unquote(literal string) string {
	if strings.IndexByte(literal, '\\') < 0 {
		return strings.Trim(literal, `"`)
	}
	var s string
	if json.Unmarshal([]byte(literal), &s) != nil {
		return literal
	}
	return s
}
