package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/xsale-go/xsale/internal/operation"
)

// addTools adds the tools. Those for orders, statuses and translations exist if the spec has their
// operations.
func (s *Server) addTools() {
	add(s, tool{
		name: "search_operations", title: "Search operations", local: true,
		description: "Find operations of the API by words in their names, paths and texts. Without words, list them.",
		input: object(nil, properties{
			"words": text("such as: order status"),
			"limit": number("default 20, at most 50", 1, maxFound),
		}),
	}, s.search)
	add(s, tool{
		name: "describe_operation", title: "Describe an operation", local: true,
		description: "Show what an operation does, its parameters, body and response.",
		input:       object([]string{"operation"}, properties{"operation": text("name from search_operations")}),
	}, s.describe)
	add(s, tool{
		name: "call_operation", title: "Call an operation that reads",
		description: "Call an operation that only reads. A list comes in pages: next_page has the rest.",
		input: object([]string{"operation"}, properties{
			"operation":    text("name from search_operations"),
			"parameters":   anyObject("values by the names that describe_operation shows"),
			"organization": text(organizationHelp),
			"limit":        number(limitHelp, 1, maxItems),
			"pointer":      text("JSON pointer to the part of a large object to return, such as /Items/0"),
		}),
	}, s.call)
	add(s, tool{
		name: "next_page", title: "Next page of a result", local: true,
		description: "Get the next page of a list. It needs no call of the API, and a page can be read again.",
		input: object([]string{"cursor"}, properties{
			"cursor": text("next_cursor of a result"),
			"limit":  number(limitHelp, 1, maxItems),
		}),
	}, s.nextPage)
	add(s, tool{
		name: "account_status", title: "Status of the account", local: true,
		description: "Show the organization, what this server may do, and the state of the login and of the rate limit. Never logs in.",
		input:       object(nil, nil),
	}, s.status)
	if o := s.shortcut("orders"); o != nil {
		add(s, tool{
			name: "list_orders", title: "List orders",
			description: "List the orders of the shop, filtered by status or by other parameters of " + o.Name + ".",
			input: object(nil, properties{
				"status_names": texts("such as Nowe; list_statuses has them"),
				"status_ids":   numbers("ids of statuses"),
				"filters":      anyObject("other parameters, by name"),
				"organization": text(organizationHelp),
				"limit":        number(limitHelp, 1, maxItems),
			}),
		}, s.orders(o))
	}
	if o := s.shortcut("orders", "{}"); o != nil {
		add(s, tool{
			name: "get_order", title: "Get an order",
			description: "Get one order by its id in xSale.",
			input: object([]string{"id"}, properties{
				"id": id("id of the order"), "organization": text(organizationHelp),
			}),
		}, s.one(o))
	}
	if o := s.shortcut("statuses"); o != nil {
		add(s, tool{
			name: "list_statuses", title: "List statuses",
			description: "List the statuses that orders can have in this shop.",
			input:       object(nil, properties{"organization": text(organizationHelp)}),
		}, s.plain(o))
	}
	if o := s.shortcut("articles", "{}", "translations"); o != nil {
		add(s, tool{
			name: "list_translations", title: "List translations of an article",
			description: "List the names and descriptions of an article in all languages.",
			input: object([]string{"id"}, properties{
				"id": id("id of the article"), "organization": text(organizationHelp),
			}),
		}, s.one(o))
	}
	if o := s.shortcut("me"); o != nil {
		add(s, tool{
			name: "get_me", title: "The user and the organizations",
			description: "Show the organizations that the account may work for.",
			input:       object(nil, nil),
		}, s.plain(o))
	}
	if len(s.allowed) > 0 {
		names := slices.Sorted(maps.Keys(s.allowed))
		add(s, tool{
			name: "write_operation", title: "Call an operation that changes data", writes: true,
			description: "Call an operation that changes data in the shop, after the user has agreed. Allowed: " + shorten(strings.Join(names, ", "), 300) + ".",
			input: object([]string{"operation"}, properties{
				"operation":    text("name of an allowed operation"),
				"parameters":   anyObject("values by the names that describe_operation shows"),
				"body":         anyValue("body as describe_operation shows it"),
				"organization": text(organizationHelp),
				"dry_run":      map[string]any{"type": "boolean", "description": "only check and show the request"},
			}),
		}, s.write)
	}
}

const (
	organizationHelp = "name, if not the default one"
	limitHelp        = "elements of a page, default 20"
)

// tool is a tool before it is added.
type tool struct {
	name, title, description string
	local                    bool // calls no API
	writes                   bool
	input                    map[string]any
}

