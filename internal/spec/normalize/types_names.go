package normalize

import "strings"

// typeName is an OpenAPI type, "" for any value, and its format.
type typeName struct{ name, format string }

// typeNames maps what authors and generators write, in lower case, to OpenAPI types. Any
// other name means any value.
var typeNames = map[string]typeName{
	"array": {"array", ""}, "collection": {"array", ""}, "enumerable": {"array", ""}, "ienumerable": {"array", ""},
	"list": {"array", ""}, "set": {"array", ""},

	"bool": {"boolean", ""}, "boolean": {"boolean", ""},

	"integer": {"integer", ""},
	"byte":    {"integer", "int32"}, "int": {"integer", "int32"}, "int16": {"integer", "int32"}, "int32": {"integer", "int32"},
	"sbyte": {"integer", "int32"}, "short": {"integer", "int32"}, "uint16": {"integer", "int32"}, "ushort": {"integer", "int32"},
	"int8": {"integer", "int32"}, "uint8": {"integer", "int32"},
	"int64": {"integer", "int64"}, "long": {"integer", "int64"}, "uint": {"integer", "int64"}, "uint32": {"integer", "int64"},
	"uint64": {"integer", "uint64"}, "ulong": {"integer", "uint64"},

	"int128": {"number", ""}, "uint128": {"number", ""}, "biginteger": {"number", ""}, // a Decimal holds them
	"number": {"number", ""}, "half": {"number", ""}, "decimal": {"number", ""}, "numeric": {"number", ""},
	"double": {"number", "double"}, "float": {"number", "float"}, "single": {"number", "float"},

	"object": {"object", ""}, "dictionary": {"object", ""}, "hashmap": {"object", ""}, "idictionary": {"object", ""},
	"map": {"object", ""},

	"string": {"string", ""}, "char": {"string", ""}, "text": {"string", ""}, "timespan": {"string", ""},
	"binary": {"string", "binary"}, "byte[]": {"string", "byte"}, "file": {"string", "binary"},
	"date": {"string", "date"}, "date-time": {"string", "date-time"}, "datetime": {"string", "date-time"},
	"datetimeoffset": {"string", "date-time"}, "time": {"string", "time"},
	"email": {"string", "email"}, "guid": {"string", "uuid"}, "uri": {"string", "uri"}, "uuid": {"string", "uuid"},
}

// typeNamed returns the OpenAPI type for a name, ignoring case and the .NET namespace.
func typeNamed(name string) typeName {
	return typeNames[strings.TrimPrefix(strings.ToLower(name), "system.")]
}
