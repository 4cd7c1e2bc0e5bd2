package normalise

import "strings"

// typeName is a type of OpenAPI, "" for any value, and the format that goes with it.
type typeName struct{ name, format string }

// typeNames are the types of OpenAPI, and what authors and generators write for them. The others stand for any value.
var typeNames = map[string]typeName{
	"array": {"array", ""}, "list": {"array", ""}, "collection": {"array", ""}, "set": {"array", ""}, "enumerable": {"array", ""},
	"ienumerable": {"array", ""},

	"boolean": {"boolean", ""}, "bool": {"boolean", ""},

	"integer": {"integer", ""}, "int": {"integer", "int32"}, "int16": {"integer", "int32"}, "int32": {"integer", "int32"},
	"short": {"integer", "int32"}, "byte": {"integer", "int32"}, "sbyte": {"integer", "int32"}, "uint16": {"integer", "int32"},
	"ushort": {"integer", "int32"}, "int64": {"integer", "int64"}, "long": {"integer", "int64"}, "uint": {"integer", "int64"},
	"uint32": {"integer", "int64"}, "uint64": {"integer", "int64"}, "ulong": {"integer", "int64"},

	"number": {"number", ""}, "decimal": {"number", ""}, "numeric": {"number", ""}, "float": {"number", "float"},
	"single": {"number", "float"}, "double": {"number", "double"},

	"object": {"object", ""}, "dictionary": {"object", ""}, "idictionary": {"object", ""}, "map": {"object", ""}, "hashmap": {"object", ""},

	"string": {"string", ""}, "text": {"string", ""}, "char": {"string", ""}, "timespan": {"string", ""}, "time": {"string", "time"},
	"date": {"string", "date"}, "datetime": {"string", "date-time"}, "date-time": {"string", "date-time"},
	"datetimeoffset": {"string", "date-time"}, "guid": {"string", "uuid"}, "uuid": {"string", "uuid"}, "uri": {"string", "uri"},
	"email": {"string", "email"}, "file": {"string", "binary"}, "binary": {"string", "binary"}, "byte[]": {"string", "byte"},
}

// typeNamed returns the type of OpenAPI that a name means, whatever its case and with the namespace of .NET or without.
func typeNamed(name string) typeName {
	return typeNames[strings.TrimPrefix(strings.ToLower(name), "system.")]
}
