package xsaleotel

import (
	"strconv"

	"github.com/xsale-go/xsale/call"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// Attributes without a name in the semantic conventions. Durations are in seconds.
const (
	keyOperation = attribute.Key("xsale.operation")
	keyDuration  = attribute.Key("xsale.duration")
	keyWait      = attribute.Key("xsale.wait")
)

// knownMethods are the methods in the semantic conventions. Others are recorded as _OTHER, because
// they may be arbitrary strings.
var knownMethods = map[string]attribute.KeyValue{
	"CONNECT": semconv.HTTPRequestMethodConnect,
	"DELETE":  semconv.HTTPRequestMethodDelete,
	"GET":     semconv.HTTPRequestMethodGet,
	"HEAD":    semconv.HTTPRequestMethodHead,
	"OPTIONS": semconv.HTTPRequestMethodOptions,
	"PATCH":   semconv.HTTPRequestMethodPatch,
	"POST":    semconv.HTTPRequestMethodPost,
	"PUT":     semconv.HTTPRequestMethodPut,
	"QUERY":   semconv.HTTPRequestMethodQuery,
	"TRACE":   semconv.HTTPRequestMethodTrace,
}

// spanName returns the operation. For a raw call it returns the method, because a path may contain
// personal data.
func spanName(event call.Event) string {
	if event.Operation != "" {
		return event.Operation
	}
	if _, ok := knownMethods[event.Method]; ok {
		return event.Method
	}
	return "HTTP"
}

// callAttributes returns what is known when a call starts.
func callAttributes(server server, event call.Event) []attribute.KeyValue {
	method, ok := knownMethods[event.Method]
	if !ok {
		method = semconv.HTTPRequestMethodOther
	}
	attributes := []attribute.KeyValue{method, semconv.ServerAddress(server.address), semconv.ServerPort(server.port)}
	if event.Operation != "" {
		attributes = append(attributes, keyOperation.String(event.Operation), semconv.URLTemplate(event.Route))
	}
	return attributes
}

// outcomeAttributes describe how an attempt or a call ended. error.type is the status if there was
// a response.
func outcomeAttributes(event call.Event) []attribute.KeyValue {
	var attributes []attribute.KeyValue
	if event.Status != 0 {
		attributes = append(attributes, semconv.HTTPResponseStatusCode(event.Status))
	}
	switch event.Class {
	case "":
	case "status":
		attributes = append(attributes, semconv.ErrorTypeKey.String(strconv.Itoa(event.Status)))
	default:
		attributes = append(attributes, semconv.ErrorTypeKey.String(event.Class))
	}
	return attributes
}
