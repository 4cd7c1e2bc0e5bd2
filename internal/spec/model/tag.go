package model

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

var tagName = strings.NewReplacer("%", "%25", ",", "%2C")

// TagName returns a name as it is in a tag of package param.
func TagName(name string) string { return tagName.Replace(name) }

// Tag returns the tag of a parameter for package param.
func (p *Parameter) Tag() string {
	options := []string{TagName(p.Name)}
	add := func(option string, set bool) {
		if set {
			options = append(options, option)
		}
	}
	query := p.In == InQuery || p.In == InCookie
	style, explode := p.Serialization()
	compound := p.Schema != nil && (p.Schema.Value.Type.Is(Array) || p.Schema.Value.Type.Is(Object))
	asJSON := slices.ContainsFunc(slices.Collect(maps.Keys(p.Content)), func(name string) bool { return strings.HasSuffix(httpx.MediaType(name), "json") })
	add("required", p.Required && p.In != InPath)
	switch {
	case p.Schema == nil:
		add("json", asJSON)
	case style == DeepObject || style == Label || style == Matrix:
		add(style, true)
	case style == SpaceDelimited || style == PipeDelimited:
		add(style, compound && !explode)
	case style == Form:
		add("joined", compound && !explode)
	}
	add("exploded", p.Schema != nil && compound && !query && explode)
	add("allowReserved", p.AllowReserved)
	add("catchAll", p.In == InPath && p.Extensions["x-catch-all"] == true)
	return strings.Join(options, ",")
}
