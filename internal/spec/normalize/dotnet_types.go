package normalize

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// dotnetType is a .NET type that services send as a plain value, although generators describe it
// by its properties.
type dotnetType struct {
	schema     tree.Object
	sign       []string // one of these tells it from other types of the name
	properties string   // all properties of the type, in lower case
}

const timeProperties = " ticks days hours milliseconds microseconds nanoseconds minutes seconds totaldays totalhours totalmilliseconds " +
	"totalmicroseconds totalnanoseconds totalminutes totalseconds "

// dotnetTypes lists the properties of each type. A type with the same name and other properties is
// not one of .NET.
var dotnetTypes = map[string]dotnetType{
	"timespan": {tree.Object{"type": "string"}, []string{"ticks"}, timeProperties},
	"dateonly": {tree.Object{"type": "string", "format": "date"}, []string{"dayofweek", "dayofyear", "daynumber"}, " year month day dayofweek dayofyear daynumber "},
	"timeonly": {tree.Object{"type": "string", "format": "time"}, []string{"ticks"}, " hour minute second millisecond microsecond nanosecond ticks "},
	"datetime": {tree.Object{"type": "string", "format": "date-time"}, []string{"ticks"},
		" date day dayofweek dayofyear hour kind millisecond microsecond nanosecond minute month now utcnow today second ticks timeofday year "},
	"datetimeoffset": {tree.Object{"type": "string", "format": "date-time"}, []string{"utcticks", "utcdatetime"},
		" now utcnow datetime utcdatetime localdatetime date day dayofweek dayofyear hour millisecond microsecond nanosecond minute month offset " +
			"totaloffsetminutes second ticks utcticks timeofday year "},
	"guid": {tree.Object{"type": "string", "format": "uuid"}, []string{"variant", "version"}, " variant version "},
	"uri": {tree.Object{"type": "string", "format": "uri"}, []string{"absoluteuri", "originalstring"},
		" absolutepath absoluteuri localpath authority hostnametype isdefaultport isfile isloopback pathandquery segments isunc host port query " +
			"fragment scheme originalstring dnssafehost idnhost isabsoluteuri userescaped userinfo "},
	"version": {tree.Object{"type": "string"}, []string{"majorrevision", "minorrevision"}, " major minor build revision majorrevision minorrevision "},
	"ipaddress": {tree.Object{"type": "string"}, []string{"addressfamily"},
		" addressfamily scopeid isipv6multicast isipv6linklocal isipv6sitelocal isipv6teredo isipv6uniquelocal isipv4mappedtoipv6 address "},
	"iformfile": {tree.Object{"type": "string", "format": "binary"}, []string{"contentdisposition"}, " contenttype contentdisposition headers length name filename "},
	"stream": {tree.Object{"type": "string", "format": "binary"}, []string{"canseek"},
		" canread canseek cantimeout canwrite length position readtimeout writetimeout "},
	"jsonelement":  {tree.Object{}, []string{"valuekind"}, " valuekind "},
	"jsondocument": {tree.Object{}, []string{"rootelement"}, " rootelement "},
	"jsonnode":     {tree.Object{}, []string{"root"}, " options parent root "},
}

// replaceDotnetTypes replaces the component schemas that describe a plain value as an object.
func replaceDotnetTypes(document tree.Object, report *tree.Report) {
	schemas := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")
	for name, value := range tree.Fields(schemas) {
		schema, _ := value.(tree.Object)
		short := strings.ToLower(name[strings.LastIndexAny(name, ".+")+1:])
		known, ok := dotnetTypes[strings.TrimPrefix(short, "nullableof")]
		if !ok || !known.describedBy(schema) {
			continue
		}
		replaced := tree.Clone(known.schema).(tree.Object)
		for _, keyword := range []string{"description", "title", "nullable", "deprecated"} {
			if field, ok := schema[keyword]; ok {
				replaced[keyword] = field
			}
		}
		report.Add("types", tree.Join(schemasPointer, name), schema, replaced, "the properties are those of the .NET type, which is one value in JSON")
		schemas[name] = replaced
	}
}

// describedBy reports whether a schema lists properties of the type and no others.
func (t dotnetType) describedBy(schema tree.Object) bool {
	signed := false
	for name := range tree.Fields(schema["properties"]) {
		name = strings.ToLower(name)
		if !strings.Contains(t.properties, " "+name+" ") {
			return false
		}
		for _, sign := range t.sign {
			signed = signed || name == sign
		}
	}
	return signed
}
