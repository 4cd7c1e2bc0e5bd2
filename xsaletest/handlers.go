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

	"github.com/xsale-go/xsale/internal/contract/route"
)

// handlers are the paths of [Sandbox.HandleFunc].
type handlers struct {
	mu       sync.RWMutex
	routes   route.Table[*handler]
	patterns []string
}

type handler struct {
	pattern string
	serve   http.HandlerFunc
}

// handlerPattern matches a method and a path. A variable is a whole segment.
var handlerPattern = regexp.MustCompile(`^([A-Z]+) ((?:/(?:[^/{}?#\s]+|\{[A-Za-z_]\w*\}))*/(?:[^/{}?#\s]+|\{[A-Za-z_]\w*(?:\.\.\.)?\}))$`)

// HandleFunc serves a path that the spec does not have, such as one that the vendor documents in
// its Swagger only. The sandbox neither knows nor checks such a path: the handler specifies what
// the vendor's API does there.
//
// The pattern is a method and a path in the syntax of [http.ServeMux], without a host, {$} and a
// slash at the end: {name} is a segment, {name...} the rest of the path, and
// [http.Request.PathValue] returns its value. If several patterns match a request, literal segments
// win, from the left; operations of the spec always win.
//
// All else is as for an operation of the spec. The handler runs only for requests with valid
// tokens and a body of at most 10 MiB, and, if the path has {organizationName}, for organizations
// of the user; the others get a 401, 413 or 404. Latency, faults and additions apply, and
// [Sandbox.Calls] counts. The pattern is the operation's name in [Sandbox.Fail],
// [Sandbox.Requests] and [Request]. The response is sent when the handler returns; a fault in its
// body has no effect if it has none.
//
// The handler must be safe for concurrent use, and may call any method of the sandbox but
// [Sandbox.Close]. It reads and changes orders by [Sandbox.Orders]. HandleFunc may be called while
// the sandbox serves requests.
//
// An invalid pattern, a pattern registered twice, and one that the spec or the sandbox itself
// serves are errors. A sandbox of [New] fails its test as well.
func (s *Sandbox) HandleFunc(pattern string, serve func(http.ResponseWriter, *http.Request)) error {
	if s.config.test != nil {
		s.config.test.Helper()
	}
	err := s.addHandler(&handler{pattern, serve})
	if err == nil {
		return nil
	}
	err = fmt.Errorf("xsaletest: HandleFunc(%q): %w", pattern, err)
	if s.config.test != nil {
		s.config.test.Error(err)
	}
	return err
}

func (s *Sandbox) addHandler(added *handler) error {
	if added.serve == nil {
		return errors.New("the function is nil")
	}
	parts := handlerPattern.FindStringSubmatch(added.pattern)
	if parts == nil {
		return errors.New("want a method and a path, such as PUT /{organizationName}/orders/{id}/status")
	}
	method, path := parts[1], parts[2]
	if names := strings.ReplaceAll(path, "...}", "}"); len(route.Variables(names)) < strings.Count(names, "{") {
		return errors.New("a variable occurs twice")
	}
	// The path itself is a request that only this pattern, or a more exact one, can match.
	request, err := http.NewRequest(method, path, nil)
	if err != nil {
		return err
	}
	if operation := s.spec.Call(request).Operation; operation != nil {
		return fmt.Errorf("the spec has it: it is %s", operation.ID)
	}
	if s.page(request.URL.Path) != nil {
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

// names returns the patterns.
func (h *handlers) names() []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Clone(h.patterns)
}

// route finds the handler of a call that the spec does not have. Without one, it adds the methods
// of the path.
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

// respond calls the handler with a copy of the request, which has the body and path values.
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
