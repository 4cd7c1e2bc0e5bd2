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
)

// description is a description that traffic is checked against: by package contract, and here in
// what that leaves to others, which are tokens, the operations of the client, and what is merely
// not listed.
type description struct {
	contract *contract.Document
	document *openapi3.T
}

func newDescription(data []byte) (*description, error) {
	checker, err := contract.Load(data)
	if err != nil {
		return nil, err
	}
	return &description{checker, checker.Spec()}, nil
}

// operation returns what the description has for a request, or nil.
func (d *description) operation(request *http.Request) (operation *openapi3.Operation, item *openapi3.PathItem, route string) {
	call := d.contract.Call(request)
	if call.Operation == nil {
		return nil, nil, ""
	}
	item = d.document.Paths.Value(call.Path)
	return item.GetOperation(request.Method), item, call.Path
}

// good yields what does not fit in an exchange that keeps to the contract.
func (d *description) good(e exchange) iter.Seq[string] {
	return func(yield func(string) bool) {
		request := e.request()
		findings := slices.Concat(
			d.contract.Call(request).CheckRequest(e.body),
			d.contract.Call(request).CheckResponse(e.status, e.answerHeader, e.answer),
		)
		for _, finding := range findings {
			if !isExpected(e, finding) && !yield(finding.String()) {
				return
			}
		}
		operation, item, route := d.operation(request)
		if operation == nil {
			return // which is among the findings
		}
		if e.operation != "" && (e.operation != operation.OperationID || e.route != route) &&
			!yield(fmt.Sprintf("the client calls it %s at %s, the description %s at %s", e.operation, e.route, operation.OperationID, route)) {
			return
		}
		if e.status/100 == 2 && operation.Responses.Status(e.status) == nil &&
			!yield(fmt.Sprintf("the success %d is not described as one", e.status)) {
			return
		}
		if err := d.checkTokens(operation, request); err != nil && !yield(err.Error()) {
			return
		}
		for name, values := range request.URL.Query() {
			if parameter := slices.Concat(operation.Parameters, item.Parameters).GetByInAndName(openapi3.ParameterInQuery, name); parameter != nil && len(values) > 1 {
				// Package contract reads such a list with commas all the same, but a server need
				// not.
				if method, err := parameter.SerializationMethod(); (err != nil || !method.Explode) && !yield(name+" is repeated") {
					return
				}
			}
		}
	}
}

// isExpected reports whether a finding is of what was sent so that it is beyond the description,
// but not against it.
func isExpected(e exchange, finding contract.Finding) bool {
	name := finding.Location[strings.LastIndexAny(finding.Location, "/ ")+1:]
	if finding.Severity != contract.Notice || finding.Kind != contract.KindAddition || name == "" {
		return false
	}
	isOfSandbox := e.method == http.MethodGet && strings.HasSuffix(finding.Path, "/orders") &&
		(hasField[gen.CreateOrder](name) || hasField[gen.CreateOrderItem](name)) // it lists orders with what they were created with
	return strings.HasPrefix(name, unlisted) || isOfSandbox
}

// refuses reports whether the description refuses a request, or the answer to it.
func (d *description) refuses(p probe) bool {
	request := p.request()
	findings := d.contract.Call(request).CheckRequest(p.body)
	if p.isAnswer {
		findings = d.contract.Call(request).CheckResponse(p.status, p.answerHeader, p.answer)
	}
	if slices.ContainsFunc(findings, func(f contract.Finding) bool { return f.Severity == contract.Error }) {
		return true
	}
	operation, _, _ := d.operation(request)
	return operation != nil && !p.isAnswer && d.checkTokens(operation, request) != nil
}

// checkTokens says why a request lacks the tokens that the description asks for. Where one of
// several alternatives is enough, a request with that passes.
func (d *description) checkTokens(operation *openapi3.Operation, request *http.Request) error {
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
				failure = errors.New("there is no token of the scheme " + name)
			}
		}
		if failure == nil {
			return nil
		}
		failures = append(failures, failure)
	}
	return errors.Join(failures...)
}
