package typed

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/httpx"
)

var tagName = strings.NewReplacer("%", "%25", ",", "%2C")

// TagName returns a name as it is in a tag of package param.
func TagName(name string) string { return tagName.Replace(name) }

// ParameterTag returns the tag of a parameter for package param.
func ParameterTag(p *openapi3.Parameter) string {
	options := []string{TagName(p.Name)}
	add := func(option string, set bool) {
		if set {
			options = append(options, option)
		}
	}
	query := p.In == openapi3.ParameterInQuery || p.In == openapi3.ParameterInCookie
	style := p.Style
	if style == "" {
		style = openapi3.SerializationSimple
		if query {
			style = openapi3.SerializationForm
		}
	}
	delimited := style == openapi3.SerializationSpaceDelimited || style == openapi3.SerializationPipeDelimited
	explode := query && !delimited // by default
	if p.Explode != nil {
		explode = *p.Explode
	}
	compound := p.Schema != nil && p.Schema.Value != nil && (p.Schema.Value.Type.Is(openapi3.TypeArray) || p.Schema.Value.Type.Is(openapi3.TypeObject))
	asJSON := slices.ContainsFunc(slices.Collect(maps.Keys(p.Content)), func(name string) bool { return strings.HasSuffix(httpx.MediaType(name), "json") })
	add("required", p.Required && p.In != openapi3.ParameterInPath)
	switch {
	case p.Schema == nil:
		add("json", asJSON)
	case style == openapi3.SerializationDeepObject || style == openapi3.SerializationLabel || style == openapi3.SerializationMatrix:
		add(style, true)
	case delimited:
		add(style, compound && !explode)
	case style == openapi3.SerializationForm:
		add("joined", compound && !explode)
	}
	add("exploded", p.Schema != nil && compound && !query && explode)
	add("allowReserved", p.AllowReserved)
	add("catchAll", p.In == openapi3.ParameterInPath && p.Extensions["x-catch-all"] == true)
	return strings.Join(options, ",")
}
