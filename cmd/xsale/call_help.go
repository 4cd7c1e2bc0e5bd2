package main

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/surface"
)

// operationHelp describes an operation in the words of the spec.
func operationHelp(o *operation.Operation) string {
	var parts []string
	add := func(text string) {
		for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
			if strings.TrimSpace(paragraph) != "" {
				parts = append(parts, wrapped(paragraph))
			}
		}
	}
	add(o.Summary)
	if o.Description != o.Summary {
		add(o.Description)
	}
	if o.Deprecated {
		add("Deprecated: the spec marks it as deprecated.")
	}
	add(o.String())
	if slices.ContainsFunc(o.Parameters, organizationParameter) {
		add("The organization is the account's, or that of --organization.")
	}
	if o.Body != nil {
		add(bodyHelp(o.Body))
	}
	if o.Method == http.MethodPut && o.Body != nil && len(o.Body.Fields) > 0 {
		add("A PUT usually replaces the whole: fields that you leave out may be erased.")
	}
	for _, response := range o.Responses {
		if text := responseHelp(response); text != "" {
			add(text)
		}
	}
	return strings.Join(parts, "\n\n")
}

// markup matches the start of a line of Markdown that is more than the rest of the line before.
var markup = regexp.MustCompile(`(?m)^\s*([-*+>|#]|\d+\.|` + "```" + `)`)

// wrapped breaks the lines of a paragraph. Those of a list, a quote or a table stay apart: they are
// indented, or the help of a command would join them.
func wrapped(paragraph string) string {
	if !markup.MatchString(paragraph) {
		return surface.Wrap(printable.String(paragraph), surface.Width)
	}
	var lines []string
	for line := range strings.Lines(paragraph) {
		lines = append(lines, strings.ReplaceAll(surface.Wrap(printable.String(line), surface.Width-2), "\n", "\n  "))
	}
	return "  " + strings.Join(lines, "\n  ")
}

func bodyHelp(b *operation.Body) string {
	var types []string
	for _, media := range b.Media {
		types = append(types, media.Type)
	}
	text := "Body: " + strings.Join(types, ", ")
	if !b.Required {
		text += ", optional"
	}
	if b.Description != "" {
		text += ". " + b.Description
	}
	return text
}

func responseHelp(r *operation.Response) string {
	text := ""
	switch {
	case r.List && r.ListField != "":
		text = "a list of " + cmp.Or(r.Type, "values") + " in " + r.ListField
	case r.List:
		text = "a list of " + cmp.Or(r.Type, "values")
	case r.Type != "":
		text = r.Type
	case len(r.Media) > 0:
		text = strings.Join(r.Media, " or ")
	default:
		text = "no body"
	}
	return "Response " + r.Status + ": " + text
}

// maxUsage bounds the text of a flag in characters. The description of an operation is not cut.
const maxUsage = 400

// inputUsage describes the flag of an input.
func inputUsage(p *operation.Parameter) string {
	// A back quote would mark the name of the value.
	text := strings.ReplaceAll(strings.Join(strings.Fields(printable.String(p.Description)), " "), "`", "'")
	text = printable.Cut(text, maxUsage)
	add := func(more string) {
		if text != "" {
			text = strings.TrimSuffix(text, ".") + "; "
		}
		text += more
	}
	if len(p.Enum) > 0 {
		add("one of " + printable.String(strings.Join(p.Enum, ", ")))
	}
	switch {
	case p.Kind == operation.JSON:
		add("as JSON")
	case p.Kind == operation.File:
		add("path of a file")
	}
	if p.List {
		add("repeatable")
	}
	if p.Required {
		add("required")
	}
	if p.Default != "" {
		text += " (default of the server " + printable.String(p.Default) + ")"
	}
	return strings.TrimSpace(text)
}

func bodyUsage(b *operation.Body) string {
	if b.Media[0].Form == operation.Raw {
		return "`FILE` with the body, - for standard input"
	}
	if len(b.Fields) == 0 {
		return "`FILE` with the body as JSON, - for standard input"
	}
	return "`FILE` with the body as JSON, - for standard input; the flags of its fields take precedence"
}

// example returns a command line with what the operation requires.
func (c *operationCall) example() string {
	plain := "  xsale call " + quoted(c.operation.Name)
	line := plain
	body := c.operation.Body
	file := body != nil && (body.Example != "" || body.Required && len(body.Fields) == 0)
	var optional *operation.Parameter // the first, but rather one with an example
	for _, p := range c.operation.Inputs() {
		switch {
		case organizationParameter(p) || file && p.In == operation.Field:
		case p.Required:
			line += exampleOf(p)
		case optional == nil || optional.Example == "" && p.Example != "":
			optional = p
		}
	}
	switch {
	case !file && line != plain:
		return line
	case !file && optional != nil:
		return line + "\n" + line + exampleOf(optional)
	case !file && c.operation.List() != nil:
		return line + "\n" + line + " --limit 10"
	case !file:
		return line
	case body.Media[0].Form == operation.Raw:
		return line + " --file body" + extensionOf(body.Media[0].Type)
	}
	example := jsontext.Value(body.Example)
	if example.Indent(jsontext.WithIndentPrefix("  "), jsontext.WithIndent("  ")) != nil {
		return line + " --file body.json"
	}
	return line + " --file body.json\n\n  with body.json:\n\n  " + string(example)
}

func extensionOf(mediaType string) string {
	switch {
	case strings.Contains(mediaType, "xml"):
		return ".xml"
	case strings.HasPrefix(mediaType, "text/"):
		return ".txt"
	}
	return ".bin"
}

// quoted quotes a word of an example in a way that all shells read.
func quoted(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\"'$&|<>*?;()[]{}!#~`\\") {
		return `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
	}
	return word
}

// exampleOf returns a flag with a value for an example.
func exampleOf(p *operation.Parameter) string {
	if p.Kind == operation.Boolean && !p.List {
		return " --" + p.Flag + "=" + cmp.Or(p.Example, "true")
	}
	return " --" + p.Flag + " " + quoted(sampleOf(p))
}

// sampleOf returns a value for an example.
func sampleOf(p *operation.Parameter) string {
	kinds := map[operation.Kind]string{operation.File: "file.pdf", operation.Integer: "1", operation.Number: "1"}
	return cmp.Or(p.Example, p.Default, strings.Join(p.Enum[:min(len(p.Enum), 1)], ""), kinds[p.Kind], "VALUE")
}
