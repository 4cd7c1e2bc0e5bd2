package agent

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// sent is a call of an operation.
type sent struct {
	operation *operation.Operation
	request   *operation.Request
	routed    *contract.Call
}

// arguments are the inputs of an operation: JSON by the names of parameters.
type arguments map[string]json.RawMessage

// build returns a call that fits the spec.
func (s *Server) build(o *operation.Operation, organization string, given arguments, body json.RawMessage) (*sent, error) {
	if pseudonym := s.pseudonymIn(given, body); pseudonym != "" {
		return nil, problemf("%s is a pseudonym that this server made, which the API does not know: use an id instead", pseudonym)
	}
	input := operation.Input{Values: map[string]any{}}
	if text := bytes.TrimSpace(body); len(text) > 0 && string(text) != "null" {
		input.JSON = text
	}
	for name, data := range given {
		value, err := decode(data)
		if err != nil {
			return nil, problemf("the parameter %q is not JSON", clean(name))
		}
		if value == nil {
			continue // as if it was not there
		}
		if p := o.Input(name); p != nil && p.In == operation.Path && !s.catchAll(o, p) {
			if err := checkVariable(p.Name, value); err != nil {
				return nil, err
			}
		}
		input.Values[name] = value
	}
	if p := organizationInput(o); p != nil {
		if organization == "" {
			organization = s.config.Client.Organization("").Name()
		}
		if _, there := given[p.Flag]; !there && given[p.Name] == nil {
			if organization == "" {
				return nil, problemf("no organization is set: pass organization; get_me lists the names")
			}
			if err := checkVariable(p.Name, organization); err != nil {
				return nil, err
			}
			input.Values[p.Flag] = organization
		}
	} else if organization != "" {
		return nil, problemf("%s has no organization: leave it out", o.Name)
	}
	request, err := s.catalog.Build(o, input)
	if invalid, ok := errors.AsType[*operation.InvalidError](err); ok {
		return nil, problemf("%s: %s. describe_operation shows what fits", o.Name, clean(invalid.Text(inputName)))
	}
	if err != nil {
		return nil, problemf("%s cannot be sent: %s", o.Name, clean(err.Error()))
	}
	plain, err := request.HTTP("http://localhost") // no server: only to look at
	if err != nil {
		return nil, problemf("%s cannot be sent: %s", o.Name, clean(err.Error()))
	}
	routed := s.config.Document.Call(plain)
	if routed.OperationID() != o.Name {
		return nil, problemf("the values lead to another operation than %s", o.Name)
	}
	return &sent{o, request, routed}, nil
}

// inputName returns the name that an agent passes a parameter by.
func inputName(p *operation.Parameter) string {
	if p.Inside != "" {
		return p.Inside + "." + p.Name
	}
	return p.Name
}

func decode(data []byte) (any, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	err := decoder.Decode(&value)
	return value, err
}

// pseudonymIn returns a pseudonym of this server that an agent wants to send.
func (s *Server) pseudonymIn(given arguments, body json.RawMessage) string {
	for _, data := range given {
		if found := s.privacy.pseudonymIn(data); found != "" {
			return found
		}
	}
	return s.privacy.pseudonymIn(body)
}

// checkVariable rejects values of a path with which a server could see another path.
func checkVariable(name string, value any) error {
	text := fmt.Sprint(value)
	if strings.ContainsAny(text, `/\%?#;`) || strings.Contains(text, "..") || strings.TrimSpace(text) != text || text == "" || text == "." ||
		strings.ContainsFunc(text, unicode.IsControl) || clean(text) != text {
		return problemf("the parameter %s %.80q could lead to another path: pass an id or a name as the API returned it", name, text)
	}
	return nil
}

// catchAll reports whether a variable is the rest of a path, which has slashes.
func (s *Server) catchAll(o *operation.Operation, p *operation.Parameter) bool {
	for _, listed := range s.config.Document.Operation(o.Name).Parameters() {
		if listed.In == string(p.In) && listed.Name == p.Name {
			return listed.Extensions["x-catch-all"] == true
		}
	}
	return false
}

// list calls an operation whose response is a list, and yields its elements. What is next to the list
// is set at its first element and at its end.
func (s *Server) list(c *sent) source {
	return func(ctx context.Context, around func(string)) iter.Seq2[json.RawMessage, error] {
		return func(yield func(json.RawMessage, error) bool) {
			var fields wire.UnknownFields
			operation := c.request.Operation
			operation.ListField = cmp.Or(operation.ListField, codec.AnyField) // the API may wrap an array
			list := call.Stream[json.RawMessage](ctx, operation, []call.Option{call.Envelope(&fields)}, c.request.Send(s.endpoint))
			first := true
			for element, err := range list {
				if first {
					around(fields.Raw().JSON)
				}
				first = false
				if !yield(element, err) {
					return
				}
			}
			around(fields.Raw().JSON)
		}
	}
}

// whole calls an operation and returns its response.
func (s *Server) whole(ctx context.Context, c *sent) (call.Response, error) {
	if c.operation.Method == http.MethodHead {
		var response *call.Response
		err := call.Execute(ctx, c.request.Operation, []call.Option{call.Capture(&response)}, c.request.Send(s.endpoint))
		if err != nil {
			return call.Response{}, err
		}
		return *response, nil
	}
	return call.Fetch[call.Response](ctx, c.request.Operation, nil, c.request.Send(s.endpoint))
}

// mask returns what an agent sees of JSON of a response; ok is false if it is not JSON.
func (s *Server) mask(c *sent, response call.Response) (masked []byte, ok bool) {
	return s.privacy.body(c.operation.Name, c.operation.Path, response.Body, func(value any) contract.Rules {
		return c.routed.ResponseRules(response.StatusCode, response.Header, value)
	})
}

// maskElement masks an element of a list in what surrounds it, so that the rules of the spec apply.
func (s *Server) maskElement(c *sent, element []byte) ([]byte, error) {
	before, after := "[", "]"
	if listed := c.operation.List(); listed != nil && listed.ListField != "" && contract.FieldName(listed.ListField) {
		before, after = `{"`+listed.ListField+`":[`, "]}"
	}
	body := []byte(before + string(element) + after)
	masked, ok := s.mask(c, call.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body})
	if !ok || !bytes.HasPrefix(masked, []byte(before)) || !bytes.HasSuffix(masked, []byte(after)) {
		return nil, errors.New("an element cannot be read")
	}
	return masked[len(before) : len(masked)-len(after)], nil
}

// elements returns the elements of an array; nil for anything else.
func elements(body []byte) []json.RawMessage {
	body = bytes.TrimSpace(httpx.TrimBOM(body))
	if len(body) == 0 || body[0] != '[' {
		return nil
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := decoder.ReadToken(); err != nil {
		return nil
	}
	all := []json.RawMessage{}
	for decoder.PeekKind() != ']' {
		value, err := decoder.ReadValue()
		if err != nil {
			return nil
		}
		all = append(all, json.RawMessage(value.Clone()))
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil
	}
	if _, err := decoder.ReadToken(); err != io.EOF {
		return nil
	}
	return all
}

// known yields the elements of a list that has been received.
func known(list []json.RawMessage) source {
	return func(context.Context, func(string)) iter.Seq2[json.RawMessage, error] {
		return func(yield func(json.RawMessage, error) bool) {
			for _, element := range list {
				if !yield(element, nil) {
					return
				}
			}
		}
	}
}
