package mutation_test

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/contract"
	_ "github.com/xsale-go/xsale/internal/contract/rare"
	"github.com/xsale-go/xsale/internal/spec/typed"
)

// spec checks traffic with package contract, and itself what that package does not check: tokens,
// the operations of the client, and unlisted items.
type spec struct {
	contract *contract.Document
	document *openapi3.T
}

func newSpec(data []byte) (*spec, error) {
	checker, err := contract.Load(data)
	if err != nil {
		return nil, err
	}
	document, err := typed.Parse(data)
	return &spec{checker, document}, err
}

// operation returns the operation of a request, or nil.
func (d *spec) operation(request *http.Request) (operation *openapi3.Operation, item *openapi3.PathItem, route string) {
	call := d.contract.Call(request)
	if call.Operation == nil {
		return nil, nil, ""
	}
	item = d.document.Paths.Value(call.Path)
	return item.GetOperation(request.Method), item, call.Path
}

// good yields the findings of a valid exchange.
func (d *spec) good(e exchange) iter.Seq[string] {
	return func(yield func(string) bool) {
		request := e.request()
		findings := slices.Concat(
			d.contract.Call(request).CheckRequest(e.body),
			d.contract.Call(request).CheckResponse(e.status, e.responseHeader, e.responseBody),
		)
		for _, finding := range findings {
			if !expected(e, finding) && !yield(finding.String()) {
				return
			}
		}
		operation, item, route := d.operation(request)
		if operation == nil {
			return // already a finding
		}
		if e.operation != "" && (e.operation != operation.OperationID || e.route != route) &&
			!yield(fmt.Sprintf("the client calls it %s at %s, the spec %s at %s", e.operation, e.route, operation.OperationID, route)) {
			return
		}
		if e.status/100 == 2 && operation.Responses.Status(e.status) == nil &&
			!yield(fmt.Sprintf("the spec does not list success %d", e.status)) {
			return
		}
		if err := d.checkTokens(operation, request); err != nil && !yield(err.Error()) {
			return
		}
		for name, values := range request.URL.Query() {
			if parameter := slices.Concat(operation.Parameters, item.Parameters).GetByInAndName(openapi3.ParameterInQuery, name); parameter != nil && len(values) > 1 {
				// Package contract accepts such a list, but a server may not.
				if method, err := parameter.SerializationMethod(); (err != nil || !method.Explode) && !yield(name+" is repeated") {
					return
				}
			}
		}
	}
}

// expected reports whether the exchange sends something unlisted on purpose.
func expected(e exchange, finding contract.Finding) bool {
	name := finding.Location[strings.LastIndexAny(finding.Location, "/ ")+1:]
	if finding.Severity != contract.Notice || finding.Kind != contract.KindAddition || name == "" {
		return false
	}
	bySandbox := e.method == http.MethodGet && strings.HasSuffix(finding.Path, "/orders") &&
		(hasField[gen.CreateOrder](name) || hasField[gen.CreateOrderItem](name)) // lists orders with the fields of the create
	return strings.HasPrefix(name, unlisted) || bySandbox
}

// rejects reports whether the spec rejects a request or its response.
func (d *spec) rejects(p probe) bool {
	request := p.request()
	findings := d.contract.Call(request).CheckRequest(p.body)
	if p.ofResponse {
		findings = d.contract.Call(request).CheckResponse(p.status, p.responseHeader, p.responseBody)
	}
	if slices.ContainsFunc(findings, func(f contract.Finding) bool { return f.Severity == contract.Error }) {
		return true
	}
	operation, _, _ := d.operation(request)
	return operation != nil && !p.ofResponse && d.checkTokens(operation, request) != nil
}

// checkTokens returns why a request lacks the tokens that the spec requires. One of several
// alternatives is enough.
func (d *spec) checkTokens(operation *openapi3.Operation, request *http.Request) error {
	alternatives := d.document.Security
	if operation.Security != nil {
		alternatives = *operation.Security
	}
	var failures []error
	for _, alternative := range alternatives {
		var failure error
		for name := range alternative {
			scheme := d.document.Components.SecuritySchemes[name].Value
			switch {
			case scheme.Type == "http" && scheme.Scheme == "bearer" && strings.HasPrefix(request.Header.Get("Authorization"), "Bearer "):
			case scheme.Type == "apiKey" && scheme.In == openapi3.ParameterInHeader && request.Header.Get(scheme.Name) != "":
			default:
				failure = errors.New("missing token of scheme " + name)
			}
		}
		if failure == nil {
			return nil
		}
		failures = append(failures, failure)
	}
	return errors.Join(failures...)
}
