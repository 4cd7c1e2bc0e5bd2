// Package codegen generates Go code from a normalized OpenAPI 3.0.3 spec: types, a client with
// typed results and errors and, on request, a server for fakes. It runs oapi-codegen on a copy of
// the spec without the constructs that oapi-codegen gets wrong.
package codegen

import (
	"embed"
	"fmt"
	"go/token"
	"strings"
	"sync"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/typed"
)

// Options select what Generate writes.
type Options struct {
	Package string // name of the Go package
	Split   bool   // one file each for types, client and server
	Server  bool   // a server, for fakes
	Raw     bool   // a client without typed results, next to the other
	From    string // source of the spec, for the package comment
	Lock    *Lock  // names of earlier runs; Generate adds those of this one. nil for none
}

// File is a generated file.
type File struct {
	Name    string
	Content []byte
}

// A package contains either the first of these files or the others.
const (
	wholeFile  = "api.gen.go"
	typesFile  = "types.gen.go"
	clientFile = "client.gen.go"
	serverFile = "server.gen.go"
)

// FileNames are all files that Generate may write. Write removes those of an earlier run.
var FileNames = []string{wholeFile, typesFile, clientFile, serverFile}

//go:embed templates
var templates embed.FS

// exclusive guards oapi-codegen, which keeps its settings in package variables.
var exclusive sync.Mutex

// Generate returns the code for a spec that package validate accepts, and adds renamed types,
// fields and operations to the report. It does not change the spec. Equal input gives equal bytes.
func Generate(document tree.Object, options Options, report *tree.Report) ([]File, error) {
	if !token.IsIdentifier(options.Package) || options.Package == "_" {
		return nil, fmt.Errorf("package %q is not a Go package name: use letters and digits, such as xsaleapi", options.Package)
	}
	prepared := tree.Clone(document).(tree.Object)
	lock := options.Lock.clone()
	all, schemas, err := prepare(prepared, lock, report)
	if err != nil {
		return nil, err
	}
	if options.Server {
		reportRoutes(document, report)
	}
	data, err := tree.JSON(prepared)
	if err != nil {
		return nil, err
	}
	exclusive.Lock()
	defer exclusive.Unlock()
	codegen.NameNormalizers[verbatim] = verbatimName
	codegen.TemplateFunctions["xsaleMethods"] = methodsOf
	codegen.TemplateFunctions["xsaleRoutes"] = routesOf
	codegen.TemplateFunctions["xsaleParameters"] = parameterFields
	codegen.TemplateFunctions["xsaleMultipart"] = multipartOf
	codegen.TemplateFunctions["xsalePathFields"] = pathFields
	codegen.TemplateFunctions["xsaleBodies"] = bodiesOf
	codegen.TemplateFunctions["xsaleMediaType"] = responseMediaType
	codegen.TemplateFunctions["xsaleRaw"] = func() bool { return options.Raw }
	codegen.TemplateFunctions["xsaleRawMethods"] = rawMethodsOf
	codegen.TemplateFunctions["xsaleVariants"] = func(goType string) variants { return all[goType] }
	codegen.TemplateFunctions["xsaleComment"] = func(text string) string { return lineComment(text, commentWidth) }
	var files []File
	for i, part := range partsOf(options) {
		codegen.TemplateFunctions["xsaleHeader"] = func() string { return header(options, i == 0) }
		loaded, err := typed.Parse(data) // for each part, because oapi-codegen changes it
		if err != nil {
			return nil, fmt.Errorf("load prepared spec: %w", err)
		}
		configuration, err := newConfiguration(options, part.generate)
		if err != nil {
			return nil, err
		}
		code, err := codegen.Generate(loaded, configuration)
		if err != nil {
			return nil, fmt.Errorf("generate %s: %w", part.file, err)
		}
		content, err := formatCode(code, schemas)
		if err != nil {
			return nil, err
		}
		files = append(files, File{part.file, content})
	}
	if err := checkCode(files); err != nil {
		return nil, err
	}
	if options.Lock != nil {
		*options.Lock = *lock
	}
	return files, nil
}

