package xsaletest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/mock"
	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/internal/spec/normalform"
)

// WithSpec serves the operations of another spec instead of this module's, such as the vendor's
// whole Swagger. Logins, tokens, faults, checks and recorded requests work the same. The sandbox
// requires its own two tokens, whatever the spec says about security.
//
// The spec is in normal form, as xsale spec pull --normal writes it, without forms, cookies and
// parameters in rare styles. To pass any spec that xsale generate takes, import package anyspec for its
// side effect.
//
// Responses are examples of the spec, or generated values that fit the schema and are the same in
// every run. Operations that create, list or change items keep data: POST to a path adds an item
// and GET lists all; with the item's id below that path, GET reads it, PUT replaces it, PATCH
// changes it and DELETE deletes it. Query parameters with the name of a field are filters, and
// common ones such as limit select a page. [Sandbox.Operations] lists which operations keep data,
// and why others do not. [Sandbox.HandleFunc] replaces an operation that does anything else.
//
// The status is the lowest success that the spec lists. Each value of a variable above a collection,
// such as organizationName, has its own items. A collection starts with the examples of the spec, with
// three generated items, or with those of [Seed]. [Sandbox.Orders] is for xSale only.
func WithSpec(spec []byte) Option {
	return func(c *config) { c.otherSpec = slices.Clip(spec) }
}

// WithValueSeed sets the number that determines the generated values of [WithSpec]. It is 1 by default.
func WithValueSeed(seed uint64) Option {
	return func(c *config) { c.valueSeed = seed }
}

// loadSpec returns the spec to serve. For the spec of this module, the plan is nil.
func (c *config) loadSpec() (*contract.Document, *mock.Plan, error) {
	if c.otherSpec == nil {
		spec, err := contract.Shipped()
		return spec, nil, err
	}
	data := c.otherSpec
	if normalform.Of != nil {
		normal, notices, err := normalform.Of(data)
		if err != nil {
			return nil, nil, fmt.Errorf("WithSpec: %w", err)
		}
		for _, notice := range notices {
			if c.test != nil {
				c.test.Log("xsaletest: WithSpec: " + notice)
			}
		}
		data = normal
	}
	spec, err := contract.Load(data)
	if err == nil {
		err = checkNormalForm(spec)
	}
	if err != nil && normalform.Of == nil && !errors.Is(err, contract.ErrRare) {
		err = fmt.Errorf(`%w; import _ "github.com/xsale-go/xsale/xsaletest/anyspec" to pass any spec`, err)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("WithSpec: %w", err)
	}
	return spec, mock.NewPlan(spec, c.valueSeed), nil
}

// checkNormalForm rejects what the pipeline changes and the sandbox would serve wrong.
func checkNormalForm(spec *contract.Document) error {
	for _, server := range spec.Spec().Servers {
		if address, err := url.Parse(server); err == nil && address.Path != "" && address.Path != "/" {
			return fmt.Errorf("the spec is not in normal form: the path of the server %s is not part of the paths", server)
		}
	}
	for _, o := range spec.Operations() {
		if o.ID == "" {
			return fmt.Errorf("the spec is not in normal form: %s %s has no operationId", o.Method, o.Path)
		}
	}
	return nil
}

// service is the backend of another spec.
type service struct {
	plan          *mock.Plan
	data          *mock.Data
	organizations []string
}

func newService(c *config, seed *Seed) (*service, error) {
	resources := make(map[string][]json.RawMessage)
	if seed != nil {
		if len(seed.Organizations)+len(seed.Statuses)+len(seed.Orders)+len(seed.Translations) > 0 {
			return nil, problem.At("", errors.New("another spec has only Resources: leave the other fields out"))
		}
		for path, items := range seed.Resources {
			for i, item := range items {
				encoded, err := asJSON(item)
				if err != nil {
					pointer := fmt.Sprintf("/Resources/%s/%d", contract.EscapePointer(path), i)
					return nil, problem.Field{Pointer: pointer, Detail: err.Error()}
				}
				resources[path] = append(resources[path], encoded)
			}
			if len(items) == 0 {
				resources[path] = nil // an empty collection
			}
		}
	}
	data, err := c.plan.NewData(resources)
	if err != nil {
		pointer, detail, _ := strings.Cut(err.Error(), ": ")
		return nil, problem.Field{Pointer: "/Resources" + pointer, Detail: detail}
	}
	s := &service{plan: c.plan, data: data}
	for _, organization := range c.organizations {
		s.organizations = append(s.organizations, organization.Name)
	}
	if s.organizations == nil {
		s.organizations = []string{Organization}
	}
	return s, nil
}

func (s *service) admit(*apiCall) *problem.Details { return nil }

func (s *service) respond(c *apiCall) (*response, error) {
	result, failure := s.data.Respond(c.Call, c.request, c.body)
	if failure != nil {
		var fields []problem.Field
		if failure.Location != "" {
			fields = []problem.Field{{Pointer: failure.Location, Detail: failure.Problem}}
		}
		return nil, problem.New(failure.Status, failure.Detail, fields...)
	}
	r := &response{status: result.Status, header: result.Header}
	r.body.Write(result.Body)
	return r, nil
}

// names returns the organizations of the option, although paths may have any other.
func (s *service) names() []string { return s.organizations }

func (s *service) organization(string) *state { return nil }

func (s *service) treatment(operation *contract.Operation) (stateful bool, reason string) {
	return s.plan.Treatment(operation)
}

func (s *service) statuses(operation *contract.Operation) (success int, problems []int) {
	return s.plan.Success(operation), nil
}

// describe gives a problem the body that the spec has for its status, if any.
func (s *service) describe(c *apiCall, details *problem.Details, r *response) {
	if c.Operation == nil {
		return
	}
	contentType, body := s.plan.Problem(c.Operation, details.Status, r.body.Bytes())
	if body == nil {
		return
	}
	r.Header().Set("Content-Type", contentType)
	r.body.Reset()
	r.body.Write(body)
}
