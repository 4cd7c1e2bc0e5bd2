package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xsale-go/xsale/wire/codec"
)

// The forms that ASP.NET writes. time.Parse accepts a fraction after the seconds of each.
const (
	layoutDate  = time.DateOnly
	layoutLocal = "2006-01-02T15:04:05"
	layoutZoned = "2006-01-02T15:04:05Z07:00"
)

// DateTime is a date, or a date with a time, with or without a zone, as ASP.NET writes it: 2024-10-25,
// 2024-10-25T08:15:00, 2024-10-25T08:15:00.1234567+02:00, or an empty text. It keeps the text that it was read from and
// is written back the same way.
//
// The vendor does not publish the zone of times that are written without one, so [DateTime.Time] asks for it.
//
// The zero value is an absent date. == compares the text: one instant written in two ways differs.
type DateTime struct {
	literal string // as in JSON, with its quotes, or null; empty when absent
}

// NewDate returns a date without a time, written as 2024-10-25. Days out of range are carried over as [time.Date] does.
func NewDate(year int, month time.Month, day int) DateTime {
	return DateTime{quote(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(layoutDate))}
}

// NewDateTime returns t with its zone, to the nanosecond.
func NewDateTime(t time.Time) DateTime {
	return DateTime{quote(t.Format(time.RFC3339Nano))}
}

// ParseDateTime reads one of the forms that [DateTime] names.
func ParseDateTime(text string) (DateTime, error) {
	if err := checkDateTime(text); err != nil {
		return DateTime{}, fmt.Errorf("%.40q is %w", text, err)
	}
	return DateTime{quote(text)}, nil
}

// Time returns the instant, and whether there is one: false when the text is absent, null or empty. A zone in the text
// decides; without one the text is read as the wall clock of location, and a date without a time as its midnight. A nil
// location is UTC.
func (d DateTime) Time(location *time.Location) (time.Time, bool) {
	text := d.String()
	if text == "" {
		return time.Time{}, false
	}
	if location == nil {
		location = time.UTC
	}
	t, err := time.ParseInLocation(layoutOf(text), text, location)
	if err != nil { // cannot happen: every constructor has checked the text
		return time.Time{}, false
	}
	return t, true
}

// HasTime reports whether the text has a time beside the date.
func (d DateTime) HasTime() bool {
	text := d.String()
	return text != "" && layoutOf(text) != layoutDate
}

// HasZone reports whether the text names its zone.
func (d DateTime) HasZone() bool {
	text := d.String()
	return text != "" && layoutOf(text) == layoutZoned
}

// IsSet reports whether there is a text, be it an empty one: neither absent nor null.
func (d DateTime) IsSet() bool {
	return d.literal != "" && d.literal != null
}

// IsNull reports whether the member was there and null.
func (d DateTime) IsNull() bool {
	return d.literal == null
}

// String returns the text, or "" when there is none.
func (d DateTime) String() string {
	if !d.IsSet() {
		return ""
	}
	return unquote(d.literal)
}

// MarshalJSON writes the text as it came.
func (d DateTime) MarshalJSON() ([]byte, error) {
	if d.literal == "" {
		return []byte(null), nil
	}
	return []byte(d.literal), nil
}

// UnmarshalJSON reads a text in one of the forms that [DateTime] names, or null.
func (d *DateTime) UnmarshalJSON(data []byte) error {
	literal := string(data)
	if err := checkDateTimeLiteral(literal); err != nil {
		return fmt.Errorf("%.40s is %w", literal, err)
	}
	d.literal = literal
	return nil
}

// DecodeJSON is UnmarshalJSON for a [codec.Decoder].
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
		return errors.New("not a date: write it as text, for example \"2024-10-25\"")
	}
	return checkDateTime(unquote(literal))
}

// MarshalText writes the text, or nothing when there is none. Dates in a query or a path are written with it.
func (d DateTime) MarshalText() ([]byte, error) {
	return []byte(d.String()), nil
}

// UnmarshalText is [ParseDateTime].
func (d *DateTime) UnmarshalText(text []byte) error {
	parsed, err := ParseDateTime(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// checkDateTime says what a text is that cannot be read, without a part of it.
func checkDateTime(text string) error {
	if text == "" {
		return nil
	}
	if _, err := time.Parse(layoutOf(text), text); err != nil {
		return errors.New("not a date: write it as 2024-10-25, 2024-10-25T08:15:00 or 2024-10-25T08:15:00+02:00")
	}
	return nil
}

// layoutOf tells the forms apart by what stands at the end, where a zone is Z or six characters such as +02:00.
func layoutOf(text string) string {
	if len(text) <= len(layoutLocal) {
		if len(text) <= len(layoutDate) {
			return layoutDate
		}
		return layoutLocal
	}
	if sign := text[len(text)-len("+02:00")]; text[len(text)-1] == 'Z' || sign == '+' || sign == '-' {
		return layoutZoned
	}
	return layoutLocal
}

// quote writes a text that has passed checkDateTime, and so holds nothing that JSON escapes.
func quote(text string) string {
	return `"` + text + `"`
}

// unquote also reads the escapes that some ASP.NET encoders write for the plus of a zone.
func unquote(literal string) string {
	if strings.IndexByte(literal, '\\') < 0 {
		return strings.Trim(literal, `"`)
	}
	var text string
	if json.Unmarshal([]byte(literal), &text) != nil {
		return literal
	}
	return text
}
