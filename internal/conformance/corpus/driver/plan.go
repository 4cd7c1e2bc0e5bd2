// Package driver sends samples through generated clients and fakes, and compares what is sent with
// a plan. The corpus tests write the plan and the program that calls this package.
package driver

import (
	"encoding/json"
	"net/http"

	"github.com/xsale-go/xsale/call"
)

// Package is a generated package.
type Package struct {
	Document string // name of its document in the plan
	New      func(server string, doer call.Doer) (any, error)
	NewFake  func(Serve) http.Handler
	Methods  map[string][]string // names of the client's methods, by HTTP method and route
}

// Serve is the implementation of a fake: it gets the method's name, the request object and a value
// of each type that the method may respond with.
type Serve func(name string, request any, responses []any) (any, error)

// Document contains the calls to send through one generated package.
type Document struct {
	Name       string
	Operations []Operation
}

// Operation is an operation of a document with samples.
type Operation struct {
	Method, Route string
	Variables     []string // of the path, in order and without repetitions
	Calls         []Call
}

// Call is a sample of a call: the arguments, the request that they must give, and a response.
type Call struct {
	Sample    string
	Arguments map[string]map[string]json.RawMessage // by location and name
	Body      json.RawMessage                       `json:",omitempty"` // nil if the operation has none
	FieldWise bool                                  // also build the arguments field by field
	Invalid   bool                                  // the call must fail, and nothing may be sent
	Request   Request
	Response  Response
	First     []string // properties that come first in objects that a program builds
}

// Request is what a document says about the request.
type Request struct {
	Path   Text
	Query  []Pair
	Header map[string]string
	Cookie map[string]string
	Bodies map[string]Body // by media type
	Accept []string        // media types of the success, if it has a body
	Types  []string        // media types of the body
}

// Text is percent-encoded. The characters of Delimiters stand for themselves where they are not
// encoded.
type Text struct{ Raw, Delimiters string }

// Pair is a field of a query or a form.
type Pair struct {
	Name  string // decoded
	Value Text
	JSON  bool // the value is compared as JSON
}

// Body is a request body: JSON, text, form fields or parts.
type Body struct {
	JSON json.RawMessage `json:",omitempty"`
	Text *string
	Form []Pair
	Part []Part
}

// Part is a part of a multipart body.
type Part struct {
	Name, Value string
	File        bool
	JSON        bool
}

// Response is the response of the recording Doer and of the fake.
type Response struct {
	Status  int
	Type    string // media type, "" without a body
	Body    string
	JSON    bool
	Lines   string // the values of a body that is a sequence of JSON, as an array
	Written string // what the client writes for the JSON that it has read, if that differs
}

// Difference is a finding.
type Difference struct {
	Document, Operation, Sample string
	What, Got, Want             string
}

// Result is what Run reports.
type Result struct {
	Calls       int
	Differences []Difference
}