// add adds a tool whose arguments are those of T and nothing else. Numbers in raw JSON keep their
// digits. Errors are results, because an agent sees no others.
func add[T any](s *Server, t tool, handle func(context.Context, *mcp.CallToolRequest, T) (any, error)) {
	open, destructive := !t.local, t.writes
	s.mcp.AddTool(&mcp.Tool{
		Name: t.name, Title: t.title, Description: t.description, InputSchema: t.input, OutputSchema: map[string]any{"type": "object"},
		Annotations: &mcp.ToolAnnotations{Title: t.title, ReadOnlyHint: !t.writes, IdempotentHint: !t.writes, DestructiveHint: &destructive, OpenWorldHint: &open},
	}, func(ctx context.Context, request *mcp.CallToolRequest) (result *mcp.CallToolResult, _ error) {
		defer func() {
			if failure := recover(); failure != nil {
				s.config.Logger.Error("a tool failed", "tool", t.name, "type", fmt.Sprintf("%T", failure))
				result = failed("the tool failed on this input: use other arguments")
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
		defer cancel()
		var arguments T
		if data := bytes.TrimSpace(request.Params.Arguments); len(data) > 0 && string(data) != "null" {
			if err := jsonv2.Unmarshal(data, &arguments, jsonv2.RejectUnknownMembers(true)); err != nil {
				return failed(argumentError(t, err)), nil
			}
		}
		if missing := missingArgument(t, request.Params.Arguments); missing != "" {
			return failed(fmt.Sprintf("%s needs %s", t.name, missing)), nil
		}
		output, err := handle(ctx, request, arguments)
		if err != nil {
			return failed(s.explain(err)), nil
		}
		data, err := marshal(output)
		if err != nil {
			return failed(s.explain(err)), nil
		}
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(data)}}, StructuredContent: json.RawMessage(data)}, nil
	})
}

// marshal returns JSON in which letters are not escaped, which costs an agent less.
func marshal(value any) ([]byte, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(data.Bytes()), nil
}

func failed(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}

func argumentError(t tool, err error) string {
	names := slices.Sorted(maps.Keys(t.input["properties"].(map[string]any)))
	text := "takes no arguments"
	if len(names) > 0 {
		text = "takes " + strings.Join(names, ", ")
	}
	where := ""
	if semantic, ok := err.(*jsonv2.SemanticError); ok && semantic.JSONPointer != "" {
		where = fmt.Sprintf(" (at %.60q)", clean(string(semantic.JSONPointer)))
	}
	return fmt.Sprintf("the arguments do not fit%s: %s %s; its schema has their types", where, t.name, text)
}

func missingArgument(t tool, arguments json.RawMessage) string {
	var given map[string]json.RawMessage
	_ = json.Unmarshal(arguments, &given)
	for _, name := range t.input["required"].([]string) {
		if value := bytes.TrimSpace(given[name]); len(value) == 0 || string(value) == "null" || string(value) == `""` {
			return name
		}
	}
	return ""
}

// shortcut returns the operation that reads a path, whose variables, other than the organization, are
// written as {}. It is nil if the spec has none.
func (s *Server) shortcut(path ...string) *operation.Operation {
	for _, o := range s.catalog.Operations() {
		var segments []string
		for segment := range strings.SplitSeq(strings.Trim(o.Path, "/"), "/") {
			switch {
			case strings.EqualFold(segment, "{organizationName}"):
			case strings.HasPrefix(segment, "{"):
				segments = append(segments, "{}")
			default:
				segments = append(segments, strings.ToLower(segment))
			}
		}
		if o.Method == "GET" && Reads(o) && slices.Equal(segments, path) {
			return o
		}
	}
	return nil
}

// Parts of JSON schemas.

type properties = map[string]any

func object(required []string, fields properties) map[string]any {
	if required == nil {
		required = []string{}
	}
	if fields == nil {
		fields = properties{}
	}
	return map[string]any{"type": "object", "properties": fields, "required": required, "additionalProperties": false}
}

func text(description string) map[string]any {
	return map[string]any{"type": "string", "description": description}
}

func texts(description string) map[string]any {
	return map[string]any{"type": "array", "items": map[string]any{"type": "string"}, "description": description}
}

func numbers(description string) map[string]any {
	return map[string]any{"type": "array", "items": map[string]any{"type": "integer"}, "description": description}
}

func number(description string, least, most int) map[string]any {
	return map[string]any{"type": "integer", "minimum": least, "maximum": most, "description": description}
}

func anyObject(description string) map[string]any {
	return map[string]any{"type": "object", "description": description}
}

func id(description string) map[string]any {
	return map[string]any{"type": []string{"integer", "string"}, "description": description}
}

func anyValue(description string) map[string]any {
	return map[string]any{"description": description}
}

func shorten(s string, length int) string {
	letters := []rune(s)
	if len(letters) <= length {
		return s
	}
	return strings.TrimSpace(string(letters[:length])) + "…"
}
