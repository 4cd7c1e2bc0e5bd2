// Package codegen writes Go code from a normal OpenAPI 3.0.3 description: types, a client with typed results and errors,
// and, on request, a server for fakes. oapi-codegen writes it, from a description that has been prepared so that it meets
// nothing which it would get wrong.
package codegen

import (
	"embed"
	"fmt"
	"go/token"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Options say what is written.
type Options struct {
	Package string // name of the Go package
	Split   bool   // types, client and server in files of their own
	Server  bool   // a strict server, for fakes
	From    string // where the description is from, for the package's comment
}

// File is a file of the package.
type File struct {
	Name    string
	Content []byte
}

// The names of the files. A package holds either the first or the others.
const (
	wholeFile  = "api.gen.go"
	typesFile  = "types.gen.go"
	clientFile = "client.gen.go"
	serverFile = "server.gen.go"
)

// FileNames are all files that Generate may write, so that one left from before can be removed.
var FileNames = []string{wholeFile, typesFile, clientFile, serverFile}

//go:embed templates
var templates embed.FS

// exclusive guards oapi-codegen, which keeps its settings in variables of its package.
var exclusive sync.Mutex

// Generate writes the code for a description that has passed package validate; the description stays as it is. Equal input
// gives equal bytes. What it renames is added to the report.
func Generate(document tree.Object, options Options, report *tree.Report) ([]File, error) {
	if !token.IsIdentifier(options.Package) || options.Package == "_" {
		return nil, fmt.Errorf("package %q is not a Go package name: use letters and digits, such as xsaleapi", options.Package)
	}
	prepared := tree.Clone(document).(tree.Object)
	schemas, err := prepare(prepared, report)
	if err != nil {
		return nil, err
	}
	data, err := tree.JSON(prepared)
	if err != nil {
		return nil, err
	}
	exclusive.Lock()
	defer exclusive.Unlock()
	codegen.NameNormalizers[verbatim] = verbatimName
	codegen.TemplateFunctions["xsaleMethods"] = methodsOf
	codegen.TemplateFunctions["xsalePackageComment"] = func() string { return packageComment(options.From) }
	var files []File
	for _, part := range partsOf(options) {
		loaded, err := openapi3.NewLoader().LoadFromData(data) // each time anew, because the generator changes it
		if err != nil {
			return nil, fmt.Errorf("the prepared description cannot be read: %w", err)
		}
		configuration, err := newConfiguration(options, part.generate)
		if err != nil {
			return nil, err
		}
		code, err := codegen.Generate(loaded, configuration)
		if err != nil {
			return nil, fmt.Errorf("generate %s: %w", part.file, err)
		}
		content, err := FormatCode(code, schemas)
		if err != nil {
			return nil, err
		}
		files = append(files, File{part.file, content})
	}
	if err := checkCode(files); err != nil {
		return nil, err
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

// verbatimName leaves the names that prepare has given as they are; others come from headers and media types.
func verbatimName(name string) string {
	if isExported(name) {
		return name
	}
	return goName(name, "Name")
}

func newConfiguration(options Options, generate codegen.GenerateOptions) (codegen.Configuration, error) {
	overridden := map[string]string{}
	for _, name := range []string{"imports.tmpl", "client-with-responses.tmpl", "additional-properties.tmpl", "stdhttp/std-http-handler.tmpl", "strict/strict-interface.tmpl"} {
		text, err := templates.ReadFile("templates/" + name)
		if err != nil {
			return codegen.Configuration{}, err
		}
		overridden[name] = string(text)
	}
	decimal := codegen.SimpleTypeSpec{Type: "wire.Decimal"}
	dateTime := codegen.SimpleTypeSpec{Type: "wire.DateTime"}
	text := codegen.SimpleTypeSpec{Type: "string"}
	return codegen.Configuration{
		PackageName: options.Package,
		Generate:    generate,
		Compatibility: codegen.CompatibilityOptions{
			AlwaysPrefixEnumValues:           true,
			DisableRequiredReadOnlyAsPointer: true,
		},
		AllowRemoteRefsFrom: []string{},
		OutputOptions: codegen.OutputOptions{
			SkipFmt:                   true, // FormatCode does it
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
				String: codegen.FormatMapping{Default: text, Formats: map[string]codegen.SimpleTypeSpec{
					"date": dateTime, "date-time": dateTime, "email": text, "uuid": text, "duration": text, "json": text,
				}},
			},
		},
	}, nil
}

func packageComment(from string) string {
	text := "calls an API with the tokens, retries and errors of github.com/xsale-go/xsale."
	if from = strings.Join(strings.Fields(from), " "); from != "" {
		text += "\n// It was generated from " + from + "."
	}
	return text
}
