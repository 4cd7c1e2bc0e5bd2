package xsaletest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract"
)

// Paths of the spec and its page in Swashbuckle, the usual generator of ASP.NET.
const (
	swaggerPath     = "/swagger/v1/swagger.json"
	swaggerPagePath = "/swagger"
)

//go:embed swagger.html
var swaggerPage string

// swagger serves the spec, and a page of it, with the sandbox as the server. It reads the model of
// kin-openapi, which has all references resolved.
type swagger struct {
	files func() (swaggerFiles, error) // rendered on first use: most sandboxes never need them
}

type swaggerFiles struct{ document, page []byte }

func newSwagger(spec *contract.Document, url string, data backend) *swagger {
	return &swagger{sync.OnceValues(func() (swaggerFiles, error) { return renderSwagger(spec, url, data) })}
}

// renderSwagger renders the spec and its page. The page is self-contained, so that it works
// offline.
func renderSwagger(spec *contract.Document, url string, data backend) (swaggerFiles, error) {
	served, err := servedSpec(spec, url, data)
	if err != nil {
		return swaggerFiles{}, fmt.Errorf("prepare the spec: %w", err)
	}
	encoded, err := json.MarshalIndent(served, "", "  ")
	if err != nil {
		return swaggerFiles{}, fmt.Errorf("render the spec: %w", err)
	}
	page, err := template.New("swagger").Parse(swaggerPage)
	if err != nil {
		return swaggerFiles{}, fmt.Errorf("parse the page of the spec: %w", err)
	}
	var html bytes.Buffer
	if err := page.Execute(&html, newSwaggerView(served)); err != nil {
		return swaggerFiles{}, fmt.Errorf("render the page of the spec: %w", err)
	}
	return swaggerFiles{encoded, html.Bytes()}, nil
}

func (s *swagger) serveDocument(w http.ResponseWriter, r *http.Request) {
	files, err := s.files()
	serveStatic(w, r, "application/json; charset=utf-8", files.document, err)
}

func (s *swagger) servePage(w http.ResponseWriter, r *http.Request) {
	files, err := s.files()
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	serveStatic(w, r, "text/html; charset=utf-8", files.page, err)
}

func serveStatic(w http.ResponseWriter, r *http.Request, contentType string, body []byte, err error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		newProblem(http.StatusMethodNotAllowed, "Use GET.").write(w)
		return
	}
	if err != nil {
		newProblem(http.StatusInternalServerError, "The sandbox failed: "+err.Error()).write(w)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body)
}

// swaggerView is the data of the page.
type swaggerView struct {
	Title, Description, Server string
	Operations                 []operationView
	Schemas                    []schemaView
}

type operationView struct {
	ID, Method, Path, Summary, Description, Evidence, Source string
	Parameters                                               []fieldView
	Body                                                     string // name of the schema
}

type schemaView struct {
	Name, Description string
	Fields            []fieldView
}

type fieldView struct {
	Name, Type, Description, Evidence string
	Required                          bool
}

func newSwaggerView(document *openapi3.T) swaggerView {
	view := swaggerView{Title: document.Info.Title, Description: document.Info.Description, Server: document.Servers[0].URL}
	for _, path := range document.Paths.InMatchingOrder() {
		item := document.Paths.Value(path)
		for _, method := range slices.Sorted(maps.Keys(item.Operations())) {
			view.Operations = append(view.Operations, newOperationView(path, method, item))
		}
	}
	slices.SortStableFunc(view.Operations, func(a, b operationView) int { return strings.Compare(a.Path, b.Path) })
	for _, name := range slices.Sorted(maps.Keys(document.Components.Schemas)) {
		view.Schemas = append(view.Schemas, newSchemaView(name, document.Components.Schemas[name].Value))
	}
	return view
}

func newOperationView(path, method string, item *openapi3.PathItem) operationView {
	operation := item.Operations()[method]
	view := operationView{
		ID:          operation.OperationID,
		Method:      method,
		Path:        path,
		Summary:     operation.Summary,
		Description: operation.Description,
		Evidence:    extension(operation.Extensions, "x-evidence"),
		Source:      extension(operation.Extensions, "x-evidence-source"),
	}
	for _, parameter := range slices.Concat(item.Parameters, operation.Parameters) {
		view.Parameters = append(view.Parameters, fieldView{
			Name:        parameter.Value.Name,
			Type:        typeName(parameter.Value.Schema) + " in " + parameter.Value.In,
			Description: parameter.Value.Description,
			Evidence:    extension(parameter.Value.Extensions, "x-evidence"),
			Required:    parameter.Value.Required,
		})
	}
	if operation.RequestBody != nil {
		view.Body = typeName(operation.RequestBody.Value.Content.Get("application/json").Schema)
	}
	return view
}

func newSchemaView(name string, schema *openapi3.Schema) schemaView {
	view := schemaView{Name: name, Description: schema.Description}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[name]
		view.Fields = append(view.Fields, fieldView{
			Name:        name,
			Type:        typeName(property),
			Description: property.Value.Description,
			Evidence:    extension(property.Value.Extensions, "x-evidence"),
			Required:    slices.Contains(schema.Required, name),
		})
	}
	return view
}

// typeName returns the name of the referenced schema, "list of" another type, or the JSON type.
func typeName(schema *openapi3.SchemaRef) string {
	switch {
	case schema.Ref != "":
		return schema.Ref[strings.LastIndex(schema.Ref, "/")+1:]
	case len(schema.Value.AllOf) == 1:
		return typeName(schema.Value.AllOf[0])
	case schema.Value.Items != nil:
		return "list of " + typeName(schema.Value.Items)
	}
	return strings.Join(schema.Value.Type.Slice(), " or ")
}

func extension(extensions map[string]any, name string) string {
	value, _ := extensions[name].(string)
	return value
}
