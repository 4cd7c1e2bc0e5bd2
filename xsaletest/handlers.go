package xsaletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/problem"
)

// handlers are the paths of [Sandbox.HandleFunc].
type handlers struct {
	mu       sync.RWMutex
	routes   route.Table[*handler]
	replaced map[*contract.Operation]*handler
	patterns []string
}

type handler struct {
	pattern string
	serve   http.HandlerFunc
}

// handlerPattern matches a method and a path. A variable is a whole segment.
var handlerPattern = regexp.MustCompile(`^([A-Z]+) ((?:/(?:[^/{}?#\s]+|\{[A-Za-z_]\w*\}))*/(?:[^/{}?#\s]+|\{[A-Za-z_]\w*(?:\.\.\.)?\}))$`)

// HandleFunc serves a path that the spec lacks, such as one that only the vendor's Swagger documents.
// The sandbox does not check such a path: the handler defines what the vendor's API does there.
//
// The pattern is a method and a path in the syntax of [http.ServeMux], without a host, {$} or a
// trailing slash: {name} is a segment, {name...} is the rest of the path, and
// [http.Request.PathValue] returns the value. If several patterns match a request, literal segments
// win, from the left; operations of the spec always win.
//
// Everything else is the same as for an operation of the spec. The handler runs only for requests
// with valid tokens, a body of at most 10 MiB and, if the path has {organizationName}, an
// organization of the user; other requests get a 401, 413 or 404. Latency, faults and additions
// apply, and [Sandbox.Calls] counts the requests. The pattern is the operation's name in
// [Sandbox.Fail], [Sandbox.Requests] and [Request]. The response is sent when the handler returns. A
// fault in the body has no effect on a response without one.
//
// With [WithSpec], the pattern may also be an operation of the spec: its method and path, or its
// operationId. The handler then replaces the operation, which keeps its name and the checks of its
// requests and responses.
//
// The handler must be safe for concurrent use. It may call any method of the sandbox except
// [Sandbox.Close], and reads and changes orders through [Sandbox.Orders]. HandleFunc may be called
// while the sandbox serves requests.
//
// HandleFunc fails if the pattern is invalid, is registered twice, or is one of the sandbox or of
// this module's spec. A sandbox of [New] then also fails its test.
func (s *Sandbox) HandleFunc(pattern string, serve func(http.ResponseWriter, *http.Request)) error {
	if s.config.test != nil {
		s.config.test.Helper()
	}
	err := s.addHandler(&handler{pattern, serve})
	if err == nil {
		return nil
	}
	err = fmt.Errorf("xsaletest: HandleFunc(%q): %w", pattern, problem.At("/pattern", err))
	if s.config.test != nil {
		s.config.test.Error(err)
	}
	return err
}

func (s *Sandbox) addHandler(added *handler) error {
	if added.serve == nil {
		return errors.New("the function is nil")
	}
	if operation := s.replaceable(added.pattern); operation != nil {
		return s.handlers.replace(operation, added)
	}
	parts := handlerPattern.FindStringSubmatch(added.pattern)
	if parts == nil && s.config.plan != nil {
		return errors.New("want an operationId of the spec, or a method and a path, such as PUT /orders/{id}/status")
	}
	if parts == nil {
		return errors.New("want a method and a path, such as PUT /{organizationName}/orders/{id}/status")
	}
	method, path := parts[1], parts[2]
	if names := strings.ReplaceAll(path, "...}", "}"); len(route.Variables(names)) < strings.Count(names, "{") {
		return errors.New("a variable occurs twice")
	}
	// As a request, the path matches only this pattern or a more exact one.
	request, err := http.NewRequest(method, path, nil)
	if err != nil {
		return err
	}
	if operation := s.spec.Call(request).Operation; operation != nil {
		return fmt.Errorf("the spec already has it as %s", operation.ID)
	}
	if s.own(request.URL.Path) != nil {
		return errors.New("the sandbox itself serves it")
	}
	s.handlers.mu.Lock()
	defer s.handlers.mu.Unlock()
	if err := s.handlers.routes.Add(method, path, added); err != nil {
		return err
	}
	s.handlers.patterns = append(s.handlers.patterns, added.pattern)
	return nil
}

// replaceable returns the operation of another spec that a pattern or an operationId names, or nil.
func (s *Sandbox) replaceable(pattern string) *contract.Operation {
	if s.config.plan == nil {
		return nil
	}
	method, path, _ := strings.Cut(pattern, " ")
	for _, operation := range s.spec.Operations() {
		if operation.ID == pattern || operation.Method == method && route.Shape(operation.Path) == route.Shape(path) {
			return operation
		}
	}
	return nil
}

// replace replaces an operation by a handler.
func (h *handlers) replace(operation *contract.Operation, by *handler) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.replaced[operation] != nil {
		return fmt.Errorf("%s is registered twice", operation.ID)
	}
	if h.replaced == nil {
		h.replaced = make(map[*contract.Operation]*handler)
	}
	h.replaced[operation] = by
	return nil
}

// replacement returns the handler that replaces an operation, or nil.
func (s *Sandbox) replacement(operation *contract.Operation) *handler {
	if s.config.plan == nil {
		return nil
	}
	s.handlers.mu.RLock()
	defer s.handlers.mu.RUnlock()
	return s.handlers.replaced[operation]
}

// WithHandler is like [Sandbox.HandleFunc], but the sandbox has the handler from its start, and
// again after [Sandbox.Reset].
func WithHandler(pattern string, serve func(http.ResponseWriter, *http.Request)) Option {
	return func(c *config) { c.handlers = append(c.handlers, &handler{pattern, serve}) }
}

// addInitialHandlers adds the handlers of [WithHandler].
func (s *Sandbox) addInitialHandlers() error {
	for _, added := range s.config.handlers {
		if err := s.addHandler(added); err != nil {
			return fmt.Errorf("WithHandler: %s: %w", added.pattern, err)
		}
	}
	return nil
}

// ClearHandlers removes all handlers, including those of [WithHandler], and the faults that are
// queued for them.
func (s *Sandbox) ClearHandlers() {
	h := s.handlers
	h.mu.Lock()
	patterns := h.patterns
	h.routes, h.replaced, h.patterns = route.Table[*handler]{}, nil, nil
	h.mu.Unlock()
	s.faults.drop(patterns)
}

// names returns the patterns.
func (h *handlers) names() []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Clone(h.patterns)
}

// route finds the handler of a call that is not in the spec. Without a handler, it adds the methods of
// the path.
func (h *handlers) route(c *apiCall) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	match, found := h.routes.Find(c.request.Method, c.request.URL.EscapedPath())
	if match.Template == "" {
		return
	}
	c.handler, c.Path, c.Variables = match.Value, match.Template, match.Variables
	if !found {
		c.Allowed = slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.Allowed, match.Allowed))))
	}
}

// respond calls the handler with a copy of the request that has the body and the path values.
func (h *handler) respond(c *apiCall) *response {
	request := c.request.WithContext(c.request.Context())
	request.Body = io.NopCloser(bytes.NewReader(c.body))
	request.Pattern = h.pattern
	for name, value := range c.Variables {
		request.SetPathValue(name, value)
	}
	r := &response{}
	h.serve(r, request)
	r.WriteHeader(http.StatusOK) // unless the handler has set another status
	return r
}
