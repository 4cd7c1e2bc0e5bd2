package normalize

import (
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

var statusKey = regexp.MustCompile(`^([1-5][0-9][0-9]|[1-5]XX|default)$`)

// bodiless are the statuses whose responses cannot have a body in HTTP (RFC 9110, sections
// 15.3.5, 15.3.6 and 15.4.5).
var bodiless = map[string]bool{"204": true, "205": true, "304": true}

// fixResponses completes the responses of an operation: valid status codes,
// required fields, and at least one response.
func fixResponses(document tree.Object, report *tree.Report) {
	for _, operation := range tree.Operations(document) {
		responses := tree.ObjectAt(operation.Object, "responses")
		pointer := tree.Join(operation.Pointer, "responses")
		for status, value := range tree.Fields(responses) {
			if tree.Extension(status) {
				continue
			}
			key := strings.ToUpper(strings.TrimSpace(status))
			if strings.EqualFold(key, "default") {
				key = "default"
			}
			_, taken := responses[key]
			switch {
			case !statusKey.MatchString(key) || key != status && taken:
				report.Add("responses", tree.Join(pointer, status), value, nil, "not a status code, a range of codes or default")
				delete(responses, status)
				continue
			case key != status:
				report.Add("responses", tree.Join(pointer, status), status, key, "status codes are written this way")
				responses[key] = value
				delete(responses, status)
			}
			response, ok := value.(tree.Object)
			if !ok {
				report.Add("responses", tree.Join(pointer, status), value, nil, "not a response")
				delete(responses, key)
				continue
			}
			fixResponse(response, tree.Join(pointer, status), bodiless[key] || operation.Method == "head", report)
		}
		if !hasResponse(responses) {
			response := tree.Object{"description": "Any response."}
			report.Add("responses", pointer, nil, tree.Object{"default": response}, "OpenAPI requires at least one")
			responses["default"] = response
		}
	}
}

func hasResponse(responses tree.Object) bool {
	for status := range responses {
		if !tree.Extension(status) {
			return true
		}
	}
	return false
}

func fixResponse(response tree.Object, pointer string, withoutBody bool, report *tree.Report) {
	if _, ok := response["$ref"]; ok {
		return
	}
	if _, ok := response["description"].(string); !ok {
		report.Add("responses", tree.Join(pointer, "description"), response["description"], "", "OpenAPI requires it")
		response["description"] = ""
	}
	dropUnless[tree.Object](response, pointer, "content", report)
	dropUnless[tree.Object](response, pointer, "headers", report)
	if content, ok := response["content"]; ok && withoutBody {
		report.Add("responses", tree.Join(pointer, "content"), content, nil, "HTTP allows no body here")
		delete(response, "content")
	}
	headers := tree.ObjectAt(response, "headers")
	for name, value := range tree.Fields(headers) {
		location := tree.Join(pointer, "headers", name)
		header, _ := value.(tree.Object)
		switch {
		case header == nil:
			report.Add("responses", location, value, nil, "not a header")
			delete(headers, name)
		case strings.EqualFold(name, "Content-Type"):
			report.Add("responses", location, value, nil, "the content determines it")
			delete(headers, name)
		case header["schema"] == nil && header["content"] == nil && header["$ref"] == nil:
			report.Add("responses", tree.Join(location, "schema"), nil, tree.Object{"type": "string"}, "without a schema, it is a string")
			header["schema"] = tree.Object{"type": "string"}
		}
	}
}
