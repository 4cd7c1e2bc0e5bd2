package param

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// A PathValue is the value of a path variable whose style is not that of [Path] for other values.
type PathValue struct {
	tag   string
	value any
}

// Styled returns a path value in the style of a tag, such as "ids,matrix,exploded".
func Styled(tag string, value any) PathValue { return PathValue{tag, value} }

// Path replaces the variables of a path template with values, in their order. A variable that is in
// the template twice has two values. Lists and objects are separated by commas. A value that would
// leave its segment empty or make it "." or ".." is an [*Error].
func Path(template string, values []any) (string, error) {
	var path strings.Builder
	rest := template
	for _, value := range values {
		start := strings.IndexByte(rest, '{')
		end := strings.IndexByte(rest, '}')
		if start < 0 || end < start {
			return "", fmt.Errorf("%d values for the variables of %s", len(values), template)
		}
		o := options{in: "path", name: rest[start+1 : end], separator: ","}
		if styled, ok := value.(PathValue); ok {
			o, value = parseTag("path", styled.tag), styled.value
		}
		escaped, err := o.segment(value)
		if err != nil {
			return "", o.fail(err)
		}
		path.WriteString(literal(rest[:start]) + escaped)
		rest = rest[end+1:]
	}
	if len(values) == 0 {
		return template, nil
	}
	if strings.Contains(rest, "{") {
		return "", fmt.Errorf("%d values for the variables of %s", len(values), template)
	}
	return path.String() + literal(rest), nil
}

// literal escapes what a template may contain, but a URL may not. Otherwise net/url would ignore
// the escapes of the values, too.
func literal(template string) string {
	var escaped strings.Builder
	for i := range len(template) {
		if c := template[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`|", c) >= 0 {
			fmt.Fprintf(&escaped, "%%%02X", c)
		} else {
			escaped.WriteByte(c)
		}
	}
	return escaped.String()
}

func (o *options) segment(given any) (string, error) {
	v := reflect.ValueOf(given)
	if !v.IsValid() || absent(v) {
		return "", errMissing
	}
	value, err := valueOf(v)
	if o.json {
		value, err = jsonText(v.Interface())
	}
	if err != nil {
		return "", err
	}
	if text, ok := value.(string); ok {
		if !o.catchAll {
			if err := httpx.CheckSegment(text); err != nil {
				return "", err
			}
		} else {
			return catchAll(text)
		}
	}
	text, err := o.styled(value)
	if err != nil {
		return "", err
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		return "", err
	}
	return text, httpx.CheckSegment(plain)
}

// catchAll escapes each segment of a path.
func catchAll(path string) (string, error) {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if err := httpx.CheckSegment(segment); err != nil {
			return "", err
		}
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/"), nil
}

// styled returns a value in the style of its variable.
func (o *options) styled(value any) (string, error) {
	separator, forbidden := ",", ""
	fields, isObject := value.(object)
	if isObject && o.exploded {
		separated := ""
		if o.prefix == "." {
			separated = "."
		}
		values, err := pairs(fields, separated, escapePath)
		if err != nil {
			return "", err
		}
		return o.prefix + strings.Join(values, max(o.prefix, ",")), nil
	}
	prefix := o.prefix
	if prefix == ";" {
		prefix += escapePath(o.name) + "="
	}
	if o.exploded && o.prefix != "" {
		separator = prefix
		if prefix == "." {
			forbidden = "."
		}
	}
	text, err := join(value, separator, forbidden, escapePath)
	return prefix + text, err
}

// escapePath escapes a value for a path, with the equals sign of exploded objects.
func escapePath(text string) string {
	return strings.ReplaceAll(url.PathEscape(text), "=", "%3D")
}
