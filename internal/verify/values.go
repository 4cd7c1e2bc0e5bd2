package verify

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// fill returns the path of an operation with values for its variables and the required query, or
// what is missing.
func (r *run) fill(operation view.Operation) (path string, query url.Values, missing string) {
	var needs []string
	path = operation.Path
	for _, name := range route.Variables(operation.Path) {
		value, need := r.value(operation, name)
		if need != "" {
			needs = append(needs, need)
		}
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	query = url.Values{}
	for _, p := range r.spec.Parameters(operation) {
		value, ok := r.param(operation, p.Name)
		if !ok {
			value, ok = r.Params[p.Name]
		}
		switch {
		case p.In == "path" || p.In == "header" && alwaysSent(p.Name):
		case p.In == "query" && ok:
			query.Set(p.Name, value)
		case tree.True(p.Object, "required") && p.In == "query":
			needs = append(needs, "--param "+p.Name+"=…")
		case tree.True(p.Object, "required"):
			needs = append(needs, "the "+p.In+" "+p.Name+", which cannot be set")
		}
	}
	if len(needs) > 0 {
		return "", nil, "needs " + strings.Join(needs, " and ")
	}
	return path, query, ""
}

// alwaysSent reports whether every call has a header.
func alwaysSent(name string) bool {
	return slices.Contains([]string{"authorization", "x-id-token", "accept", "content-type", "user-agent"}, strings.ToLower(name))
}

// param returns the value that the user set for a parameter of this operation.
func (r *run) param(operation view.Operation, name string) (string, bool) {
	value, ok := r.Params[operation.ID+"."+name]
	return value, ok
}

func organizationVariable(name string) bool {
	return slices.Contains([]string{"organizationname", "organization"}, plain(name))
}

// value returns the value of a path variable: the user's for this operation, one from an earlier
// response, or the user's for all operations. Apart from the organization, only the user chooses
// the targets of writes.
func (r *run) value(operation view.Operation, name string) (value, need string) {
	if value, ok := r.param(operation, name); ok {
		return value, ""
	}
	if organizationVariable(name) {
		return r.organization()
	}
	if value := r.knownID(operation, name); value != "" {
		return value, ""
	}
	if value, ok := r.Params[name]; ok {
		return value, ""
	}
	if operation.Method != http.MethodGet {
		return "", "--param " + name + "=…, because it may write"
	}
	return "", "--param " + name + "=…, because no response contained one"
}

// knownID returns an id from the list at the path before a variable. For a variable such as orderId
// it also looks for a field of that name in any response.
func (r *run) knownID(operation view.Operation, variable string) string {
	if operation.Method != http.MethodGet {
		return ""
	}
	name := plain(variable)
	list, _, _ := strings.Cut(operation.Path, "/{"+variable+"}")
	for _, element := range elements(r.responses[list]) {
		for field, value := range tree.Fields(element) {
			if id := tree.String(value); id != "" && (plain(field) == name || plain(field) == "id") {
				return id
			}
		}
	}
	if name == "id" || !strings.HasSuffix(name, "id") {
		return ""
	}
	for _, path := range slices.Sorted(maps.Keys(r.responses)) {
		if id := find(r.responses[path], name); id != "" {
			return id
		}
	}
	return ""
}

// find returns the value of the first field with a name, or "".
func find(value any, name string) string {
	for field, inner := range tree.Fields(value) {
		if found := tree.String(inner); found != "" && plain(field) == name {
			return found
		}
		if found := find(inner, name); found != "" {
			return found
		}
	}
	list, _ := value.([]any)
	for _, element := range list {
		if found := find(element, name); found != "" {
			return found
		}
	}
	return ""
}

// userSet reports whether the path of an operation contains a value from the user, which may be the
// cause of a 404.
func (r *run) userSet(operation view.Operation) bool {
	return slices.ContainsFunc(route.Variables(operation.Path), func(name string) bool {
		_, own := r.param(operation, name)
		_, shared := r.Params[name]
		return own || shared && r.knownID(operation, name) == ""
	})
}

// organization returns the organization to use.
func (r *run) organization() (value, need string) {
	if r.Organization != "" {
		return r.Organization, ""
	}
	me, _ := r.responses["/me"].(tree.Object)
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
	return "", "--organization, because GET /me contained none"
}

// elements returns the elements of a list, or of the only array in an object.
func elements(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	var lists [][]any
	for _, field := range tree.Fields(value) {
		if list, ok := field.([]any); ok {
			lists = append(lists, list)
		}
	}
	if len(lists) != 1 {
		return nil
	}
	return lists[0]
}
