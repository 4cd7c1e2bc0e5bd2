package normalize

import "testing"

func TestReplaceDotnetTypes(t *testing.T) {
	schemas := func(schemas string) string { return `{"components": {"schemas": {` + schemas + `}}}` }
	object := func(properties string) string { return `{"type": "object", "properties": {` + properties + `}}` }
	const at = "/components/schemas/"
	testDocuments(t, replaceDotnetTypes, []documentTest{
		{"a time span", schemas(`"System.TimeSpan": {"type": "object", "description": "d", "nullable": true, "properties": {"Ticks": {}, "TotalDays": {}}}`),
			schemas(`"System.TimeSpan": {"type": "string", "description": "d", "nullable": true}`), at + "System.TimeSpan"},
		{"dates and times", schemas(`"DateOnly": ` + object(`"year": {}, "month": {}, "day": {}, "dayOfWeek": {}`) + `, "TimeOnly": ` + object(`"hour": {}, "ticks": {}`) + `, "NullableOfDateTimeOffset": ` + object(`"utcTicks": {}`)),
			schemas(`"DateOnly": {"type": "string", "format": "date"}, "TimeOnly": {"type": "string", "format": "time"}, "NullableOfDateTimeOffset": {"type": "string", "format": "date-time"}`),
			at + "DateOnly " + at + "NullableOfDateTimeOffset " + at + "TimeOnly"},
		{"a file", schemas(`"IFormFile": ` + object(`"contentType": {}, "contentDisposition": {}, "length": {}`)), schemas(`"IFormFile": {"type": "string", "format": "binary"}`), at + "IFormFile"},
		{"any value", schemas(`"JsonElement": ` + object(`"valueKind": {}`)), schemas(`"JsonElement": {}`), at + "JsonElement"},
		{"other properties", schemas(`"TimeSpan": ` + object(`"ticks": {}, "unit": {}`) + `, "Version": ` + object(`"major": {}, "minor": {}`) + `, "Uri": {"type": "object"}`), "", ""},
		{"another name", schemas(`"Span": ` + object(`"ticks": {}, "days": {}`)), "", ""},
	})
}