type part struct {
	file     string
	generate codegen.GenerateOptions
}

func partsOf(options Options) []part {
	if !options.Split {
		return []part{{wholeFile, codegen.GenerateOptions{Models: true, Client: true, StdHTTPServer: options.Server, Strict: options.Server}}}
	}
	parts := []part{
		{typesFile, codegen.GenerateOptions{Models: true}},
		{clientFile, codegen.GenerateOptions{Client: true}},
	}
	if options.Server {
		parts = append(parts, part{serverFile, codegen.GenerateOptions{StdHTTPServer: true, Strict: true}})
	}
	return parts
}

// verbatim is the generator's setting for names that are Go names already.
const verbatim codegen.NameNormalizerFunction = "xsale-verbatim"

// verbatimName keeps the names that prepare has chosen. Other names are those of headers and media
// types.
func verbatimName(name string) string {
	if exported(name) {
		return name
	}
	return goName(name, "Name")
}

var overriddenTemplates = []string{
	"imports.tmpl", "client.tmpl", "client-with-responses.tmpl", "param-types.tmpl", "additional-properties.tmpl",
	"stdhttp/std-http-handler.tmpl", "strict/strict-interface.tmpl",
}

// unusedTemplates write what packages call and fake do for all operations.
var unusedTemplates = []string{
	"request-bodies.tmpl", "stdhttp/std-http-interface.tmpl", "stdhttp/std-http-middleware.tmpl", "strict/strict-http.tmpl",
}

func newConfiguration(options Options, generate codegen.GenerateOptions) (codegen.Configuration, error) {
	overridden := map[string]string{}
	for _, name := range overriddenTemplates {
		template, err := templates.ReadFile("templates/" + name)
		if err != nil {
			return codegen.Configuration{}, err
		}
		overridden[name] = string(template)
	}
	for _, name := range unusedTemplates {
		overridden[name] = "{{\"\"}}\n" // a blank template would replace nothing
	}
	decimal := codegen.SimpleTypeSpec{Type: "wire.Decimal"}
	dateTime := codegen.SimpleTypeSpec{Type: "wire.DateTime"}
	str := codegen.SimpleTypeSpec{Type: "string"}
	return codegen.Configuration{
		PackageName: options.Package,
		Generate:    generate,
		Compatibility: codegen.CompatibilityOptions{
			AlwaysPrefixEnumValues:           true,
			DisableRequiredReadOnlyAsPointer: true,
		},
		AllowRemoteRefsFrom: []string{},
		OutputOptions: codegen.OutputOptions{
			SkipFmt:                   true, // formatCode does it
			SkipPrune:                 true,
			NameNormalizer:            string(verbatim),
			ClientTypeName:            "RawClient",
			UserTemplates:             overridden,
			DisableTypeAliasesForType: []string{"array"},
			PreferSkipOptionalPointerOnContainerTypes: true,
			TypeMapping: &codegen.TypeMapping{
				Integer: codegen.FormatMapping{Default: codegen.SimpleTypeSpec{Type: "int64"}},
				Number: codegen.FormatMapping{Default: decimal, Formats: map[string]codegen.SimpleTypeSpec{
					"float": decimal, "double": decimal,
				}},
				String: codegen.FormatMapping{Default: str, Formats: map[string]codegen.SimpleTypeSpec{
					"date": dateTime, "date-time": dateTime, "binary": str, "email": str, "uuid": str, "duration": str, "json": str,
				}},
			},
		},
	}, nil
}

// header returns what stands above the package clause. Only the first file documents the package.
func header(options Options, first bool) string {
	if !first {
		return string(mark) + "\n\n"
	}
	comment := "// Package " + options.Package + " calls an API with the tokens, retries and errors of github.com/xsale-go/xsale.\n"
	if from := strings.Join(strings.Fields(options.From), " "); from != "" {
		comment += "// It was generated from " + from + ".\n"
	}
	return comment + "//\n" + string(mark) + "\n"
}
