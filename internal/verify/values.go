package verify

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

var pathVariable = regexp.MustCompile(`\{([^{}]*)\}`)

func variables(path string) []string {
	var names []string
	for _, match := range pathVariable.FindAllStringSubmatch(path, -1) {
		names = append(names, match[1])
	}
	return names
}

// fill returns the path of an operation with values for its variables, and the query that it needs, or what is missing.
func (r *run) fill(operation tree.Operation) (path string, query url.Values, missing string) {
	var needs []string
	rest := operation.Path
	for _, bounds := range pathVariable.FindAllStringSubmatchIndex(operation.Path, -1) {
		name := operation.Path[bounds[2]:bounds[3]]
		value, need := r.value(operation, name, operation.Path[:bounds[0]])
		if need != "" {
			needs = append(needs, need)
		}
		rest = strings.Replace(rest, "{"+name+"}", url.PathEscape(value), 1)
	}
	query = url.Values{}
	for _, p := range r.parameters(operation) {
		in, name := tree.String(p.object["in"]), tree.String(p.object["name"])
		value, ok := r.param(operation, name)
		if !ok {
			value, ok = r.Params[name]
		}
		switch {
		case in == "path" || in == "header" && isSent(name):
		case in == "query" && ok:
			query.Set(name, value)
		case tree.True(p.object, "required") && in == "query":
			needs = append(needs, "--param "+name+"=…")
		case tree.True(p.object, "required"):
			needs = append(needs, "the "+in+" "+name+", which cannot be set")
		}
	}
	if len(needs) > 0 {
		return "", nil, "needs " + strings.Join(needs, " and ")
	}
	return rest, query, ""
}

// isSent reports whether a header is sent anyway.
func isSent(name string) bool {
	return slices.Contains([]string{"authorization", "x-id-token", "accept", "content-type", "user-agent"}, strings.ToLower(name))
}

// param returns a value that the user has given for a parameter of this operation.
func (r *run) param(operation tree.Operation, name string) (string, bool) {
	value, ok := r.Params[idOf(operation)+"."+name]
	return value, ok
}

func isOrganization(name string) bool {
	return slices.Contains([]string{"organizationname", "organization"}, plain(name))
}

// value returns the value of a path variable: the user's for this operation, what an earlier answer has held, or the user's
// for all. The prefix is the path before it. What is written to must be the user's choice, but for the organization.
func (r *run) value(operation tree.Operation, name, prefix string) (value, need string) {
	if value, ok := r.param(operation, name); ok {
		return value, ""
	}
	if isOrganization(name) {
		return r.organization()
	}
	if value := r.heldID(operation, name, prefix); value != "" {
		return value, ""
	}
	if value, ok := r.Params[name]; ok {
		return value, ""
	}
	if operation.Method != "get" {
		return "", "--param " + name + "=…, because it may write"
	}
	return "", "--param " + name + "=…, because no answer held one"
}

// heldID returns an id from the list that stands at the path before the variable or, for a variable such as orderId, from a
// member of that name in any answer.
func (r *run) heldID(operation tree.Operation, variable, prefix string) string {
	if operation.Method != "get" {
		return ""
	}
	name := plain(variable)
	for _, element := range elements(r.answers[strings.TrimSuffix(prefix, "/")]) {
		for member, value := range tree.Fields(element) {
			if text := tree.String(value); text != "" && (plain(member) == name || plain(member) == "id") {
				return text
			}
		}
	}
	if name == "id" || !strings.HasSuffix(name, "id") {
		return ""
	}
	for _, path := range slices.Sorted(maps.Keys(r.answers)) {
		if text := heldIn(r.answers[path], name); text != "" {
			return text
		}
	}
	return ""
}

// heldIn returns the first member of a name, and "" where there is none.
func heldIn(value any, name string) string {
	for member, inner := range tree.Fields(value) {
		if text := tree.String(inner); text != "" && plain(member) == name {
			return text
		}
		if text := heldIn(inner, name); text != "" {
			return text
		}
	}
	list, _ := value.([]any)
	for _, element := range list {
		if text := heldIn(element, name); text != "" {
			return text
		}
	}
	return ""
}

// isGiven reports whether a value in the path of an operation is one of the user's, so that it may be the cause of a 404.
func (r *run) isGiven(operation tree.Operation) bool {
	for _, bounds := range pathVariable.FindAllStringSubmatchIndex(operation.Path, -1) {
		name := operation.Path[bounds[2]:bounds[3]]
		_, isForThis := r.param(operation, name)
		_, isForAll := r.Params[name]
		if isForThis || isForAll && r.heldID(operation, name, operation.Path[:bounds[0]]) == "" {
			return true
		}
	}
	return false
}

// organization returns the one organization of the user.
func (r *run) organization() (value, need string) {
	if r.Organization != "" {
		return r.Organization, ""
	}
	me, _ := r.answers["/me"].(tree.Object)
	organizations := tree.ListAt(me, "Organizations")
	if len(organizations) > 1 {
		return "", "--organization, because the user has several"
	}
	for _, element := range organizations {
		organization, _ := element.(tree.Object)
		if name := tree.String(organization["Name"]); name != "" {
			return name, ""
		}
	}
	return "", "--organization, because GET /me held none"
}

// elements returns the elements of a list, or of the one array in an object.
func elements(value any) []any {
	list, ok := value.([]any)
	if ok {
		return list
	}
	found := 0
	for _, member := range tree.Fields(value) {
		if inner, ok := member.([]any); ok {
			list = inner
			found++
		}
	}
	if found != 1 {
		return nil
	}
	return list
}

// parameters returns the parameters of an operation and of its path.
func (r *run) parameters(operation tree.Operation) []node {
	var parameters []node
	for _, place := range []node{{operation.Pointer, operation.Object}, {tree.Join("/paths", operation.Path), operation.Item}} {
		for i, element := range tree.ListAt(place.object, "parameters") {
			object, _ := element.(tree.Object)
			p := r.resolve(node{tree.Join(place.pointer, "parameters", strconv.Itoa(i)), object})
			same := func(other node) bool {
				return other.object["name"] == p.object["name"] && other.object["in"] == p.object["in"]
			}
			if !slices.ContainsFunc(parameters, same) {
				parameters = append(parameters, p)
			}
		}
	}
	return parameters
}
