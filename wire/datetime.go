package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xsale-go/xsale/wire/codec"
)

// The formats ASP.NET writes. time.Parse also accepts fractional seconds in each of them.
const (
	layoutDate  = time.DateOnly
	layoutLocal = "2006-01-02T15:04:05"
	layoutZoned = "2006-01-02T15:04:05Z07:00"
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
	return DateTime{quote(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(layoutDate))}
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

// Time returns the instant and true, or false if d is absent, null or empty. A DateTime with a zone
// ignores location; any other is wall clock time in location, and a date without a time is midnight
// there. A nil location is UTC.
func (d DateTime) Time(location *time.Location) (time.Time, bool) {
	s := d.String()
	if s == "" {
		return time.Time{}, false
	}
	if location == nil {
		location = time.UTC
	}
	t, err := time.ParseInLocation(layoutOf(s), s, location) // cannot fail: constructors check s
	return t, err == nil
}

// HasTime reports whether d has a time of day.
func (d DateTime) HasTime() bool {
	s := d.String()
	return s != "" && layoutOf(s) != layoutDate
}

// HasZone reports whether d specifies its zone.
func (d DateTime) HasZone() bool {
	s := d.String()
	return s != "" && layoutOf(s) == layoutZoned
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
	data := decoder.Value()
	if data == nil {
		return
	}
	literal := decoder.Keep(data)
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
	if s == "" {
		return nil
	}
	if _, err := time.Parse(layoutOf(s), s); err != nil {
		return errors.New("not a date: want 2024-10-25, 2024-10-25T08:15:00 or 2024-10-25T08:15:00+02:00")
	}
	return nil
}

// layoutOf picks the layout by length and suffix. A zone is Z or six characters such as +02:00.
func layoutOf(s string) string {
	if len(s) <= len(layoutDate) {
		return layoutDate
	}
	if len(s) <= len(layoutLocal) {
		return layoutLocal
	}
	if sign := s[len(s)-len("+02:00")]; s[len(s)-1] == 'Z' || sign == '+' || sign == '-' {
		return layoutZoned
	}
	return layoutLocal
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
